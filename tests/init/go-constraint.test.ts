import { expect, test } from 'vitest';
import { isBuiltOnLinux } from '../../src/init/internal/go-constraint.ts';

test.each([
  ['a constraint of thousands of parentheses', `//go:build ${'('.repeat(50_000)}linux\n\npackage main\n`, true],
  ['one of thousands of signs', `//go:build ${'!'.repeat(50_001)}linux\n\npackage main\n`, true],
  ['as many as Go takes', `//go:build ${'!'.repeat(999)}linux\n\npackage main\n`, false],
])('%s ends', (_, text, expected) => {
  expect(isBuiltOnLinux('main.go', text)).toBe(expected);
});
