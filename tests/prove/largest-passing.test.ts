import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestPassing, type Tried } from '../../src/prove/largest-passing.ts';

/** Fails when all fixes of one of these sets are in, and says the first as its reason. */
function world(
  bad: readonly (readonly string[])[],
  budget = Number.POSITIVE_INFINITY,
  suspects: readonly string[] = [],
) {
  let builds = 0;
  const judge = (fixes: ReadonlySet<string>): Tried => {
    const failing = bad.find((set) => set.every((each) => fixes.has(each)));
    if (failing === undefined) return { kind: 'passes' };
    return { kind: 'fails', reason: `broken by ${failing.join(' and ')}`, sign: failing.join(' '), suspects };
  };
  return {
    judge,
    builds: () => builds,
    async attempt(fixes: ReadonlySet<string>): Promise<Tried> {
      if (builds >= budget) return { kind: 'unknown', reason: 'not tried' };
      builds++;
      return judge(fixes);
    },
  };
}

async function search(all: readonly string[], made: ReturnType<typeof world>) {
  const failure = made.judge(new Set(all));
  if (failure.kind !== 'fails') throw new Error('this world has nothing to search for');
  return largestPassing({ all, failure, attempt: made.attempt });
}

const letters = [...'abcdefghij'];

describe('largestPassing', () => {
  it('leaves out the one fix that is suspected rightly after a single build', async () => {
    const made = world([['c']], undefined, ['c']);
    const { passing, refused } = await search(letters, made);
    expect([...refused]).toEqual([['c', 'broken by c']]);
    expect(passing.size).toBe(9);
    expect(made.builds()).toBe(1);
  });

  it('follows failure by failure where several fixes are wrong, each under its own reason', async () => {
    const suspects = ['b', 'h'];
    const { refused } = await search(letters, world([['b'], ['h']], undefined, suspects));
    expect(Object.fromEntries(refused)).toEqual({ b: 'broken by b', h: 'broken by h' });
  });

  it('finds the fix without a hint in about 2 log n builds', async () => {
    const all = Array.from({ length: 64 }, (_, at) => `fix ${at}`);
    const made = world([['fix 37']]);
    const { refused } = await search(all, made);
    expect([...refused.keys()]).toEqual(['fix 37']);
    expect(made.builds()).toBeLessThanOrEqual(12);
  });

  it('keeps one of two fixes that only break together', async () => {
    const { passing, refused } = await search(letters, world([['d', 'g']]));
    expect(passing.size).toBe(9);
    expect(refused.size).toBe(1);
  });

  it('is not led astray by a wrong suspicion', async () => {
    const { refused } = await search(letters, world([['a']], undefined, ['f', 'g', 'h', 'i', 'j']));
    expect([...refused.keys()]).toEqual(['a']);
  });

  it('gives what has passed when the builds run out, and says of the others that they were not tried', async () => {
    const made = world([['a'], ['j']], 3);
    const { passing, refused } = await search(letters, made);
    expect(made.judge(passing).kind).toBe('passes');
    expect([...refused.values()]).toContain('not tried');
    expect(passing.size + refused.size).toBe(letters.length);
  });

  it('always gives a set that passes and to which no fix that was left out can be added', async () => {
    const sets = fc.array(fc.uniqueArray(fc.constantFrom(...letters), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(sets, fc.shuffledSubarray(letters), async (bad, suspects) => {
        const made = world(bad, undefined, suspects);
        const { passing, refused } = await search(letters, made);
        expect(made.judge(passing).kind).toBe('passes');
        expect([...passing, ...refused.keys()].sort()).toEqual(letters);
        for (const each of refused.keys()) expect(made.judge(new Set([...passing, each])).kind).toBe('fails');
      }),
    );
  });
});
