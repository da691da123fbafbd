import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { editTracked, offsetAfter, placesOfChange, type TrackedEdit, trackText } from '../../src/fix/tracked-text.ts';

const edit = (fix: number, start: number, end: number, replacement: string): TrackedEdit => ({
  range: { start, end },
  replacement,
  fix,
});

describe('a text that knows which fix changed what', () => {
  it('names the fix of an insertion, a removal and a replacement', () => {
    const text = editTracked(trackText('abcdef'), [edit(1, 0, 0, 'X'), edit(2, 1, 3, ''), edit(3, 4, 5, 'YY')]);
    expect(text.text).toBe('XadYYf');
    expect(placesOfChange(text)).toEqual([
      { before: { start: 0, end: 0 }, after: { start: 0, end: 1 }, fixes: [1] },
      { before: { start: 1, end: 3 }, after: { start: 2, end: 2 }, fixes: [2] },
      { before: { start: 4, end: 5 }, after: { start: 3, end: 5 }, fixes: [3] },
    ]);
  });

  it('names both fixes where a later one changes what an earlier one put in', () => {
    const once = editTracked(trackText('abc'), [edit(1, 1, 2, 'XYZ')]);
    const twice = editTracked(once, [edit(2, 2, 3, '--')]);
    expect(twice.text).toBe('aX--Zc');
    expect(placesOfChange(twice)).toEqual([
      { before: { start: 1, end: 2 }, after: { start: 1, end: 5 }, fixes: [1, 2] },
    ]);
  });

  it('leaves out what was taken back', () => {
    const once = editTracked(trackText('abc'), [edit(1, 1, 1, 'X')]);
    expect(placesOfChange(editTracked(once, [edit(2, 1, 2, '')]))).toEqual([]);
  });

  it('refuses overlapping edits', () => {
    expect(() => editTracked(trackText('abc'), [edit(1, 0, 2, ''), edit(2, 1, 3, '')])).toThrow(RangeError);
  });

  const texts = fc.string({ maxLength: 12 });
  const rounds = fc.array(fc.array(fc.tuple(fc.nat(12), fc.nat(3), fc.string({ maxLength: 4 })), { maxLength: 4 }), {
    maxLength: 4,
  });
  it('always holds what the same edits give, and its places alone lead there', () => {
    fc.assert(
      fc.property(texts, rounds, (original, all) => {
        let tracked = trackText(original);
        let plain = original;
        let fix = 0;
        for (const round of all) {
          let from = 0;
          const edits = round
            .sort((a, b) => a[0] - b[0])
            .flatMap(([at, length, replacement]) => {
              const start = Math.min(Math.max(from, at), plain.length);
              const end = Math.min(start + length, plain.length);
              if (start < from || (start === from && from > 0)) return [];
              from = end;
              fix += 1;
              return [edit(fix, start, end, replacement)];
            });
          tracked = editTracked(tracked, edits);
          plain = applyEdits(plain, edits);
        }
        expect(tracked.text).toBe(plain);
        const places = placesOfChange(tracked).map(({ before, after }) => ({
          range: before,
          replacement: plain.slice(after.start, after.end),
        }));
        expect(applyEdits(original, places)).toBe(plain);
      }),
    );
  });

  it.each([
    [0, 0],
    [2, 5],
    [3, 5],
    [4, 5],
    [5, 6],
  ])('moves offset %d to %d', (before, after) => {
    expect(offsetAfter([edit(1, 1, 1, 'XYZ'), edit(1, 2, 4, '')], before)).toBe(after);
  });
});
