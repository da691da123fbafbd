import { describe, expect, test } from 'vitest';
import type { HistoricRun, RunSeries } from '../../src/core/history.ts';
import { judgeBudgets } from '../../src/history/judge-budgets.ts';
import { trendOf } from '../../src/history/trend.ts';
import { uncomparedBudgets } from '../../src/history/uncompared-budgets.ts';
import type { Budgets } from '../../src/project/configuration.ts';
import { run } from './runs.ts';

const none: Budgets = {
  newFindings: undefined,
  findingAge: new Map(),
  score: undefined,
  branch: undefined,
  exceptions: [],
};
const series = { project: 'shop', kind: 'audit', subject: '.' } as const;
const exception = { rule: undefined, path: undefined, until: '2026-12-31', reason: 'later', place: 'plimsoll.yaml:9' };

function judge(runs: readonly HistoricRun[], budgets: Partial<Budgets>, sizes: Readonly<Record<string, number>> = {}) {
  const trend = trendOf({ series, runs }, { branch: 'main', since: undefined, now: '2026-01-31T12:00:00.000Z' });
  const sizeOf = ({ name }: { readonly name: string }) => {
    const key = name.replace(/:.*/, '');
    const value = sizes[key];
    return value === undefined ? undefined : { key, limit: { value, place: 'plimsoll.yaml:2' } };
  };
  return judgeBudgets({ budgets: { ...none, ...budgets }, sizeOf, runs, course: runs, trend, today: '2026-01-31' }).map(
    ({ message, run: broke }) => `${broke?.run ?? '-'} ${message}`,
  );
}

const newFindings = { severity: 'warning', since: undefined, place: 'plimsoll.yaml:3' } as const;
const two = [
  run(1, ['error cache/a Dockerfile:3 x']),
  run(2, ['error cache/a Dockerfile:3 x', 'warning security/b web:1 z']),
];

describe('no new finding', () => {
  test('names the commit that brought one, and the one before it', () => {
    expect(judge(two, { newFindings })).toEqual([
      '2 1 finding of severity warning or worse is new since the first recorded run: security/b at web:1 (with commit 2222222222, after 1111111111).',
    ]);
  });

  test.each<[string, readonly HistoricRun[], Partial<Budgets>]>([
    ['in the first run', two.slice(0, 1), { newFindings }],
    ['of a lesser severity', two, { newFindings: { ...newFindings, severity: 'error' } }],
    ['of before the day that counts', two, { newFindings: { ...newFindings, since: '2026-01-03' } }],
    [
      'of a rule that did not run before',
      [run(1, [], { rules: new Set() }), run(2, ['error cache/a D:1 x'])],
      { newFindings },
    ],
    [
      'that is excepted by rule',
      two,
      { newFindings, exceptions: [{ ...exception, budget: 'newFindings', rule: 'security/*' }] },
    ],
    [
      'that is excepted by path',
      two,
      { newFindings, exceptions: [{ ...exception, budget: 'newFindings', path: 'web' }] },
    ],
  ])('is kept by one %s', (_, runs, budgets) => {
    expect(judge(runs, budgets)).toEqual([]);
  });

  test.each<[string, Budgets['exceptions']]>([
    ['another rule', [{ ...exception, budget: 'newFindings', rule: 'cache/*' }]],
    ['another path', [{ ...exception, budget: 'newFindings', path: 'api' }]],
    ['another budget', [{ ...exception, budget: 'score' }]],
    ['a day that is over', [{ ...exception, budget: 'newFindings', until: '2026-01-30' }]],
  ])('is broken though there is an exception for %s', (_, exceptions) => {
    expect(judge(two, { newFindings, exceptions })).toHaveLength(1);
  });

  test('is broken by one that comes back', () => {
    const back = [run(1, ['error cache/a D:1 x']), run(2, []), run(3, ['error cache/a D:1 x'])];
    expect(judge(back, { newFindings })).toEqual([expect.stringContaining('back with commit')]);
  });
});

test('a finding that is older than it may be names the commit', () => {
  const limit = (value: number) => ({ findingAge: new Map([['error', { value, place: 'plimsoll.yaml:4' }]] as const) });
  expect(judge(two, limit(29))).toEqual([
    '1 1 finding of severity error is open for more than 29 days: cache/a at Dockerfile:3 (30 days, with commit 1111111111 or before).',
  ]);
  expect(judge(two, limit(30))).toEqual([]);
});

