const http = require('node:http');
const ms = require('ms');

http.createServer((_, response) => response.end(`two days are ${ms('2d')} ms\n`)).listen(3000);
