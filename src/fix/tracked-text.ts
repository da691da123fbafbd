import type { PlaceOfChange } from '../core/fix-report.ts';
import type { SourceRange } from '../core/text.ts';

/** A part of a text: kept from the original, or put in by fixes. What was taken out leaves an empty part with the fix's id. */
type Piece =
  | { readonly kind: 'kept'; readonly range: SourceRange }
  | { readonly kind: 'new'; readonly text: string; readonly fixes: readonly number[] };

/** A text under repair that knows which fix is to be thanked for what. A value: an edit gives another one. */
export interface TrackedText {
  readonly original: string;
  readonly pieces: readonly Piece[];
  readonly text: string;
}

/** An edit of the text as it stands, made by the fix of that id. */
export interface TrackedEdit {
  readonly range: SourceRange;
  readonly replacement: string;
  readonly fix: number;
}

export function trackText(original: string): TrackedText {
  const pieces: Piece[] = original === '' ? [] : [{ kind: 'kept', range: { start: 0, end: original.length } }];
  return { original, pieces, text: original };
}

/**
 * Applies edits that do not overlap, in the order of their places.
 * @throws RangeError when they do, or lie outside of the text.
 */
export function editTracked(tracked: TrackedText, edits: readonly TrackedEdit[]): TrackedText {
  const ordered = [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  const reader = pieceReader(tracked);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { range, replacement, fix } of ordered) {
    if (range.start < at || range.end < range.start || range.end > tracked.text.length)
      throw new RangeError(`edit ${range.start}..${range.end} overlaps another or lies outside the text`);
    pieces.push(...reader.take(range.start - at));
    const removed = reader.take(range.end - range.start);
    const earlier = removed.flatMap((piece) => (piece.kind === 'new' ? piece.fixes : []));
    pieces.push({ kind: 'new', text: replacement, fixes: [...new Set([...earlier, fix])] });
    at = range.end;
  }
  pieces.push(...reader.take(Number.POSITIVE_INFINITY));
  return { original: tracked.original, pieces, text: pieces.map((piece) => textOf(tracked.original, piece)).join('') };
}

/** Gives the pieces of the next so many code units, cut where needed. */
function pieceReader({ original, pieces }: TrackedText): { take(length: number): Piece[] } {
  let index = 0;
  let rest: Piece | undefined = pieces[0];
  const next = () => {
    index += 1;
    rest = pieces[index];
  };
  return {
    take(length) {
      const taken: Piece[] = [];
      let left = length;
      while (rest !== undefined) {
        const size = textOf(original, rest).length;
        if (size > left) break;
        taken.push(rest);
        left -= size;
        next();
        if (left === 0) break;
      }
      if (rest !== undefined && left > 0 && Number.isFinite(left)) {
        const [head, tail] = cut(rest, left);
        taken.push(head);
        rest = tail;
      }
      return taken;
    },
  };
}

function cut(piece: Piece, at: number): readonly [Piece, Piece] {
  if (piece.kind === 'new')
    return [
      { ...piece, text: piece.text.slice(0, at) },
      { ...piece, text: piece.text.slice(at) },
    ];
  const middle = piece.range.start + at;
  return [
    { kind: 'kept', range: { start: piece.range.start, end: middle } },
    { kind: 'kept', range: { start: middle, end: piece.range.end } },
  ];
}

function textOf(original: string, piece: Piece): string {
  return piece.kind === 'new' ? piece.text : original.slice(piece.range.start, piece.range.end);
}

/** Where the text differs from the original, and by whose hand. Changes that took each other back are left out. */
export function placesOfChange({ original, pieces, text }: TrackedText): PlaceOfChange[] {
  const places: PlaceOfChange[] = [];
  let before = 0;
  let after = 0;
  let open: { start: number; fixes: number[] } | undefined;
  const close = (end: number) => {
    if (open === undefined) return;
    const place = {
      before: { start: before, end },
      after: { start: open.start, end: after },
      fixes: [...new Set(open.fixes)],
    };
    if (original.slice(before, end) !== text.slice(place.after.start, place.after.end)) places.push(place);
    open = undefined;
  };
  for (const piece of pieces) {
    if (piece.kind === 'new') {
      open ??= { start: after, fixes: [] };
      open.fixes.push(...piece.fixes);
      after += piece.text.length;
      continue;
    }
    if (piece.range.start === piece.range.end) continue;
    close(piece.range.start);
    after += piece.range.end - piece.range.start;
    before = piece.range.end;
  }
  close(original.length);
  return places;
}

/** Where an offset of a text comes to lie after edits; what lies within an edit comes to its start. */
export function offsetAfter(edits: readonly Pick<TrackedEdit, 'range' | 'replacement'>[], offset: number): number {
  let moved = offset;
  for (const { range, replacement } of edits) {
    if (range.end <= offset) moved += replacement.length - (range.end - range.start);
    else if (range.start < offset) moved -= offset - range.start;
  }
  return moved;
}
