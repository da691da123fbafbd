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

/** The place behind the bracket that closes the one at `open`; undefined without one. Strings in quotes are stepped over. */
export function behindBracket(text: string, open: number): number | undefined {
  const pairs: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
  const closing: string[] = [];
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"' || character === "'" || character === '`') {
      for (at += 1; at < text.length && text[at] !== character; at += 1) if (text[at] === '\\') at += 1;
    } else if (pairs[character] !== undefined) closing.push(pairs[character]);
    else if (character === closing.at(-1)) {
      closing.pop();
      if (closing.length === 0) return at + 1;
    }
  }
  return undefined;
}
