import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderCodeQuality } from '../../src/report/code-quality.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, sampleReport } from './sample-report.ts';

test('the code quality report is what the golden file shows', async () => {
  await expect(renderCodeQuality(sampleReport)).toMatchFileSnapshot('fixtures/code-quality.json');
});

test('of a clean project is an empty list', () => {
  expect(JSON.parse(renderCodeQuality(cleanReport))).toEqual([]);
});

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
test('has the fields that GitLab reads, and each fingerprint once', () => {
  fc.assert(
    fc.property(arbitraryReport, (report) => {
      const entries = JSON.parse(renderCodeQuality({ ...report, problems: [] }));
      expect(entries).toHaveLength(report.findings.length);
      for (const entry of entries)
        expect(entry).toEqual({
          description: expect.any(String),
          check_name: expect.any(String),
          fingerprint: expect.stringMatching(/./),
          severity: expect.stringMatching(/^(?:info|minor|major|critical|blocker)$/),
          location: { path: expect.any(String), lines: { begin: expect.any(Number) } },
        });
      const fingerprints = entries.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
      expect(new Set(fingerprints).size).toBe(fingerprints.length);
    }),
    { numRuns: 100 },
  );
});
