const http = require('node:http');
const pino = require('pino');

const log = pino({ transport: { target: 'pino-pretty', options: { colorize: false } } });
const server = http.createServer((request, response) => {
  log.info({ url: request.url }, 'request');
  response.end(`hello ${request.url}\n`);
});
process.on('SIGTERM', () => server.close());
server.listen(3000, () => log.info('listening'));
