import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchGlob } from '../../src/context/go-glob.ts';

describe('a glob as Go matches it', () => {
  test.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['[a-ζ]*', 'α', true],
    ['a?b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-x]', '-', true],
    ['[x\\-]', 'z', false],
    ['**', 'a/b', false],
    ['*.go', '.go', true],
    ['', '', true],
    ['', 'a', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchGlob(pattern, name)).toBe(expected);
  });

  test.each(['[]a]', '[-]', '[x-]', '[-x]', '\\', '[a-b-c]', '[', '[^', '[^bc', 'a['])('%s is malformed', (pattern) => {
    expect(matchGlob(pattern, 'a')).toBeUndefined();
  });

  test('what follows a part that does not match is not looked at', () => {
    expect(matchGlob('b*[', 'a')).toBe(false);
  });

  test('never throws, and ends on hostile patterns', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, name) => {
        expect([true, false, undefined]).toContain(matchGlob(pattern, name));
      }),
    );
    const started = performance.now();
    expect(matchGlob(`${'*a'.repeat(40)}b`, 'a'.repeat(250))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