describe('the score', () => {
  const scores = (...lines: number[]) => lines.map((loadLine, at) => run(at + 1, [], { loadLine }));
  const score = { neverFalls: true, atLeast: undefined, place: 'plimsoll.yaml:5' };

  test('never falls below its best, and the run that fell is named', () => {
    expect(judge(scores(50, 60, 55, 58), { score })).toEqual([
      '3 The load line fell from 60 to 58; it is below 60 since commit 3333333333.',
    ]);
    expect(judge(scores(50, 60, 55, 60), { score })).toEqual([]);
  });

  describe('with other rules is compared by those that ran both times', () => {
    const areas = [
      { area: 'cache', score: 80, findings: { error: 0, warning: 0, note: 0 } },
      { area: 'security', score: 80, findings: { error: 0, warning: 0, note: 0 } },
    ] as const;
    const less = { areas, rules: new Set(['cache/a', 'size/c']), loadLine: 100 };
    const off = run(3, ['error cache/a Dockerfile:3 x'], less);
    test.each<[string, HistoricRun, string[]]>([
      // By cache/a alone, 100 × 20 / (20 + 15).
      [
        'what they found came',
        run(1, ['error security/b web:1 z'], { areas, loadLine: 90 }),
        [
          '3 The load line fell from 100 to 57, by the 2 rules that ran then and now; it is below 100 since commit 3333333333.',
        ],
      ],
      ['only what is off was found before', run(1, ['error cache/a Dockerfile:3 x'], { areas, loadLine: 90 }), []],
      ['no area was looked at both times', run(1, [], { areas: [], loadLine: 90 }), []],
      ['no rule ran both times', run(1, [], { areas, rules: new Set(['security/b']), loadLine: 90 }), []],
    ])('%s', (_, before, expected) => {
      expect(judge([before, off], { score })).toEqual(expected);
    });
  });

  test('has a least', () => {
    const least = { ...score, neverFalls: false, atLeast: 58 };
    expect(judge(scores(60, 50, 55), { score: least })).toEqual([
      expect.stringMatching(/^2 .* is 55 and has to be 58/),
    ]);
    expect(judge(scores(50, 58), { score: least })).toEqual([]);
  });
});

test('an image that is over its size names the run that crossed it, through releases', () => {
  const size = (at: number, bytes: number) =>
    run(at, [], { images: [{ name: `shop/web:${at}`, dockerfile: undefined, bytes }] });
  const runs = [size(1, 10e6), size(2, 40e6), size(3, 10e6), size(4, 31e6), size(5, 35e6)];
  expect(judge(runs, {}, { 'shop/web': 30e6 })).toEqual([
    '4 The image shop/web:5 has 35 MB and may have 30 MB; it is over that since commit 4444444444.',
  ]);
  expect(judge(runs, {}, { 'shop/web': 35e6 })).toEqual([]);
  expect(
    judge(runs, { exceptions: [{ ...exception, budget: 'imageSize', path: 'shop/web' }] }, { 'shop/web': 3 }),
  ).toEqual([]);
});

describe('what could not be compared is said', () => {
  const score = { neverFalls: true, atLeast: undefined, place: 'plimsoll.yaml:5' };
  function said(
    runs: readonly HistoricRun[],
    missing: readonly string[] = [],
    budgets: Partial<Budgets> = { score },
    kind: RunSeries['kind'] = 'audit',
  ) {
    const trend = trendOf({ series, runs }, { branch: 'main', since: undefined, now: '2026-01-31T12:00:00.000Z' });
    return uncomparedBudgets({
      budgets: { ...none, ...budgets },
      series: { ...series, kind },
      runs,
      trend,
      branch: 'main',
      missing,
      standsFor: undefined,
    }).map(({ place, message }) => `${place} ${message}`);
  }

  test.each<[string, string[], RegExp[]]>([
    [
      'of the first run',
      said(two.slice(0, 1)),
      [/^plimsoll.yaml:5 This is the first recorded run of «audit \.» on main/],
    ],
    ['without a run of the branch', said(two.slice(0, 1), ['trunk']), [/No run of .* on trunk .* with nothing/]],
    [
      'with runs of its own branch alone',
      said(two, ['main', 'master']),
      [/on main or master .* with the earlier runs of main alone/],
    ],
    [
      'without a rule that ran before',
      said([two[1] ?? run(1, []), run(3, [], { rules: new Set(['cache/a', 'size/c']) })]),
      [/1 rule that ran in run 2 of 2026-01-02 did not run now: security\/b\. 1 finding of before/],
    ],
    [
      'of a finding that was made to weigh less',
      said([run(1, ['error cache/a Dockerfile:3 x']), run(2, ['note cache/a Dockerfile:3 x'])]),
      [/1 finding weighs less than in run 1 of 2026-01-01: cache\/a at Dockerfile:3 \(error, now note\)/],
    ],
    ['not where all is as before', said(two), []],
    ['not of a proof, which has no findings', said(two.slice(0, 1), [], { score }, 'prove'), []],
    [
      'not of budgets that need no run before',
      said(two.slice(0, 1), [], { score: { ...score, neverFalls: false } }),
      [],
    ],
  ])('%s', (_, messages, expected) => {
    expect(messages).toEqual(expected.map((each) => expect.stringMatching(each)));
  });
});
