import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/report/internal/display-width.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, reportOf, reportOfApplications, sampleFindings, sampleReport } from './sample-report.ts';

const options = { columns: 80, color: false, all: false, commands: ['audit', 'explain', 'rules'] };
const sgr = /\x1b\[(?:1|2|22|3[1-6]|39)m/g;

describe('the terminal report', () => {
  test.each([40, 80, 120])('at %i columns', async (columns) => {
    await expect(renderTerminal(sampleReport, { ...options, columns })).toMatchFileSnapshot(
      `fixtures/terminal-${columns}.txt`,
    );
  });

  test.each([60, 160])('of a clean project is one line that says what was looked at, at %i columns', (columns) => {
    const [line = '', ...rest] = renderTerminal(cleanReport, { ...options, columns }).split('\n');
    expect(rest).toEqual(['']);
    expect(line).toMatch(/^shop {3}nothing found in 2 Dockerfiles, 3 workloads,.* 0\.2 s$/);
    expect(line).toHaveLength(columns);
  });

  test('shows 20 findings and counts the rest by rule; --all shows all', () => {
    const many = reportOf([
      ...Array.from({ length: 22 }, () => sampleFindings.latest),
      ...Array.from({ length: 3 }, () => sampleFindings.limits),
    ]);
    const short = renderTerminal(many, options);
    expect(short.match(/╰/g)).toHaveLength(20);
    expect(short).toContain('and 5 more\n\nwarn    2 × cache/pinned-base\nnote    3 × alerting/memory-limit\n');
    expect(short).toContain('plimsoll audit shop --all');
    const all = renderTerminal(many, { ...options, all: true });
    expect(all.match(/╰/g)).toHaveLength(25);
    expect(all).not.toContain('--all');
  });

  test('offers init where there are applications alone', () => {
    const text = renderTerminal(reportOfApplications, { ...options, commands: ['init'] });
    expect(text).toContain('nothing found in 2 applications without a Dockerfile or manifest');
    expect(text).toContain('plimsoll init shop  ');
    expect(renderTerminal({ ...reportOfApplications, target: '.' }, { ...options, commands: ['audit'] })).not.toContain(
      'init',
    );
  });

  test('offers only commands that exist', () => {
    expect(renderTerminal(sampleReport, { ...options, commands: [] })).not.toContain('plimsoll explain');
    const future = renderTerminal(sampleReport, { ...options, commands: ['fix', 'prove'] });
    expect(future).toContain('plimsoll fix shop');
    expect(future).toContain('plimsoll prove shop');
  });

  test.each([
    ['.', 'plimsoll fix '],
    ['a b; rm -rf x', 'plimsoll fix … '],
    ['-', 'plimsoll fix … '],
    ['web/Dockerfile', 'plimsoll fix web/Dockerfile '],
  ])('writes the target %s so that it can be typed', (target, call) => {
    expect(renderTerminal({ ...sampleReport, target }, { ...options, commands: ['fix'] })).toContain(call);
  });

  test('writes what was typed as it is typed, on one line', () => {
    const place = "'a directory of a name with blanks that is long/and one below it'";
    const text = renderTerminal(sampleReport, { ...options, commands: ['audit', 'fix', 'prove'], place });
    expect(text.split('\n')).toEqual(expect.arrayContaining([`  plimsoll fix ${place}`, `  plimsoll prove ${place}`]));
  });

  test('colours nothing but what it laid out itself', () => {
    const colored = renderTerminal(sampleReport, { ...options, color: true });
    expect(colored).toMatch(sgr);
    expect(colored.replace(sgr, '')).toBe(renderTerminal(sampleReport, options));
  });

  test('names the word for how a cost is known', () => {
    const text = renderTerminal(sampleReport, options);
    expect(text).toContain('168 MB (estimated)');
    expect(text).toContain('41 s each rebuild (measured)');
  });

  test('holds nothing from a file that controls a terminal, and no line is too wide', () => {
    fc.assert(
      fc.property(arbitraryReport, fc.integer({ min: 0, max: 250 }), fc.boolean(), (report, columns, color) => {
        const text = renderTerminal(report, { ...options, columns, color, all: true });
        const plain = color ? text.replace(sgr, '') : text;
        expect(plain.replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u,
        );
        const widest = Math.max(...plain.split('\n').map(displayWidth));
        expect(widest).toBeLessThanOrEqual(Math.min(200, Math.max(40, columns)));
      }),
      { numRuns: 300 },
    );
  });
});
