const fs = require('node:fs');
const escape = require('escape-html');
fs.mkdirSync('public', { recursive: true });
fs.writeFileSync('public/index.html', `<h1>${escape('a < b')}</h1>\n`);
