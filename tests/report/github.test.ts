import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderGithub } from '../../src/report/github.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { reportOf, sampleFindings, sampleReport } from './sample-report.ts';

/** The grammar of a workflow command, with only what this renderer writes. */
const command =
  /^::(?:error|warning|notice) file=[^:,\r\n]*,line=\d+(?:,endLine=\d+)?(?:,col=\d+,endColumn=\d+)?,title=[^:,\r\n]*::[^\r\n]*$/u;

describe('the GitHub report', () => {
  test('is what the golden file shows', async () => {
    await expect(renderGithub(sampleReport)).toMatchFileSnapshot('fixtures/github.txt');
  });

  test('annotates ten of each kind and names the others', () => {
    const lines = renderGithub(
      reportOf(
        Array.from({ length: 13 }, () => sampleFindings.latest),
        { problems: [] },
      ),
    ).split('\n');
    expect(lines.filter((line) => line.startsWith('::warning'))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith('warning web/Dockerfile:2:6 cache/pinned-base'))).toHaveLength(3);
    expect(lines).toContain('3 more, which GitHub would not show as annotations:');
  });

  test('encodes what separates the parts of a command', () => {
    const [place] = sampleFindings.latest.locations;
    const text = renderGithub(
      reportOf([{ ...sampleFindings.latest, message: '100%::x', locations: [{ ...place, path: 'a,b:c%' }] }], {
        problems: [],
      }),
    );
    expect(text).toContain('::warning file=a%2Cb%3Ac%25,line=2,');
    expect(text).toContain('::100%25::x%0AName a version.');
  });

  test('lets nothing from a file become a command', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        for (const line of renderGithub(report).split(/[\r\n]/)) {
          if (line.trimStart().startsWith('::')) expect(line).toMatch(command);
          else expect(line).not.toContain('##[');
        }
      }),
      { numRuns: 200 },
    );
  });
});
