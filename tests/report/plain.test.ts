import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderPlain, summaryLine } from '../../src/report/plain.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, reportOfApplications, sampleReport } from './sample-report.ts';

describe('the plain report', () => {
  test('is one finding a line, as compilers write it', async () => {
    await expect(renderPlain(sampleReport)).toMatchFileSnapshot('fixtures/plain.txt');
  });

  test('of a clean project is empty; the summary says what was looked at', () => {
    expect(renderPlain(cleanReport)).toBe('');
    expect(summaryLine(cleanReport)).toMatch(/^shop: 2 Dockerfiles, 3 workloads, .*: nothing found\n$/);
  });

  test('of applications alone says how they get what is audited', () => {
    expect(summaryLine(reportOfApplications)).toBe(
      'shop: 2 applications without a Dockerfile or manifest: nothing found (plimsoll init writes what a program of them lacks)\n',
    );
  });

  test('has exactly one line for each finding and problem, whatever they hold', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const lines = renderPlain(report).split('\n').slice(0, -1);
        expect(lines).toHaveLength(report.findings.length + report.problems.length);
        for (const line of lines) {
          expect(line).toMatch(/^.*:\d+:\d+: (?:(?:error|warning|note) [a-z]+\/[a-z-]+|problem|notice): /u);
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
        }
      }),
    );
  });
});
