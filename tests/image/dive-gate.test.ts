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
  expect(judgeAsDive(analysis, readDiveRules('.dive-ci', { rules }).rules).map(({ state }) => state)).toEqual(states);
});

test.each([
  ['20MB', 20_000_000],
  ['20 MiB', 20 * 1024 ** 2],
  ['1.5k', 1500],
  ['2GiB', 2 * 1024 ** 3],
  ['77', 77],
])('a size is written %s', (text, bytes) => {
  expect(readDiveRules('f', { rules: { highestWastedBytes: text } }).rules.highestWastedBytes).toBe(bytes);
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
  expect(readDiveRules('f', null)).toEqual({ rules: diveDefaults, unknown: [] });
  expect(readDiveRules('f', { rules: null }).rules).toEqual(diveDefaults);
});

// Each as dive 0.13 takes it: run with these files beside ours.
test.each([
  { rules: { lowestefficiency: 0.999 } },
  { RULES: { LOWESTEFFICIENCY: 0.999 } },
  { 'rules.lowestEfficiency': 0.999 },
])('%j sets the rule, however its name is written', (file) => {
  expect(readDiveRules('.dive-ci', file)).toEqual({ rules: { ...diveDefaults, lowestEfficiency: 0.999 }, unknown: [] });
});

test.each([[{ rules: [{ lowestEfficiency: 0.95 }] }], [{ rules: 5 }], [['a']], ['text']])(
  '%j has no rules, and is refused as dive refuses it',
  (file) => {
    expect(() => readDiveRules('.dive-ci', file)).toThrow(/no file of dive/);
  },
);

test('names that dive does not know are told', () => {
  const rules = { 'lowest-efficiency': 0.99, highestWastedBytes: '1k' };
  expect(readDiveRules('.dive-ci', { rules }).unknown).toEqual(['lowest-efficiency']);
  expect(readDiveRules('.dive-ci', { lowestEfficiency: 0.99 }).unknown).toEqual(['lowestEfficiency (not below rules)']);
});
