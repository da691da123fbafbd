import { mkdirSync, writeFileSync } from 'node:fs';
import ms from 'ms';

mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.html', `<p>${ms('5h')}</p>\n`);
