const http = require('node:http');

http.createServer((request, response) => response.end(`hello ${request.url}\n`)).listen(3000);
