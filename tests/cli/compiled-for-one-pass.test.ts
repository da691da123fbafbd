import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { compiledForOnePass } from '../../src/cli/compiled-for-one-pass.ts';

// The tag tells V8's version and flags: code that was cached under another one is refused.
describe('work that is compiled for one pass', () => {
  const before = cachedDataVersionTag();

  test('has other flags', () => {
    // Of Node.js 20, whose budget is known.
    const isKnown = process.versions.v8.startsWith('11.3.');
    expect(compiledForOnePass(cachedDataVersionTag) !== before).toBe(isKnown);
    expect(cachedDataVersionTag()).toBe(before);
  });

  test('leaves patterns as they are, whichever way they were first compiled', () => {
    const patterns = Array.from({ length: 200 }, (_, at) => new RegExp(`(?:a${at}|b)+c`));
    const all = () => patterns.filter((pattern) => pattern.test(`xb${'b'.repeat(50)}c`)).length;
    for (let round = 0; round < 40; round++) expect(round % 2 ? compiledForOnePass(all) : all()).toBe(200);
  });

  test('leaves the flags as they were when it throws', () => {
    const fails = () => {
      throw new Error('no');
    };
    expect(() => compiledForOnePass(fails)).toThrow('no');
    expect(cachedDataVersionTag()).toBe(before);
  });
});
