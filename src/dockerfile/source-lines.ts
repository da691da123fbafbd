import type { EscapeCharacter } from './syntax.ts';

/** Where a reader stands: at the start of a line. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** One-based. */
  line: number;
  escape: EscapeCharacter;
  readonly heredocSearch: HeredocSearch;
}

/** What is remembered of the search for closing delimiters, so that many missing ones do not cost a scan each. */
export interface HeredocSearch {
  failures: number;
  /** Where each line last occurs, by its text, with and without its leading tabs. Made after a few failures. */
  lastLines: ReadonlyMap<string, number> | undefined;
}

/** A line of the text. `textEnd` is before its line end, every CR before the LF included; `end` behind it. */
export interface Line {
  readonly start: number;
  readonly textEnd: number;
  readonly end: number;
}

export function startOf(text: string): Cursor {
  return { text, at: 0, line: 1, escape: '\\', heredocSearch: { failures: 0, lastLines: undefined } };
}

export function lineAt(text: string, start: number): Line {
  const newline = text.indexOf('\n', start);
  const end = newline === -1 ? text.length : newline + 1;
  let textEnd = newline === -1 ? end : newline;
  while (textEnd > start && text.charCodeAt(textEnd - 1) === 13) textEnd -= 1;
  return { start, textEnd, end };
}

/** The line that the cursor stands on; the cursor goes behind it. */
export function takeLine(cursor: Cursor): Line {
  const line = lineAt(cursor.text, cursor.at);
  cursor.at = line.end;
  cursor.line += 1;
  return line;
}

/**
 * Where the escape character stands that continues the line `[start, end)` on the next one; -1 when there is none. Blanks
 * may follow it; an escape character before it takes its meaning away.
 */
export function continuationAt(text: string, start: number, end: number, escapeCharacter: string): number {
  let at = end - 1;
  while (at >= start && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at -= 1;
  if (at < start || text.charAt(at) !== escapeCharacter) return -1;
  return at > start && text.charAt(at - 1) === escapeCharacter ? -1 : at;
}
