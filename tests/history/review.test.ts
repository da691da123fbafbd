import { expect, test } from 'vitest';
import type { BasesReport } from '../../src/core/bases-report.ts';
import type { Finding } from '../../src/core/finding.ts';
import { reviewOf } from '../../src/history/review.ts';
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

function review(runs: readonly ReturnType<typeof run>[] | undefined, findings: readonly Finding[] = []) {
  const series = { project: 'shop', kind: 'audit', subject: '.' } as const;
  const trend =
    runs && trendOf({ series, runs }, { branch: 'main', since: undefined, now: '2026-05-31T12:00:00.000Z' });
  const { proofs: _, ...report } = sampleReport;
  const result = reviewOf({
    report: { ...report, findings },
    trend,
    bases,
    budgets: undefined,
    today: '2026-01-31',
    days: 90,
    target: '',
    figures: gainText,
  });
  return Object.fromEntries(
    result.sections.map(({ id, items, missing }) => [
      id,
      { missing, items: items.map(({ text, basis, command }) => `${text} (${basis}) ${command}`) },
    ]),
  );
}

test('what got worse and what is old come from the runs', () => {
  const image = (bytes: number) => [{ name: 'shop/web:1', dockerfile: undefined, bytes }];
  const { worse, old } = review([
    run(1, ['error cache/a Dockerfile:3 x'], { loadLine: 70, images: image(10e6) }),
    run(2, ['error cache/a Dockerfile:3 x', 'note size/c web:1 z'], { loadLine: 60, images: image(12e6) }),
  ]);
  expect(worse?.items).toEqual([
    'The load line fell from 70 to 60. (recorded) plimsoll trend',
    'size/c is new in 1 place, first with commit 2222222222. (recorded) plimsoll explain size/c',
    'The image shop/web grew from 10 MB to 12 MB. (measured) plimsoll bisect-size',
  ]);
  expect(old?.items[0]).toBe('cache/a is open in 1 place, for up to 150 days. (recorded) plimsoll explain cache/a');
});

test('what ends within the days is told with its date and source, and nothing later', () => {
  expect(review(undefined).ending?.items).toEqual([
    'Node.js 20 in node:20 has security support until 2026-04-30 (nodejs.org, as of 2026-01-01). (known) plimsoll bases',
  ]);
});

test('fixes that were measured come first, then estimated ones by what they are worth, then the others', () => {
  const question = { assumptions: [{ statement: 's', state: 'unknown' as const, question: 'q?' }] };
  const { fix: _, ...withoutFix } = finding('size/no-fix', cost('measured', 9e9));
  const { fixes } = review(undefined, [
    finding('size/none', {}),
    finding('size/small', cost('estimated', 1e6)),
    finding('size/large', { ...cost('estimated', 300e6), fix: { ...fix, ...question } }),
    finding('size/large', cost('estimated', 100e6)),
    finding('size/measured', cost('measured', 2e6)),
    withoutFix,
  ]);
  expect(fixes?.items).toEqual([
    'size/measured in 1 place: 2 MB less. (measured) plimsoll fix --rule size/measured',
    'size/large in 2 places: 400 MB less. (estimated) plimsoll fix --rule size/large',
    'size/small in 1 place: 1 MB less. (estimated) plimsoll fix --rule size/small',
    'size/none in 1 place: size/none is there. (not measured) plimsoll fix --rule size/none',
  ]);
});

test('without a history it says so', () => {
  const { worse, old } = review(undefined);
  expect([worse?.missing, old?.missing]).toEqual([
    expect.stringContaining('plimsoll audit --record'),
    expect.stringContaining('plimsoll audit --record'),
  ]);
  expect(review([run(1, [])]).worse?.missing).toContain('one run');
});
