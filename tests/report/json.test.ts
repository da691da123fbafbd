import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonReport, jsonReportVersion, renderJson } from '../../src/report/json.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, sampleReport } from './sample-report.ts';

const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

function errorsOf(text: string) {
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

describe('the JSON report', () => {
  test('is what the golden file shows', async () => {
    await expect(renderJson(sampleReport)).toMatchFileSnapshot('fixtures/report.json');
  });

  test('agrees with the published schema', () => {
    expect(errorsOf(renderJson(sampleReport))).toEqual([]);
    expect(errorsOf(renderJson(cleanReport))).toEqual([]);
    expect(schema.properties.version.const).toBe(jsonReportVersion);
  });

  test('agrees with the schema for any report', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        expect(errorsOf(renderJson(report))).toEqual([]);
      }),
    );
  });

  test.each([0, 1, 499, 500, 501, 1234])('is in one piece, whatever pieces it is made in: %i findings', (count) => {
    const [finding] = sampleReport.findings;
    if (finding === undefined) throw new Error('the sample has findings');
    const findings = Array.from({ length: count }, (_, at) => ({ ...finding, message: `\n  "findings": [${at}` }));
    const report = { ...sampleReport, name: '\n  "findings": []', findings };
    expect(renderJson(report)).toBe(`${JSON.stringify(jsonReport(report), null, 2)}\n`);
  });

  test('the schema refuses a field that is unknown, missing or of the wrong type', () => {
    const report = JSON.parse(renderJson(sampleReport));
    expect(errorsOf(JSON.stringify({ ...report, extra: 1 }))).not.toEqual([]);
    expect(errorsOf(JSON.stringify({ ...report, findings: [{ ...report.findings[0], line: 0 }] }))).not.toEqual([]);
    const { why: _, ...incomplete } = report.findings[0];
    expect(errorsOf(JSON.stringify({ ...report, findings: [incomplete] }))).not.toEqual([]);
  });

  test('offers no fix of which an assumption fails', () => {
    const [finding] = sampleReport.findings;
    if (!finding?.fix) throw new Error('the first finding of the sample has a fix');
    const fix = { ...finding.fix, assumptions: [{ statement: 'It is so.', state: 'fails' as const }] };
    expect(JSON.parse(renderJson({ ...sampleReport, findings: [{ ...finding, fix }] })).findings[0].fix).toBeNull();
  });
});
