import { describe, expect, test } from 'vitest';
import { jsonElements, jsonPieces } from '../../src/core/json-pieces.ts';
import { jsonText } from '../../src/core/json-text.ts';

const odd = ['a\nb', '##vso[task.setvariable]x', '"', '\u2028', { deep: [{ a: [] }, {}] }, [], null, 1.5, undefined];

describe('JSON in pieces', () => {
  test.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    ['fields', { a: 1, b: 'x\ny', c: { d: [1, [2]], e: {} }, f: undefined, g: null, '##vso[a]': '##[group]b' }],
    ['a list', { before: 1, list: odd, after: [] }],
    ['an empty list', { list: [] }],
    ['a list alone', { list: [1] }],
    [
      'many elements',
      { list: Array.from({ length: 5000 }, (_, at) => ({ at, text: '##[x]'.repeat(at % 40) })), end: 1 },
    ],
  ])('are those of one text: %s', (_, value) => {
    const lazy = Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, Array.isArray(field) ? jsonElements(() => field) : field]),
    );
    expect([...jsonPieces(lazy)].join('')).toBe(jsonText(value));
  });

  test('an empty list that is left out leaves no field', () => {
    expect([...jsonPieces({ a: jsonElements(() => [], true) })].join('')).toBe(jsonText({}));
    expect([...jsonPieces({ a: jsonElements(() => [], true), b: 1 })].join('')).toBe(jsonText({ b: 1 }));
    expect([...jsonPieces({ b: 1, a: jsonElements(() => [2], true) })].join('')).toBe(jsonText({ b: 1, a: [2] }));
  });

  test('an element is made after those before it were handed on', () => {
    let made = 0;
    function* elements() {
      for (; made < 1000; made++) yield 'x'.repeat(1000);
    }
    const pieces = jsonPieces({ list: jsonElements(elements), count: jsonElements(() => [made]) });
    pieces.next();
    expect(made).toBeLessThan(100);
    expect([...pieces].join('')).toMatch(/\n {2}"count": \[\n {4}1000\n {2}\]\n\}\n$/);
  });
});
