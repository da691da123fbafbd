const fs = require('node:fs');
const ms = require('ms');
require('node:http').createServer((_, response) => response.end(fs.readFileSync('public/index.html') + ms('1d'))).listen(5000);
