import { expect, test } from 'vitest';
import { enumerate } from '../../src/core/enumerate.ts';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j is listed as «%s»', (items, text) => {
  expect(enumerate(items)).toBe(text);
});

test('the last word can be another one', () => {
  expect(enumerate(['a', 'b', 'c'], 'or')).toBe('a, b or c');
});
