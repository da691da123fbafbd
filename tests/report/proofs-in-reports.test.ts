import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { attachFixProofs, attachProofs } from '../../src/core/attach-proofs.ts';
import type { Evidence, ReportedProof } from '../../src/core/evidence.ts';
import type { FixReport } from '../../src/core/fix-report.ts';
import type { Report } from '../../src/core/report.ts';
import { renderFixJson } from '../../src/report/fix-json.ts';
import { renderFixes } from '../../src/report/fix-terminal.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderPlain } from '../../src/report/plain.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { sampleEvidence } from './sample-evidence.ts';
import { sampleReport } from './sample-report.ts';

const fixable = sampleReport.findings.find(({ fix }) => fix !== undefined);
if (fixable?.fix === undefined) throw new Error('the sample has no fix');
const { rule, fix, locations } = fixable;
const own = {
  rule,
  path: locations[0].path,
  line: locations[0].start.line,
  title: fix.title,
  class: 'review',
} as const;
const file = '.plimsoll/evidence/web-1.json';

function reportWith(evidence: Partial<Evidence>, state: ReportedProof['state'] = 'before'): Report {
  return attachProofs(sampleReport, [{ evidence: { ...sampleEvidence, ...evidence }, file, state }], []);
}

const findingOf = (report: Report) => report.findings.find((each) => each.rule === rule);
const together = reportWith({ fixes: [own, ...sampleEvidence.fixes] });
const options = { columns: 120, color: false, all: true, commands: [] };

test('a finding whose fix is part of what passed says what was measured, and with how many others', () => {
  expect(findingOf(together)?.proof).toMatchObject({ verdict: 'proved' });
  const sentence = 'measured with 2 other fixes: size 1.12 GB → 171 MB, rebuild 61 s → 4.1 s, the same program';
  expect(renderTerminal(together, options).replace(/\s+/g, ' ')).toContain(sentence);
  expect(renderMarkdown(together)).toContain(`- **Proof**: ${sentence}`);
  expect(renderPlain(together)).toContain(`Its fix: ${sentence}.`);
  expect(renderHtml(together)).toContain(`<dt>Proof</dt><dd>${sentence}</dd>`);
  const results: { ruleId: string; message: { text: string }; properties: { proof?: unknown } }[] = JSON.parse(
    renderSarif(together),
  ).runs[0].results;
  const result = results.find((each) => each.ruleId === rule);
  expect(result?.message.text).toContain(`Proof: ${sentence}.`);
  expect(result?.properties.proof).toEqual({ verdict: 'proved', file, measured: sentence });
});

test('what several fixes save together is not the cost of one of them', () => {
  expect(findingOf(together)?.cost).toEqual(fixable.cost);
});

test('where a proof is of one fix alone, the cost of its finding is measured', () => {
  const alone = findingOf(reportWith({ fixes: [own] }));
  expect(alone?.cost).toMatchObject({ basis: 'measured', bytes: 949_000_000, seconds: 57.3 });
});

test.each<[string, Partial<Evidence>, ReportedProof['state']]>([
  ['another rule', { fixes: [{ ...own, rule: 'size/other' }] }, 'before'],
  ['another line', { fixes: [{ ...own, line: own.line + 1 }] }, 'before'],
  ['another title', { fixes: [{ ...own, title: 'x' }] }, 'before'],
  ['the texts after the repair', { fixes: [own] }, 'after'],
  ['a proof that did not pass', { fixes: [own], verdict: 'unproved' }, 'before'],
])('evidence of %s says nothing of the finding', (_, evidence, state) => {
  const found = findingOf(reportWith(evidence, state));
  expect(found?.proof).toBeUndefined();
  expect(found?.cost).toEqual(fixable.cost);
});

test('a fix that a proof took back says why', () => {
  const report = reportWith({ withdrawn: [{ ...own, reason: 'GET /: 500' }] });
  expect(renderTerminal(report, options)).toContain('a proof took it back: GET /: 500');
});

test('bars before and after are in the terminal, in Markdown and in HTML to one scale', () => {
  const lines = renderTerminal(together, options)
    .split('\n')
    .filter((line) => line.includes('█'));
  expect(lines.map((line) => (line.match(/█/g) ?? []).length)).toEqual([60, 9]);
  expect(renderMarkdown(together)).toContain('before  ████');
  const page = renderHtml(together);
  const widths = [...page.matchAll(/<rect class="layer\d" x="[\d.]+%" y="0" width="([\d.]+)%"/g)].map(([, width]) =>
    Number(width),
  );
  expect(widths).toEqual([10.71, 71.43, 17.86, 7.14, 8.13]);
  expect(page).toContain('app/&lt;b&gt;.js');
  expect(page).not.toContain('style="');
});

test('stale evidence is said and shows nothing', () => {
  const report = attachProofs(sampleReport, [], ['web/Dockerfile']);
  for (const text of [renderTerminal(report, options), renderMarkdown(report), renderHtml(report)])
    expect(text.replace(/\s+/g, ' ')).toContain(
      'The evidence for web/Dockerfile is of other texts than these, and does not count',
    );
  expect(renderTerminal(report, options)).not.toContain('█ ');
});

test('JSON is as its schema says, with and without evidence', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
  for (const report of [
    together,
    sampleReport,
    reportWith({ after: undefined }),
    attachProofs(sampleReport, [], ['a']),
  ]) {
    const value = JSON.parse(renderJson(report));
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  }
  const value = JSON.parse(renderJson(together));
  expect(value.proofs[0]).toMatchObject({
    file,
    state: 'before',
    before: { bytes: 1_120_000_000 },
    after: { rebuildSeconds: 4.1 },
  });
  expect(value.findings.find((each: { rule: string }) => each.rule === rule).proof).toEqual({
    verdict: 'proved',
    reason: null,
    file,
    fixes: 3,
  });
});

test('a repair says which of its fixes are proved, and the question of an open one is answered', () => {
  const offered = { finding: fixable, fix, class: 'review' } as const;
  const repair: FixReport = {
    tool: { name: 'plimsoll', version: '1' },
    target: '.',
    name: 'web',
    files: [],
    applied: [],
    open: [offered],
    withdrawn: [],
    withoutFix: 0,
    leftAlone: [],
    problems: [],
    rounds: 1,
    complete: true,
    seconds: 1,
  };
  const proved = attachFixProofs(
    repair,
    [{ evidence: { ...sampleEvidence, fixes: [own] }, file, state: 'before' }],
    [],
  );
  const text = renderFixes(proved, { columns: 120, color: false });
  expect(text).toContain('measured by itself: size 1.12 GB → 171 MB');
  expect(text).toContain('before  ████');
  const schema = JSON.parse(readFileSync(new URL('../../schemas/fix-report.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
  for (const report of [repair, proved]) {
    const value = JSON.parse(renderFixJson(report));
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  }
  expect(JSON.parse(renderFixJson(proved)).open[0].proof).toEqual({ verdict: 'proved', reason: null, file, fixes: 1 });
});
