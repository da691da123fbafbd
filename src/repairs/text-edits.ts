import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';

type PlainEdit = Omit<TextEdit, 'path'>;

export function insertion(at: number, text: string): PlainEdit {
  return { range: { start: at, end: at }, replacement: text };
}

export function replacement(range: SourceRange, text: string): PlainEdit {
  return { range, replacement: text };
}

/** Where the line behind the one of a place begins. */
export function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length + 1 : end + 1;
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** How a language begins a comment that ends with its line. */
export type LineComment = '//' | '#';

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * The place behind the bracket that closes the one at `open`; undefined without one, and where a string does not end in its line. Strings and
 * comments are stepped over: an apostrophe in a comment begins no string.
 */
export function behindBracket(text: string, open: number, comment: LineComment = '//'): number | undefined {
  const closing: string[] = [];
  for (let at = open; at < text.length; ) {
    const character = text[at] ?? '';
    const closer = closers[character];
    if (text.startsWith(comment, at)) at = lineAfter(text, at);
    else if (comment === '//' && text.startsWith('/*', at)) at = behind(text, '*/', at + 2);
    else if (character === '"' || character === "'" || character === '`') {
      const end = behindString(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else {
      at += 1;
      if (closer !== undefined) closing.push(closer);
      else if (character === closing.at(-1)) {
        closing.pop();
        if (closing.length === 0) return at;
      }
    }
  }
  return undefined;
}

function behindString(text: string, start: number): number | undefined {
  const quote = text[start] ?? '';
  const triple = quote.repeat(3);
  // Of Python, and raw strings of C#.
  if (quote !== '`' && text.startsWith(triple, start)) {
    const end = text.indexOf(triple, start + 3);
    return end === -1 ? undefined : end + 3;
  }
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return at + 1;
    if (text[at] === '\n' && quote !== '`') return undefined;
    if (text[at] === '\\') at += 1;
  }
  return undefined;
}

function behind(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end + mark.length;
}
