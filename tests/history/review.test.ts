import { expect, test } from 'vitest';
import type { BasesReport } from '../../src/core/bases-report.ts';
import type { Finding } from '../../src/core/finding.ts';
import { type ReviewInputs, reviewOf } from '../../src/history/review.ts';
import { trendOf } from '../../src/history/trend.ts';
import { gainText } from '../../src/report/review.ts';
import { sampleReport } from '../report/sample-report.ts';
import { run } from './runs.ts';

const [sample] = sampleReport.findings;
if (sample === undefined) throw new Error('the sample has findings');
const place = sample.locations[0];
const fix = { title: 'mend', changes: { edits: [] }, assumptions: [] };
const finding = (rule: string, more: Partial<Finding>): Finding => ({
  rule,
  area: 'size',
  severity: 'note',
  message: `${rule} is there.`,
  why: '',
  remedy: '',
  peers: [],
  locations: [place],
  fix,
  ...more,
});
const cost = (basis: 'measured' | 'estimated', bytes: number) => ({ cost: { basis, bytes, derivation: '' } });

const bases: BasesReport = {
  tool: { name: 'plimsoll', version: '0' },
  target: '.',
  name: 'shop',
  today: '2026-01-31',
  datesKnownOn: '2026-01-01',
  images: [
    {
      image: 'node:20',
      tag: '20',
      digest: undefined,
      places: [{ path: 'Dockerfile', line: 1, kind: 'FROM', ignores: [] }],
      next: [],
      moved: [],
      ending: [
        { product: 'Node.js 20', date: '2026-04-30', days: 89, severity: 'warning', source: 'nodejs.org' },
        { product: 'Debian 12', date: '2028-06-30', days: 880, severity: 'note', source: 'debian.org' },
      ],
      unknown: [],
    },
  ],
  unresolved: [],
  problems: [],
  requests: {},
  offline: true,
  seconds: 0,
};

const words = { target: ' web', history: ' --store web/.plimsoll/history.db', store: '' };

function review(
  runs: readonly ReturnType<typeof run>[],
  findings: readonly Finding[] = [],
  more: Partial<ReviewInputs> = {},
) {
  const series = { project: 'shop', kind: 'audit', subject: '.' } as const;
  const trend = trendOf({ series, runs }, { branch: 'main', since: undefined, now: '2026-05-31T12:00:00.000Z' });
  const { proofs: _, ...report } = sampleReport;
  const result = reviewOf({
    report: { ...report, findings },
    runs,
    course: runs,
    trend,
    recorded: Math.max(0, runs.length - 1),
    noHistory: 'There is no history: «plimsoll audit --record» begins one.',
    images: [],
    hasBudgets: false,
    broken: [],
    uncompared: [],
    bases,
    budgets: undefined,
    today: '2026-01-31',
    days: 90,
    since: '2025-11-02',
    words,
    figures: gainText,
    ...more,
  });
  return Object.fromEntries(
    result.sections.map(({ id, items, missing }) => [
      id,
      { missing, items: items.map(({ text, basis, command }) => `${text} (${basis}) ${command}`) },
    ]),
  );
}

const area = (score: number) => [{ area: 'cache', score, findings: { error: 0, warning: 0, note: 0 } } as const];

test('what got worse and what is old come from the runs, against the best of the period', () => {
  const sizes = [10e6, 9e6, 12e6].map((bytes, at) => ({ at: `2026-01-0${at + 1}T00:00:00Z`, bytes }));
  const { worse, old } = review(
    [
      run(1, ['error cache/a Dockerfile:3 x'], { loadLine: 70, areas: area(50) }),
      run(2, ['error cache/a Dockerfile:3 x'], { loadLine: 90, areas: area(80) }),
      run(3, ['error cache/a Dockerfile:3 x', 'note size/c web:1 z'], { loadLine: 75, areas: area(60) }),
      // As it is now: a run that is no worse than the last one, and all the same worse than it was.
      run(4, ['error cache/a Dockerfile:3 x', 'note size/c web:1 z'], { loadLine: 80, areas: area(60) }),
    ],
    [],
    { images: [{ name: 'shop/web', sizes }] },
  );
  expect(worse?.items).toEqual([
    'The load line fell from 90 to 80; it is below that since commit 3333333333. (recorded) plimsoll trend --store web/.plimsoll/history.db',
    'The score of cache fell from 80 to 60; it is below that since commit 3333333333. (recorded) plimsoll trend --store web/.plimsoll/history.db',
    'size/c is new in 1 place, first with commit 3333333333. (recorded) plimsoll explain size/c',
    'The image shop/web grew from 9 MB to 12 MB. (measured) plimsoll bisect-size web',
  ]);
  expect(old?.items[0]).toBe('cache/a is open in 1 place, for up to 150 days. (recorded) plimsoll explain cache/a');
});

