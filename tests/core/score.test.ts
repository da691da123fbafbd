import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areas, isArea } from '../../src/core/area.ts';
import { areaScore, loadLine, scoreDerivation, scoreFigures, scoreFormula, scoreOf } from '../../src/core/score.ts';

const document = readFileSync(new URL('../../docs/score.md', import.meta.url), 'utf8');
const count = fc.record({ error: fc.nat(50), warning: fc.nat(50), note: fc.nat(50) });

describe('the score', () => {
  test.each([
    [{ error: 0, warning: 0, note: 0 }, 100],
    [{ error: 0, warning: 0, note: 1 }, 98],
    [{ error: 0, warning: 0, note: 500 }, 91],
    [{ error: 0, warning: 1, note: 0 }, 83],
    [{ error: 0, warning: 5, note: 0 }, 50],
    [{ error: 1, warning: 0, note: 0 }, 57],
    [{ error: 1000, warning: 0, note: 0 }, 0],
  ])('of %o is %i', (counts, score) => {
    expect(areaScore(counts)).toBe(score);
  });

  test('never rises when something more is found, and is 100 only when nothing is', () => {
    fc.assert(
      fc.property(count, fc.constantFrom('error', 'warning', 'note'), (counts, severity) => {
        const score = areaScore(counts);
        expect(areaScore({ ...counts, [severity]: counts[severity] + 1 })).toBeLessThanOrEqual(score);
        expect(score === 100).toBe(counts.error + counts.warning + counts.note === 0);
        expect(score).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('all notes of an area weigh less than one warning', () => {
    fc.assert(
      fc.property(count, ({ error, warning }) => {
        expect(areaScore({ error, warning, note: 10_000 })).toBeGreaterThanOrEqual(
          areaScore({ error, warning: warning + 1, note: 0 }),
        );
      }),
    );
  });

  test('counts findings by area, and gives none to an area without anything to look at', () => {
    const score = scoreOf(
      [
        { area: 'size', severity: 'error' },
        { area: 'size', severity: 'note' },
        { area: 'review', severity: 'warning' },
      ],
      new Set(['size', 'cache']),
    );
    expect(score.areas.map(({ area }) => area)).toEqual(areas);
    expect(
      Object.fromEntries(score.areas.flatMap((area) => (area.score === undefined ? [] : [[area.area, area.score]]))),
    ).toEqual({
      size: 56,
      cache: 100,
      review: 83,
    });
    expect(score.loadLine).toBe(80);
    expect(scoreOf([], new Set())).not.toHaveProperty('loadLine');
  });

  test('shows its derivation with the figures', () => {
    const [size] = scoreOf([{ area: 'size', severity: 'error' }], new Set()).areas;
    expect(size && scoreDerivation(size)).toBe('57 = 100 × 20 / (20 + 15 × 1 + 4 × 0 + 0)');
  });
});

describe('docs/score.md', () => {
  const rows = [...document.matchAll(/^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)];

  test.each(rows.map(([, area, ...numbers]) => [area, ...numbers.map(Number)] as const))(
    'computes the example of %s',
    (area, error = 0, warning = 0, note = 0, score = -1) => {
      expect(isArea(String(area))).toBe(true);
      expect(areaScore({ error: Number(error), warning: Number(warning), note: Number(note) })).toBe(score);
    },
  );

  test('computes the load line of the example', () => {
    expect(rows).toHaveLength(8);
    const said = /The load line is .* = ([\d.]+), rounded/m.exec(document)?.[1];
    expect(loadLine(rows.map((row) => ({ score: Number(row[5]) })))).toBe(Math.round(Number(said)));
  });

  test('names the figures that the code uses', () => {
    const { weight, notesAtMost, halfLoad } = scoreFigures;
    expect(document).toContain(
      `load  = ${weight.error} × errors + ${weight.warning} × warnings + the smaller of ${notesAtMost} and ${weight.note} × notes`,
    );
    expect(document).toContain(`score = 100 × ${halfLoad} / (${halfLoad} + load), rounded`);
    expect(scoreFormula()).toContain(`${weight.warning} × warnings`);
  });
});
