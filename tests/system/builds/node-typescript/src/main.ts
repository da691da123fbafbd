import { createServer } from 'node:http';
import ms from 'ms';

let requests = 0;
createServer((_, response) => {
  requests += 1;
  response.end(JSON.stringify({ requests, hour: ms('1h') }));
}).listen(8080);
