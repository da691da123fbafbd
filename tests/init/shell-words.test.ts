import { expect, test } from 'vitest';
import { splitAtLast, withExec } from '../../src/init/internal/shell-words.ts';

test.each([
  ['gunicorn app:app $OPTIONS', 'exec gunicorn app:app $OPTIONS'],
  ['python migrate.py && gunicorn app:app', 'python migrate.py && exec gunicorn app:app'],
  ['cd src; node "a && b.js"', 'cd src; exec node "a && b.js"'],
  ['a && NODE_ENV=production node app.js', 'a && exec env NODE_ENV=production node app.js'],
  ['node app.js 2>&1', 'exec node app.js 2>&1'],
  ['node ${FILE:-app.js}', 'exec node ${FILE:-app.js}'],
])('the last program of «%s» takes the place of the shell', (line, expected) => {
  expect(withExec(line)).toBe(expected);
});

test.each([
  'node app.js | tee log',
  'a && b || c',
  'a && (b)',
  'worker & ',
  'a && cd b',
  'if true; then node app.js; fi',
  'exec node x',
])('the shell stays where it is needed: «%s»', (line) => {
  expect(withExec(line)).toBe(line);
});

test('a line is taken apart at its last operator that is not quoted', () => {
  expect(splitAtLast("a && b 'c; d'")).toEqual({ before: 'a &&', last: "b 'c; d'" });
});
