import { expect, test } from 'vitest';
import { diveDefaults, judgeAsDive, readDiveRules, readGivenDiveRules } from '../../src/image/dive-gate.ts';
import { analysisFrom } from './build-analysis.ts';

const { analysis } = analysisFrom(`
efficiency: 0.95
wastedBytes: 20
steps:
  - { by: base, files: [{ path: a, bytes: 1000 }] }
  - { by: own, files: [{ path: b, bytes: 100 }] }
`);

test.each([
  [{}, ['pass', 'skip', 'fail']],
  [{ lowestEfficiency: '0.96' }, ['fail', 'skip', 'fail']],
  [{ highestWastedBytes: '20B', highestUserWastedPercent: 0.2 }, ['pass', 'pass', 'pass']],
  [{ highestWastedBytes: '19B', highestUserWastedPercent: 'disabled' }, ['pass', 'fail', 'skip']],
])('%j judges as dive does', (rules, states) => {
  expect(judgeAsDive(analysis, readDiveRules('.dive-ci', { rules })).map(({ state }) => state)).toEqual(states);
});

test.each([
  ['20MB', 20_000_000],
  ['20 MiB', 20 * 1024 ** 2],
  ['1.5k', 1500],
  ['2GiB', 2 * 1024 ** 3],
  ['77', 77],
])('a size is written %s', (text, bytes) => {
  expect(readDiveRules('f', { rules: { highestWastedBytes: text } }).highestWastedBytes).toBe(bytes);
});

test.each([{ lowestEfficiency: '95%' }, { highestWastedBytes: 'much' }, { highestUserWastedPercent: 1.5 }])(
  '%j is refused',
  (rules) => {
    expect(() => readDiveRules('.dive-ci', { rules })).toThrow(/is no value for/);
  },
);

test('flags give what they name alone, and «disabled», too', () => {
  expect(readGivenDiveRules({ highestWastedBytes: '2k' })).toEqual({ highestWastedBytes: 2000 });
  const given = readGivenDiveRules({ lowestEfficiency: 'disabled' });
  expect({ ...diveDefaults, ...given }.lowestEfficiency).toBeUndefined();
  expect(() => readGivenDiveRules({ lowestEfficiency: '2' })).toThrow('is no value for lowestEfficiency');
});

test('a file without rules is dive’s own', () => {
  expect(readDiveRules('f', null)).toEqual(diveDefaults);
});
