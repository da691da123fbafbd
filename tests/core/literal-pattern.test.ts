import { expect, test } from 'vitest';
import { literalPattern } from '../../src/core/literal-pattern.ts';

test.each(['NAME', 'A(', 'X[_KEY', 'a.b', '*', '\\', 'ä$', ''])('%j matches itself alone', (text) => {
  const pattern = new RegExp(`^${literalPattern(text)}$`);
  expect(pattern.test(text)).toBe(true);
  expect(pattern.test(`${text}x`)).toBe(false);
});
