import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableExcerpt } from '../../src/core/printable.ts';
import { displayWidth, truncate, wrap } from '../../src/report/internal/display-width.ts';

describe('display width', () => {
  test.each([
    ['', 0],
    ['RUN make', 8],
    ['●○╰→×·…', 7],
    ['日本語', 6],
    ['한글', 4],
    ['\u1112\u1161\u11ab', 2],
    ['e\u0301', 1],
    ['🚢', 2],
    ['👩‍👩‍👧', 2],
    ['👍🏽', 2],
  ])('of %s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
  ])('%s in %i columns is %s', (text, columns, expected) => {
    expect(truncate(text, columns)).toBe(expected);
  });

  test.each([
    ['one two three', 7, ['one two', 'three']],
    ['abcdefgh', 3, ['abc', 'def', 'gh']],
    ['日本語です', 4, ['日本', '語で', 'す']],
    ['', 5, ['']],
  ])('%s wraps at %i', (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });

  test('wrapping loses nothing but spaces and keeps to the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).map(printable), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrap(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('printable text', () => {
  test.each([
    ['plain', 'plain'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x9b', '\\x9b'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['👩‍🚀', '👩‍🚀'],
    ['日本', '日本'],
  ])('%j is %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('of an excerpt has neither indentation nor line end', () => {
    expect(printableExcerpt('\t  RUN\tmake \r')).toBe('RUN make');
  });
});
