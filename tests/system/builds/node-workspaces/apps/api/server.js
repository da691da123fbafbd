const { greet } = require('greeting');
const ms = require('ms');
require('node:http').createServer((request, response) => response.end(greet(request.url) + ms('3m'))).listen(4000);
