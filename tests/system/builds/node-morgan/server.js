const http = require('node:http');
const morgan = require('morgan');

const logged = morgan('combined');
const server = http.createServer((request, response) => {
  logged(request, response, () => response.end(`hello ${request.url}\n`));
});
process.on('SIGTERM', () => server.close());
server.listen(3000);
