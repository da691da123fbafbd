import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimsOf, sharedClaims } from '../../src/cli/share-claims.ts';

describe('claims on files that several threads share', () => {
  test('every file is taken once, whoever asks when', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.array(fc.nat(2), { minLength: 200 }), (files, order) => {
        const memory = sharedClaims(3);
        const members = [0, 1, 2].map((member) => claimsOf(memory, member, files));
        const taken = [...order, ...Array(files + 3).fill(0), ...Array(files).fill(1), ...Array(files).fill(2)].flatMap(
          (member) => members[member]?.next() ?? [],
        );
        expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: files }, (_, at) => at));
      }),
    );
  });

  test('who has asked has claimed, others have not', () => {
    const memory = sharedClaims(2);
    const claims = claimsOf(memory, 0, 20);
    claims.next();
    expect([claims.hasClaimed(0), claims.hasClaimed(1)]).toEqual([true, false]);
  });
});
