import type { SourceRange } from '../core/text.ts';
import type { MappedText, Token } from './syntax.ts';

/** A text that stands in the source as it is, from `sourceStart` on. */
export function contiguousText(text: string, sourceStart: number): MappedText {
  return { text, sourceOffset: (index) => sourceStart + index };
}

/**
 * A text joined from pieces of the source. `pieceStarts` are the indexes in `text` where a piece begins, ascending, and
 * `sourceStarts` the offsets in the source that they come from.
 */
export function joinedText(text: string, pieceStarts: readonly number[], sourceStarts: readonly number[]): MappedText {
  const offsetOf = (index: number) => {
    let low = 0;
    let high = pieceStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((pieceStarts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return (sourceStarts[low] ?? 0) + index - (pieceStarts[low] ?? 0);
  };
  return {
    text,
    sourceOffset: (index) =>
      index >= text.length && text.length > 0 ? offsetOf(text.length - 1) + 1 : offsetOf(index),
  };
}

/** The part `[start, end)` of a mapped text. */
export function sliceMapped(mapped: MappedText, start: number, end: number): MappedText {
  const text = mapped.text.slice(start, end);
  if (start === 0 && text.length === mapped.text.length) return mapped;
  return {
    text,
    sourceOffset: (index) =>
      index >= text.length && text.length > 0 ? mapped.sourceOffset(end - 1) + 1 : mapped.sourceOffset(start + index),
  };
}

/** Where the part `[start, end)` of a mapped text stands in the source. It ends behind its last character. */
export function rangeIn(mapped: MappedText, start: number, end: number): SourceRange {
  const from = mapped.sourceOffset(start);
  return { start: from, end: end > start ? mapped.sourceOffset(end - 1) + 1 : from };
}

/** The part `[start, end)` of a mapped text as a token with the value it stands for. */
export function tokenIn(mapped: MappedText, start: number, end: number, value = mapped.text.slice(start, end)): Token {
  return { value, range: rangeIn(mapped, start, end) };
}
