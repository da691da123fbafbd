const http = require('node:http');
const winston = require('winston');

const log = winston.createLogger({
  format: winston.format.combine(winston.format.timestamp(), winston.format.simple()),
  transports: [new winston.transports.Console()],
});
const server = http.createServer((request, response) => {
  log.info(`${request.method} ${request.url}`);
  response.end(`hello ${request.url}\n`);
});
process.on('SIGTERM', () => server.close());
server.listen(3000, () => log.info('listening'));
