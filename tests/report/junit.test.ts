import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { renderJunit } from '../../src/report/junit.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, sampleReport } from './sample-report.ts';

/** Counts elements by name; throws where the text is no well-formed XML. */
function elements(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => counts.set(name, (counts.get(name) ?? 0) + 1));
  parser.write(text).close();
  return counts;
}

describe('the JUnit report', () => {
  test('is what the golden file shows', async () => {
    await expect(renderJunit(sampleReport)).toMatchFileSnapshot('fixtures/junit.xml');
  });

  test('the parser of this test refuses what is not well-formed', () => {
    expect(() => elements('<a b="<"/>')).toThrow();
    expect(() => elements('<a>\x01</a>')).toThrow();
  });

  test('of a clean project is one passed test', () => {
    const counts = elements(renderJunit(cleanReport));
    expect(counts.get('testcase')).toBe(1);
    expect(counts.get('failure')).toBeUndefined();
  });

  test.each([
    ['error', 2],
    ['warning', 4],
    ['note', 5],
  ] as const)('fails from %s on: %i failures', (failFrom, failures) => {
    const text = renderJunit(sampleReport, { failFrom });
    expect(elements(text).get('failure')).toBe(failures);
    expect(text).toContain(`tests="7" failures="${failures}" errors="1" skipped="1"`);
  });

  test('is well-formed for any report, with one test case for each finding, suppressed finding and problem', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const counts = elements(renderJunit(report));
        expect(counts.get('testcase')).toBe(
          Math.max(1, report.findings.length + report.suppressed.length + report.problems.length),
        );
        expect(counts.get('error') ?? 0).toBe(report.problems.filter(({ templates }) => !templates).length);
        expect(counts.get('zz')).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});
