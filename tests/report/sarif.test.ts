import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { dockerfileText, reportOf, sampleFindings, sampleReport } from './sample-report.ts';

const validate = compileSchema();

/** The schema of the OASIS committee as Microsoft's package ships it; written for draft 4, of which it uses nothing that draft 7 has not. */
function compileSchema() {
  const shipped = path.dirname(createRequire(import.meta.url).resolve('@microsoft/jest-sarif/package.json'));
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(path.join(shipped, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat(
    'uri-reference',
    (text) => /^[\w!$&'()*+,;=:@/?#%.~-]*$/.test(text) && URL.canParse(text, 'file:///root/'),
  );
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
}

function errorsOf(text: string) {
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

const run = (report = sampleReport) => JSON.parse(renderSarif(report)).runs[0];

describe('the SARIF report', () => {
  test('is valid against the schema of SARIF 2.1.0', () => {
    expect(errorsOf(renderSarif(sampleReport))).toEqual([]);
    expect(errorsOf(renderSarif(sampleReport).replace('"level": "error"', '"level": "fatal"'))).not.toEqual([]);
  });

  test('is valid for any report', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        expect(errorsOf(renderSarif(report))).toEqual([]);
      }),
    );
  });

  test('names rules so that GitHub shows them', () => {
    const absolute = {
      ...sampleReport,
      rules: sampleReport.rules.map((rule) => ({ ...rule, docs: `https://example.com/${rule.id}` })),
    };
    const { rules } = run(absolute).tool.driver;
    const security = rules.find(({ id }: { id: string }) => id === 'security/non-root-user');
    expect(security).toMatchObject({
      name: 'SecurityNonRootUser',
      helpUri: 'https://example.com/security/non-root-user',
      defaultConfiguration: { level: 'warning' },
      properties: { tags: ['security'], precision: 'high', 'security-severity': '5.5', 'problem.severity': 'warning' },
    });
    const layers = rules.find(({ id }: { id: string }) => id === 'layers/no-chown-after-copy');
    expect(layers.properties).not.toHaveProperty('security-severity');
    for (const { ruleId, ruleIndex } of run().results)
      if (ruleIndex !== undefined) expect(rules[ruleIndex].id).toBe(ruleId);
  });

  test('gives the place, the other places and the line', () => {
    const chown = run().results.find(({ ruleId }: { ruleId: string }) => ruleId === 'layers/no-chown-after-copy');
    expect(chown).toMatchObject({
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'web/Dockerfile', uriBaseId: '%SRCROOT%' },
            region: { startLine: 7, startColumn: 1, endLine: 7, endColumn: 29 },
            contextRegion: { snippet: { text: 'RUN chown -R node:node /app' } },
          },
        },
      ],
      relatedLocations: [
        { id: 1, message: { text: 'the files that are stored twice' }, physicalLocation: { region: { startLine: 5 } } },
      ],
    });
    const hash = chown.partialFingerprints.primaryLocationLineHash;
    expect(hash).toMatch(/^[0-9a-f]{16}:1$/);
  });

  test('its fix, applied by offset, is the fix of the finding', () => {
    const result = run().results.find(({ ruleId }: { ruleId: string }) => ruleId === 'layers/no-chown-after-copy');
    const edits = result.fixes[0].artifactChanges[0].replacements.map(
      (one: { deletedRegion: { charOffset: number; charLength: number }; insertedContent?: { text: string } }) => ({
        range: {
          start: one.deletedRegion.charOffset,
          end: one.deletedRegion.charOffset + one.deletedRegion.charLength,
        },
        replacement: one.insertedContent?.text ?? '',
      }),
    );
    expect(applyEdits(dockerfileText, edits)).toBe(
      applyEdits(dockerfileText, sampleFindings.chown.fix?.changes.edits ?? []),
    );
    expect(applyEdits(dockerfileText, edits)).not.toContain('RUN chown');
  });

  test('says no fix that it cannot say whole: one that also makes a file', () => {
    const { chown } = sampleFindings;
    if (!chown.fix) throw new Error('the sample has a fix');
    const fix = { ...chown.fix, changes: { ...chown.fix.changes, newFiles: [{ path: 'a', text: '' }] } };
    expect(run(reportOf([{ ...chown, fix }])).results[0]).not.toHaveProperty('fixes');
  });

  test('keeps suppressed findings as suppressed, and problems as notifications', () => {
    expect(run().results.at(-1)).toMatchObject({
      ruleId: 'size/lighter-base',
      suppressions: [{ kind: 'inSource', status: 'accepted', justification: 'the tests need glibc' }],
    });
    const [notification] = run().invocations[0].toolExecutionNotifications;
    expect(notification.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'charts/web/templates/deploy.yaml' },
      region: { startLine: 17 },
    });
  });

  test.each([
    ['a b/Dockerfile', 'a%20b/Dockerfile'],
    ['a#b?c%.yaml', 'a%23b%3Fc%25.yaml'],
    ['x:y', 'x%3Ay'],
    ['\ud800', '%EF%BF%BD'],
  ])('writes the path %j as the URI reference %s', (file, uri) => {
    const [place] = sampleFindings.latest.locations;
    const report = reportOf([{ ...sampleFindings.latest, locations: [{ ...place, path: file }] }]);
    expect(run(report).results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });
});
