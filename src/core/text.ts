/** A half-open range of UTF-16 code units `[start, end)` in one artifact's text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** A place as people and editors say it: both one-based, `column` in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Answers where an offset lies. Built once for a text, in time linear in its size; each answer takes logarithmic time. */
export interface LineIndex {
  readonly lineCount: number;
  positionAt(offset: number): Position;
  /** Offset of the first code unit of a one-based line; the text's length when there is no such line. */
  lineStart(line: number): number;
}

/** Lines end at LF; a CR before it belongs to the line, as in BuildKit's parser. */
export function lineIndex(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    lineCount: starts.length,
    lineStart: (line) => starts[line - 1] ?? text.length,
    positionAt(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}

export function sliceRange(text: string, range: SourceRange): string {
  return text.slice(range.start, range.end);
}
