import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { compiledForOnePass } from '../../src/cli/compiled-for-one-pass.ts';

// The tag tells V8's version and flags: code that was cached under another one is refused.
describe('work that is compiled for one pass', () => {
  const before = cachedDataVersionTag();

  test('has other flags', () => {
    expect(compiledForOnePass(cachedDataVersionTag)).not.toBe(before);
    expect(cachedDataVersionTag()).toBe(before);
  });

  test('leaves the flags as they were when it throws', () => {
    const fails = () => {
      throw new Error('no');
    };
    expect(() => compiledForOnePass(fails)).toThrow('no');
    expect(cachedDataVersionTag()).toBe(before);
  });
});
