import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cost, Finding } from '../../src/core/finding.ts';
import { compareFindings, costWeight } from '../../src/core/order.ts';

function finding(rule: string, changes: Partial<Finding> = {}, path = 'Dockerfile', line = 1): Finding {
  const start = { line, column: 1 };
  return {
    rule,
    area: 'size',
    severity: 'warning',
    message: '',
    why: '',
    remedy: '',
    locations: [{ path, start, end: start }],
    peers: [],
    ...changes,
  };
}

const cost = (bytes: number, seconds = 0): Cost => ({ bytes, seconds, basis: 'estimated', derivation: '' });

describe('findings are ordered', () => {
  test.each<[string, Finding, Finding]>([
    ['by severity before cost', finding('size/b', { severity: 'error' }), finding('size/a', { cost: cost(1e9) })],
    [
      'by cost before area',
      finding('review/b', { area: 'review', cost: cost(1) }),
      finding('secrets/a', { area: 'secrets' }),
    ],
    [
      'by bytes and seconds on one scale',
      finding('size/b', { cost: cost(0, 2) }),
      finding('size/a', { cost: cost(19_000_000) }),
    ],
    [
      'by area before place',
      finding('secrets/a', { area: 'secrets' }, 'z', 9),
      finding('review/a', { area: 'review' }, 'a', 1),
    ],
    ['by path before line', finding('size/b', {}, 'a', 9), finding('size/a', {}, 'b', 1)],
    ['by line before rule', finding('size/b', {}, 'a', 1), finding('size/a', {}, 'a', 2)],
    ['by rule at one place', finding('size/a'), finding('size/b')],
  ])('%s', (_, first, second) => {
    expect(compareFindings(first, second)).toBeLessThan(0);
    expect(compareFindings(second, first)).toBeGreaterThan(0);
  });

  test('alike whatever order they come in', () => {
    const all = [1, 2, 3, 4].flatMap((line) =>
      ['size/a', 'size/b'].map((rule) => finding(rule, { cost: cost(line % 2) }, 'a', line)),
    );
    const expected = [...all].sort(compareFindings);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(shuffled.sort(compareFindings)).toEqual(expected);
      }),
    );
  });
});

test('an unknown cost weighs nothing', () => {
  expect(costWeight(undefined)).toBe(0);
  expect(costWeight({ basis: 'measured', derivation: '' })).toBe(0);
});
