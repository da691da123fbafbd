import { type LineIndex, lineIndex, type SourceRange } from '../../core/text.ts';

/**
 * Says for each line that a template engine wrote which line of the template it comes from, as well as the two texts tell: the
 * same text, else the same key, next to the line found before. What has no such line comes from the one above it. Exact where
 * the line stands in the template as it is.
 */
export function alignRendered(rendered: string, template: string): (start: number, end: number) => SourceRange {
  const from = lineIndex(rendered);
  const to = lineIndex(template);
  const found = matchLines(rendered, from, template, to);
  const place = (offset: number): { readonly range: SourceRange; readonly exact: number | undefined } => {
    const { line, column } = from.positionAt(offset);
    const target = found[line - 1] ?? 1;
    const range = trimmedLine(template, to, target);
    const own = trimmedLine(rendered, from, line);
    const same = rendered.slice(own.start, own.end) === template.slice(range.start, range.end);
    const inLine = Math.max(0, column - 1 - (own.start - from.lineStart(line)));
    return { range, exact: same ? Math.min(range.start + inLine, range.end) : undefined };
  };
  return (start, end) => {
    const first = place(start);
    // A range of several lines is said to be its first: the others may come from anywhere.
    const sameLine = !rendered.slice(start, end).includes('\n');
    const last = sameLine ? place(end) : undefined;
    if (first.exact !== undefined && last?.exact !== undefined) return { start: first.exact, end: last.exact };
    return first.exact === undefined ? first.range : { start: first.exact, end: first.range.end };
  };
}

function trimmedLine(text: string, lines: LineIndex, line: number): SourceRange {
  const from = lines.lineStart(line);
  const next = line < lines.lineCount ? lines.lineStart(line + 1) : text.length;
  const content = text.slice(from, next);
  const start = from + content.length - content.trimStart().length;
  return { start: Math.min(start, from + content.trimEnd().length), end: from + content.trimEnd().length };
}

/** One-based line of the template for each line of the rendered text. */
function matchLines(rendered: string, from: LineIndex, template: string, to: LineIndex): readonly number[] {
  const byText = new Map<string, number[]>();
  const byKey = new Map<string, number[]>();
  for (let line = 1; line <= to.lineCount; line++) {
    const { start, end } = trimmedLine(template, to, line);
    const text = template.slice(start, end);
    if (text === '' || text.startsWith('#')) continue;
    note(byText, text, line);
    const key = keyOf(text);
    if (key !== undefined) note(byKey, key, line);
  }
  const found: number[] = [];
  let last = 0;
  for (let line = 1; line <= from.lineCount; line++) {
    const { start, end } = trimmedLine(rendered, from, line);
    const text = rendered.slice(start, end);
    const key = keyOf(text);
    const match = nextOf(byText.get(text), last) ?? (key === undefined ? undefined : nextOf(byKey.get(key), last));
    if (match !== undefined && text !== '') last = match;
    found.push(Math.max(1, last));
  }
  return found;
}

function note(index: Map<string, number[]>, text: string, line: number): void {
  const lines = index.get(text);
  if (lines) lines.push(line);
  else index.set(text, [line]);
}

/** The first of the lines behind `last`, else the first of all: a loop goes back. */
function nextOf(lines: readonly number[] | undefined, last: number): number | undefined {
  if (!lines) return undefined;
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) > last) high = middle;
    else low = middle + 1;
  }
  return lines[low] ?? lines[0];
}

/** The key that a line begins with, its list dash taken off. */
function keyOf(text: string): string | undefined {
  return /^(?:- +)?(["']?[A-Za-z0-9_./-]{1,253}["']?):(?:\s|$)/.exec(text)?.[1];
}
