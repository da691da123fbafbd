import { describe, expect, test } from 'vitest';
import { versionOrders } from '../../src/ecosystems/version-orders.ts';
import type { RangeEvent } from '../../src/vulnerabilities/advisory.ts';
import { judgeVersion } from '../../src/vulnerabilities/affected-versions.ts';

interface Case {
  readonly title: string;
  readonly ranges?: readonly (readonly RangeEvent[])[];
  readonly versions?: readonly string[];
  readonly affected: string;
  readonly not: string;
}

/** The schema's examples (https://ossf.github.io/osv-schema/#affectedrangesevents-fields and #evaluation), and what its pseudo-code says of odd ones. */
const cases: readonly Case[] = [
  {
    title: 'introduced and fixed',
    ranges: [[{ introduced: '1.0.0' }, { fixed: '1.0.2' }]],
    affected: '1.0.0 1.0.1',
    not: '0.9.9 1.0.2 2.0.0',
  },
  {
    title: 'two ranges in one list',
    ranges: [[{ introduced: '1.0.0' }, { fixed: '1.0.2' }, { introduced: '3.0.0' }, { fixed: '3.2.5' }]],
    affected: '1.0.1 3.0.0 3.2.4',
    not: '1.0.2 2.9.9 3.2.5',
  },
  {
    title: 'from the beginning',
    ranges: [[{ introduced: '0' }, { fixed: '1.2.3' }]],
    affected: '0.0.0-alpha 1.2.3-rc.1 1.2.2',
    not: '1.2.3',
  },
  { title: 'never repaired', ranges: [[{ introduced: '2.0.0' }]], affected: '2.0.0 99.0.0', not: '1.9.9' },
  {
    title: 'last affected is affected',
    ranges: [[{ introduced: '0' }, { lastAffected: '2.1.214' }]],
    affected: '2.1.214 1.0.0',
    not: '2.1.215',
  },
  {
    title: 'events in whatever order',
    ranges: [[{ fixed: '1.0.2' }, { introduced: '0' }]],
    affected: '1.0.1',
    not: '1.0.2',
  },
  {
    title: 'repaired and broken again by the same version',
    ranges: [[{ introduced: '0' }, { fixed: '2.0.0' }, { introduced: '2.0.0' }]],
    affected: '2.0.0 3.0.0',
    not: '',
  },
  {
    title: 'last affected, and introduced again by the same version',
    ranges: [[{ introduced: '0' }, { introduced: '2.0.0' }, { lastAffected: '2.0.0' }, { fixed: '2.5.0' }]],
    affected: '1.0.0 2.0.0 2.4.0',
    not: '2.5.0',
  },
  {
    title: 'a limit ends what is looked at',
    ranges: [[{ introduced: '1.0.0' }, { limit: '2.0.0' }]],
    affected: '1.5.0',
    not: '2.0.0 3.0.0',
  },
  {
    title: 'one of several limits is enough',
    ranges: [[{ introduced: '1.0.0' }, { limit: '1.5.0' }, { limit: '2.0.0' }]],
    affected: '1.6.0',
    not: '2.0.0',
  },
  { title: 'no limit', ranges: [[{ introduced: '1.0.0' }, { limit: '*' }]], affected: '9.0.0', not: '0.9.0' },
  {
    title: 'several ranges',
    ranges: [
      [{ introduced: '1.0.0' }, { fixed: '1.1.0' }],
      [{ introduced: '2.0.0' }, { fixed: '2.1.0' }],
    ],
    affected: '1.0.5 2.0.5',
    not: '1.5.0 2.1.0',
  },
  { title: 'versions one by one', versions: ['1.0.0', '1.0.1'], affected: '1.0.0 1.0.1', not: '1.0.2' },
  {
    title: 'a version that is listed although no range holds it',
    ranges: [[{ introduced: '2.0.0' }, { fixed: '2.1.0' }]],
    versions: ['1.0.0'],
    affected: '1.0.0 2.0.0',
    not: '1.0.1 2.1.0',
  },
  { title: 'nothing at all', affected: '', not: '1.0.0' },
];

describe('an advisory is evaluated as OSV prescribes', () => {
  test.each(cases)('$title', ({ ranges = [], versions = [], affected, not }) => {
    const judge = (version: string) => judgeVersion({ ranges, versions }, version, versionOrders.npm).affected;
    const words = (text: string) => text.split(' ').filter((word) => word !== '');
    expect(words(affected).filter((version) => !judge(version))).toEqual([]);
    expect(words(not).filter(judge)).toEqual([]);
  });
});

const affectedTo = (...versions: string[]): readonly (readonly RangeEvent[])[] =>
  versions.map((lastAffected) => [{ introduced: '0' }, { lastAffected }]);

test.each<{ title: string; ranges: readonly (readonly RangeEvent[])[]; versions?: readonly string[]; above?: string }>([
  { title: 'the last affected one', ranges: affectedTo('10.2.5'), above: '10.2.5' },
  { title: 'the last of several ranges', ranges: affectedTo('10.2.5', '10.3.0'), above: '10.3.0' },
  { title: 'none where one range has no end', ranges: [...affectedTo('10.2.5'), [{ introduced: '0' }]] },
  {
    title: 'none where a later one is affected again',
    ranges: [[{ introduced: '0' }, { lastAffected: '10.2.5' }, { introduced: '11.0.0' }]],
  },
  { title: 'none where a later one is listed', ranges: affectedTo('10.2.5'), versions: ['10.2.6'] },
  { title: 'none where only a list names it', ranges: [], versions: ['10.0.0'] },
])('above which version nothing is affected: $title', ({ ranges, versions = [], above }) => {
  expect(judgeVersion({ ranges, versions }, '10.0.0', versionOrders.npm)).toEqual({
    affected: true,
    ...(above !== undefined && { fixedAbove: above }),
  });
});

test('a version that repairs it counts more than the last affected one', () => {
  const ranges = [...affectedTo('10.2.5'), [{ introduced: '0' }, { fixed: '10.3.0' }]];
  expect(judgeVersion({ ranges, versions: [] }, '10.0.0', versionOrders.npm)).toEqual({
    affected: true,
    fixedIn: '10.3.0',
  });
});

test.each([
  ['1.0.1', '1.0.2'],
  ['3.0.0', '3.2.5'],
])('the version that repairs %s is the next one: %s', (version, fixedIn) => {
  const ranges = [[{ introduced: '1.0.0' }, { fixed: '1.0.2' }, { introduced: '3.0.0' }, { fixed: '3.2.5' }]];
  expect(judgeVersion({ ranges, versions: [] }, version, versionOrders.npm)).toEqual({ affected: true, fixedIn });
});