test('an image is compared with its newest size of before the period, and an area only by equal rules', () => {
  const sizes = [5e6, 10e6, 10.1e6].map((bytes, at) => ({ at: `2026-01-0${at + 1}T00:00:00Z`, bytes }));
  const runs = [
    run(1, [], { areas: area(90), rules: new Set(['cache/a', 'cache/b']) }),
    run(2, [], { areas: area(60) }),
  ];
  const { worse } = review(runs, [], { images: [{ name: 'shop/web', sizes }], since: '2026-01-03' });
  expect(worse?.items).toEqual([]);
});

test('a run that could not read what is read now was no better', () => {
  const unread = { loadLine: 100, areas: area(100), unread: ['k/pod.yaml'] };
  const [one, partly, now] = [
    run(1, [], { loadLine: 70, areas: area(50) }),
    run(2, [], unread),
    run(3, [], { loadLine: 70, areas: area(50) }),
  ];
  expect(review([one, partly, now]).worse?.items).toEqual([]);
  // What neither reads makes no difference between them.
  expect(review([partly, { ...now, unread: ['k/pod.yaml'] }]).worse?.items).toHaveLength(2);
});

test('broken budgets come first, and what they were not compared with is said', () => {
  const broken = [
    { budget: 'score', place: 'plimsoll.yaml:3', message: 'The load line fell.', run: undefined, places: [] },
    { budget: 'imageSize', place: 'plimsoll.yaml:9', message: 'The image grew.', run: undefined, places: [] },
  ] as const;
  const uncompared = [{ place: 'plimsoll.yaml:3', message: 'No run of main.' }];
  const runs = [run(1, []), run(2, [])];
  const result = review(runs, [], { broken, uncompared, hasBudgets: true });
  expect(Object.keys(result)).toEqual(['budgets', 'worse', 'old', 'ended', 'ending', 'fixes']);
  expect(result.budgets).toEqual({
    missing: 'No run of main.',
    items: [
      'The load line fell. (recorded) plimsoll trend --store web/.plimsoll/history.db',
      'The image grew. (measured) plimsoll bisect-size web',
    ],
  });
  expect(review(runs).budgets?.missing).toBe('plimsoll.yaml has no budgets.');
});

test('what has ended stands apart from what ends within the days, each with its date and source, and nothing later', () => {
  const [image] = bases.images;
  if (image === undefined) throw new Error('the bases have an image');
  const past = {
    product: 'Node.js 18',
    date: '2025-04-30',
    days: -276,
    severity: 'error',
    source: 'nodejs.org',
  } as const;
  const old = {
    ...image,
    image: 'node:18',
    ending: [past],
    deprecated: { reason: 'nobody builds it', instead: undefined },
  };
  const exception = {
    budget: 'score',
    rule: undefined,
    path: undefined,
    reason: 'later',
    place: 'plimsoll.yaml:9',
  } as const;
  const { ended, ending } = review([], [], {
    bases: { ...bases, images: [image, old] },
    budgets: {
      newFindings: undefined,
      findingAge: new Map(),
      score: undefined,
      branch: undefined,
      exceptions: ['2026-01-30', '2026-01-31', '2027-01-01'].map((until) => ({ ...exception, until })),
    },
  });
  expect(ended?.items).toEqual([
    'Node.js 18 in node:18 has had no security support since 2025-04-30 (nodejs.org, as of 2026-01-01). (known) plimsoll bases web',
    'The exception to score ended on 2026-01-30: later. (known) plimsoll audit web --record',
    'node:18 is given up: nobody builds it. (known) plimsoll bases web',
  ]);
  expect(ending?.items).toEqual([
    'The exception to score ends on 2026-01-31: later. (known) plimsoll audit web --record',
    'Node.js 20 in node:20 has security support until 2026-04-30 (nodejs.org, as of 2026-01-01). (known) plimsoll bases web',
  ]);
});

test('fixes that were measured come first, then estimated ones by what they are worth, then the others', () => {
  const question = { assumptions: [{ statement: 's', state: 'unknown' as const, question: 'q?' }] };
  const { fix: _, ...withoutFix } = finding('size/no-fix', cost('measured', 9e9));
  const { fixes } = review(
    [],
    [
      finding('size/none', {}),
      finding('size/small', cost('estimated', 1e6)),
      finding('size/large', { ...cost('estimated', 300e6), fix: { ...fix, ...question } }),
      finding('size/large', cost('estimated', 100e6)),
      finding('size/measured', cost('measured', 2e6)),
      withoutFix,
    ],
  );
  expect(fixes?.items).toEqual([
    'size/measured in 1 place: 2 MB less. (measured) plimsoll fix web --rule size/measured',
    'size/large in 2 places: 400 MB less. (estimated) plimsoll fix web --rule size/large',
    'size/small in 1 place: 1 MB less. (estimated) plimsoll fix web --rule size/small',
    'size/none in 1 place: size/none is there. (not measured) plimsoll fix web --rule size/none',
  ]);
});

test('without a history it says so', () => {
  const { worse, old } = review([run(1, [])]);
  expect([worse?.missing, old?.missing]).toEqual([
    expect.stringContaining('plimsoll audit --record'),
    expect.stringContaining('plimsoll audit --record'),
  ]);
});
