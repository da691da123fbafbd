import { expect, test } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import { printable } from '../../src/core/printable.ts';
import { displayWidth } from '../../src/report/internal/display-width.ts';
import { bar } from '../../src/report/internal/proof-bars.ts';
import { renderProofs } from '../../src/report/proof-terminal.ts';
import { proofOf } from '../../src/report/proof-view.ts';
import { sampleEvidence } from './sample-evidence.ts';

const wide = { columns: 140, color: false, all: false };
const show = (evidence: Evidence, options = wide) =>
  renderProofs([proofOf(evidence, '.plimsoll/evidence/web-3f9c2b1a.json')], options);

test('a proof is a table and a verdict', () => {
  const lines = show(sampleEvidence).split('\n');
  expect(lines[0]).toMatch(
    /^web {2}web\/Dockerfile +built with Docker Engine 20\.10\.24 \(BuildKit\), 5 builds, 3 min$/,
  );
  const row = (what: string) => lines.find((line) => line.startsWith(`  ${what}`))?.replace(/ +/g, ' ');
  expect(row('size')).toBe(' size 1.12 GB → 171 MB ▼ 85 % measured, content of all layers');
  expect(row('to pull')).toBe(' to pull 402 MB → 61 MB ▼ 85 % measured, packed with gzip');
  expect(row('rebuild')).toContain('61 s → 4.1 s ▼ 93 % measured, 5 of 9 steps cached (before: 2 of 8)');
  expect(row('vulnerable packages')).toContain(
    '214 → 31 ▼ 86 % 12 critical, 80 high → 1 high, 30 low. Advisories of 2026-11-20.',
  );
  expect(row('user')).toBe(' user root → 10001');
  expect(row('secrets')).toBeUndefined();
  expect(row('still the same program')).toContain('yes 14 observations alike by Docker Engine 20.10.24');
  expect(row('taken back')).toContain('web/Dockerfile:5: Pass --no-install-recommends: GET :8080/healthz: 500 before');
  expect(lines.at(-2)).toBe('  Evidence: .plimsoll/evidence/web-3f9c2b1a.json');
});

test('undeclared differences are listed, what lies below one as part of it; the others are counted', () => {
  const text = show(sampleEvidence);
  expect(text).toContain('undeclared  removed /opt/tool, with 1 path below it, 1.2 MB\n');
  expect(text).toContain('undeclared  changed /app/<b>.js: content, mode\n');
  expect(text).not.toContain('usr/bin/gcc');
});

test('bars are to scale', () => {
  const lines = show(sampleEvidence)
    .split('\n')
    .filter((line) => line.includes('█'));
  expect(lines.map((line) => (line.match(/█/g) ?? []).length)).toEqual([60, 9]);
  expect([bar(0), bar(0.001), bar(0.5), bar(1), bar(2.25)]).toEqual(['', '▏', '▌', '█', '██▎']);
});

test('no line is wider than the terminal, and nothing from a file controls it', () => {
  const nasty: Evidence = {
    ...sampleEvidence,
    subject: { ...sampleEvidence.subject, name: 'web\u001b[2J', dockerfile: `${'d'.repeat(30)}\u202e` },
    statements: ['\u001b]0;title\u0007 said'],
    behaviour: {
      ...sampleEvidence.behaviour,
      verdict: 'different',
      differences: [{ name: 'GET /', message: 'a\u001b[31m', before: [], after: [] }],
    },
  };
  for (const columns of [40, 60, 80, 140, 300]) {
    const text = show(nasty, { ...wide, columns, all: true });
    expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
    // A path is not broken: it is to be copied.
    for (const line of text.split('\n').filter((each) => !each.startsWith('  Evidence: ')))
      expect(displayWidth(line), line).toBeLessThanOrEqual(Math.min(200, columns));
  }
});

test('where nothing passed, the original is shown alone and it is said that nothing is proved', () => {
  const text = show({
    ...sampleEvidence,
    after: undefined,
    tree: undefined,
    fixes: [],
    verdict: 'failed',
    behaviour: { ...sampleEvidence.behaviour, verdict: 'unknown', improvements: [], why: 'no repair passed' },
  });
  expect(text).toMatch(/size +1\.12 GB/);
  expect(text).not.toContain('→');
  expect(text).toContain('still the same program  not known  no repair passed');
  expect(text).toContain('Not proved: no fix passed.');
});

test('a proof without anything measured says why', () => {
  const text = renderProofs(
    [
      {
        name: 'web',
        dockerfile: 'Dockerfile',
        verdict: 'unproved',
        statements: ['The original does not build.'],
        withdrawn: [],
        evidence: undefined,
        file: undefined,
      },
    ],
    wide,
  );
  expect(text).toBe('web  Dockerfile\n  Not proved, and not refuted.\n    The original does not build.\n');
});

test('less than a second of difference is no saving, and no loss', () => {
  const seconds = (coldSeconds: number) => ({ ...sampleEvidence.before, coldSeconds });
  const row = (before: number, after: number) =>
    show({ ...sampleEvidence, before: seconds(before), after: seconds(after) })
      .split('\n')
      .find((line) => line.startsWith('  build without cache'));
  expect(row(0.5, 0.8)).not.toMatch(/[▲▼]/);
  expect(row(5, 10)).toContain('▲ 100 %');
});
