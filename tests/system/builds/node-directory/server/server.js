const http = require('node:http');
const ms = require('ms');

const server = http.createServer((request, response) => {
  response.end(`${request.method} ${request.url} as ${process.getuid()} ${ms('2 days')}\n`);
});
process.on('SIGTERM', () => server.close());
server.listen(3000);
