import { describe, expect, test } from 'vitest';
import { movedFindings } from '../../src/history/moved-files.ts';
import { trendOf } from '../../src/history/trend.ts';
import { found, run } from './runs.ts';

const series = { project: 'shop', kind: 'audit', subject: '.' } as const;
const now = '2026-01-31T12:00:00.000Z';

function trend(runs: readonly ReturnType<typeof run>[], since?: string) {
  return trendOf({ series, runs }, { branch: 'main', since, now });
}

const names = (findings: readonly { finding: { rule: string; path: string } }[]) =>
  findings.map(({ finding }) => `${finding.rule} ${finding.path}`);

describe('a trend', () => {
  test('tells what is new, fixed, back and old', () => {
    const result = trend([
      run(1, ['error cache/a Dockerfile:3 x', 'note size/c Dockerfile:9 y']),
      run(2, ['note size/c Dockerfile:9 y', 'warning security/b web:1 z']),
      run(5, ['error cache/a Dockerfile:8 x', 'warning security/b web:4 z']),
    ]);
    expect(names(result.open)).toEqual(['cache/a Dockerfile', 'security/b web']);
    expect(names(result.newOnes)).toEqual(['security/b web']);
    expect(names(result.comeBack)).toEqual(['cache/a Dockerfile']);
    expect(names(result.fixed)).toEqual(['size/c Dockerfile']);
    expect(result.open.map(({ ageDays, returned, finding }) => [ageDays, returned, finding.line])).toEqual([
      [26, 1, 8],
      [29, 0, 4],
    ]);
    expect(result.open[1]).toMatchObject({ first: { run: 2 }, before: { run: 1 } });
    expect(result.points.map(({ appeared, disappeared }) => [appeared, disappeared])).toEqual([
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  test('is against the newest run of before the day that is asked for, else the first', () => {
    const runs = [
      run(1, ['error cache/a Dockerfile:3 x']),
      run(4, ['error cache/a Dockerfile:3 x', 'note size/c Dockerfile:9 y']),
      run(9, ['error cache/a Dockerfile:3 x', 'note size/c Dockerfile:9 y', 'warning security/b web:1 z']),
    ];
    expect(names(trend(runs, '2026-01-05').newOnes)).toEqual(['security/b web']);
    expect(trend(runs, '2026-01-05').against?.run).toBe(4);
    expect(trend(runs, '2025-01-05').against?.run).toBe(1);
    expect(trend(runs).newOnes).toHaveLength(2);
  });

  test('what a run did not look for is neither fixed nor open, and counts again when it is looked for', () => {
    const less = { rules: new Set(['cache/a']) };
    const both = ['error cache/a Dockerfile:3 x', 'warning security/b web:1 z'];
    const without = trend([run(1, both), run(2, both.slice(0, 1), less)]);
    expect(names(without.fixed)).toEqual([]);
    expect([names(without.open), without.notLookedFor]).toEqual([['cache/a Dockerfile'], 1]);
    const again = trend([run(1, both), run(2, both.slice(0, 1), less), run(3, both)]);
    expect(names(again.newOnes)).toEqual([]);
    expect(again.comeBack).toEqual([]);
    expect(again.open[1]).toMatchObject({ openSince: { run: 1 }, ageDays: 30 });
  });

  test('what only a later version looks for is marked so', () => {
    const [first] = trend([
      run(1, [], { rules: new Set(['cache/a']) }),
      run(2, ['warning security/b web:1 z']),
    ]).newOnes;
    expect(first?.newRule).toBe(true);
  });

  test('a rule that was off in between makes nothing free that came meanwhile', () => {
    const off = { rules: new Set(['cache/a', 'size/c']) };
    const [added] = trend([run(1, []), run(2, [], off), run(3, ['warning security/b web:1 z'])]).newOnes;
    expect(added).toMatchObject({ newRule: false, before: { run: 1 }, openSince: { run: 3 } });
  });

  test.each(['web/Dockerfile', 'web', '.'])(
    'what lies in %s, which could not be read, is not fixed by that',
    (unread) => {
      const one = ['error cache/a web/Dockerfile:3 x'];
      const result = trend([run(1, one), run(2, [], { unread: [unread] }), run(3, one)]);
      expect([result.comeBack, result.fixed, result.open[0]?.openSince.run]).toEqual([[], [], 1]);
      expect(trend([run(1, one), run(2, [], { unread: ['api'] }), run(3, one)]).comeBack).toHaveLength(1);
    },
  );

  test('what comes into a file of which a part cannot be read, now as before, is new', () => {
    const broken = { unread: ['a.yaml'] };
    const [added] = trend([run(1, [], broken), run(2, ['warning security/b a.yaml:1 z'], broken)]).newOnes;
    expect(added).toMatchObject({ newRule: false, before: { run: 1 } });
  });

  test('goes by the order of recording where a clock was ahead', () => {
    const ahead = run(2, ['note size/c a:1 y'], { at: '2026-06-01T12:00:00.000Z' });
    const result = trend([run(1, []), ahead, run(3, ['note size/c a:1 y', 'warning security/b web:1 z'])]);
    expect([names(result.fixed), names(result.open)]).toEqual([[], ['security/b web', 'size/c a']]);
  });

  test('follows a file to its new place', () => {
    const before = ['error cache/a Dockerfile:3 x', 'note size/c Dockerfile:9 y'];
    const result = trend([
      run(1, before),
      run(2, ['error cache/a web/Dockerfile:4 x', 'note size/c web/Dockerfile:10 y']),
      run(3, ['error cache/a app/Dockerfile:4 x']),
    ]);
    expect(names(result.open)).toEqual(['cache/a app/Dockerfile']);
    expect(result.open[0]).toMatchObject({ first: { run: 1 }, openSince: { run: 1 }, returned: 0 });
    expect(names(result.fixed)).toEqual(['size/c web/Dockerfile']);
    expect(result.newOnes).toEqual([]);
  });

  test('takes the releases of an image for one, by its Dockerfile or its name', () => {
    const image = (name: string, bytes: number, dockerfile?: string) => ({ images: [{ name, bytes, dockerfile }] });
    expect(
      trend([
        run(1, [], image('shop/web:1', 10)),
        run(2, [], image('shop/web:2', 20)),
        run(3, [], image('other', 5, 'api/Dockerfile')),
      ]).images,
    ).toEqual([
      { name: 'shop/web', bytes: [10, 20, undefined] },
      { name: 'api/Dockerfile', bytes: [undefined, undefined, 5] },
    ]);
  });

  test('of one run and of none is no comparison', () => {
    expect(trend([run(1, ['error cache/a Dockerfile:3 x'])])).toMatchObject({ against: undefined, newOnes: [] });
    expect(trend([])).toMatchObject({ points: [], open: [] });
  });
});

describe('a moved file', () => {
  test.each<[string, string[], string[], [string, string][]]>([
    [
      'is one where every line is found again',
      ['note size/c a:1 x'],
      ['note size/c b:1 x'],
      [['size/c|b|x:1', 'size/c|a|x:1']],
    ],
    [
      'is none while the old path has findings',
      ['note size/c a:1 x', 'note size/c a:2 y'],
      ['note size/c b:1 x', 'note size/c a:2 y'],
      [],
    ],
    ['is none where the new path had findings', ['note size/c a:1 x', 'note size/c b:2 y'], ['note size/c b:1 x'], []],
    [
      'is none where most of it is not there',
      ['note size/c a:1 x', 'note size/c a:2 y', 'note size/c a:3 z'],
      ['note size/c b:1 x'],
      [],
    ],
    ['is none where the line is another', ['note size/c a:1 x'], ['note size/c b:1 y'], []],
  ])('%s', (_, before, now, expected) => {
    expect([...movedFindings(before.map(found), now.map(found))]).toEqual(expected);
  });
});
