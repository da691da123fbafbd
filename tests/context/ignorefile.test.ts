import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIgnoreFile } from '../../src/context/ignorefile.ts';

function patternsOf(text: string): readonly string[] {
  return readIgnoreFile(text).lines.map(({ pattern }) => (pattern.exception ? '!' : '') + pattern.text);
}

describe('the lines of an ignore file', () => {
  test.each([
    ['comments begin with the line', '# no\n #yes\nfile#name\n', ['#yes', 'file#name']],
    ['white space around a pattern is cut', '  a b\t \n\u00a0c\u0085\n', ['a b', 'c']],
    ['CRLF and empty lines', 'a\r\n\r\nb\r\n', ['a', 'b']],
    ['a byte order mark before the first line', '\uFEFFa\n', ['a']],
    ['a comment behind a byte order mark', '\uFEFF# no\na', ['a']],
    ['paths are cleaned', './a\na//b/\na/./b\na/../b\n../c', ['a', 'a/b', 'a/b', 'b', '../c']],
    ['a leading slash counts for nothing', '/a\n!/a/b\n', ['a', '!a/b']],
    ['the exclamation mark may stand apart', '! a/b', ['!a/b']],
    ['two exclamation marks except a name with one', '!!a', ['!!a']],
    ['an exception that leads out of the context is one no more', '!../../a', ['a']],
    ['the context itself', '.\n/\n', ['.', '/']],
  ])('%s', (_, text, expected) => {
    expect(patternsOf(text)).toEqual(expected);
  });

  test('a pattern’s place is what is written of it', () => {
    const text = '# first\n  !a/./b \n';
    const [line] = readIgnoreFile(text).lines;
    expect(line?.line).toBe(2);
    expect(text.slice(line?.range.start, line?.range.end)).toBe('!a/./b');
  });

  test.each([
    ['an exclamation mark alone', 'a\n!\nb', 2, 'always'],
    ['an exclamation mark before a slash', '!/', 1, 'always'],
    ['an open bracket', 'a\nb\n[a-', 3, 'always'],
    ['a backslash at the end', '\\', 1, 'always'],
    ['an open bracket behind a part that Go does not read on from', 'a*[', 1, 'when-compared'],
    ['an escape that Go does not know', '\\m', 1, 'when-compared'],
  ])('%s makes the build fail', (_, text, line, fails) => {
    expect(readIgnoreFile(text).problems).toMatchObject([{ line, fails }]);
  });

  test('a line of 64 KiB ends the reading; a byte less does not', () => {
    expect(readIgnoreFile(`a\n${'b'.repeat(65_536)}\nc`).problems).toMatchObject([{ line: 2, fails: 'always' }]);
    expect(patternsOf(`a\n${'b'.repeat(65_535)}\nc`)).toHaveLength(3);
    expect(readIgnoreFile(`a\n${'é'.repeat(32_768)}`).problems).toHaveLength(1);
  });

  test('any text is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { lines, problems } = readIgnoreFile(text);
        for (const { range } of [...lines, ...problems]) {
          expect(range.end).toBeLessThanOrEqual(text.length);
          expect(range.start).toBeLessThan(range.end);
        }
      }),
    );
  });
});
