import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { compiledForOnePass, patternsForOnePass } from '../../src/cli/compiled-for-one-pass.ts';

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

describe('patterns for one pass', () => {
  const before = cachedDataVersionTag();

  test('have other flags until they are taken back, once or more', () => {
    const asBefore = patternsForOnePass();
    // Of the versions of Node.js that are supported and even.
    const isKnown = /^(?:11\.3|12\.4|13\.6|14\.6)\./.test(process.versions.v8);
    expect(cachedDataVersionTag() !== before).toBe(isKnown);
    asBefore();
    asBefore();
    expect(cachedDataVersionTag()).toBe(before);
  });

  test('match as others do, whichever way they were first compiled', () => {
    const patterns = Array.from({ length: 200 }, (_, at) => new RegExp(`(?:a${at}|b|[x-z]{2})+?c(?<!dc)`, 'gi'));
    const all = () => patterns.map((pattern) => 'aBc a7c xyxyc zzdc A199C'.replace(pattern, '_')).join();
    const expected = all();
    for (let round = 0; round < 60; round++) {
      const asBefore = round % 3 ? patternsForOnePass() : () => {};
      const fresh = new RegExp(`(?:${round}|b)+c`);
      expect([all(), fresh.test(`x${round}bc`), fresh.test(`x${round}d`)]).toEqual([expected, true, false]);
      asBefore();
    }
  });
});
