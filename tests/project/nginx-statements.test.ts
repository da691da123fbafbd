import { describe, expect, test } from 'vitest';
import { nginxStatements } from '../../src/project/internal/nginx-statements.ts';

describe('statements of nginx', () => {
  test.each<[string, string, string[]]>([
    ['a directive', 'user nginx;', ['user nginx']],
    ['blocks', 'http { server { listen 80; } }', ['http {', 'http > server {', 'http > server > listen 80']],
    ['comments', '# a;\nuser nginx; # b;\n', ['user nginx']],
    ['a string with marks', `log_format a '{"x": "$y;"}' "z\\"";`, [`log_format a {"x": "$y;"} z\\"`]],
    ['a variable in braces', 'set $a ${b}c;', ['set $a ${b}c']],
    ['what is not ended', 'http { server { listen', ['http {', 'http > server {']],
    ['a brace too many', '} user nginx;', ['user nginx']],
  ])('%s', (_, text, expected) => {
    expect(
      nginxStatements(text).map(({ blocks, words, opensBlock }) =>
        [...blocks, words.map((word) => word.text).join(' ') + (opensBlock ? ' {' : '')].join(' > '),
      ),
    ).toEqual(expected);
  });

  test.each([
    ['openings', '${'.repeat(100_000)],
    ['quotes', `"\\"`.repeat(100_000)],
    ['braces', '{'.repeat(20_000)],
  ])('hostile text takes no time: %s', (_, text) => {
    const begun = performance.now();
    nginxStatements(text);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
