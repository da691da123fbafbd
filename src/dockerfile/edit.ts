import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Token } from './syntax.ts';

type Edited = Pick<Dockerfile, 'path'>;

/** Puts text directly behind a place. */
export function insertAfter({ path }: Edited, { end }: SourceRange, text: string): TextEdit {
  return { path, range: { start: end, end }, replacement: text };
}

/** Puts text directly before a place. */
export function insertBefore({ path }: Edited, { start }: SourceRange, text: string): TextEdit {
  return { path, range: { start, end: start }, replacement: text };
}

export function replace({ path }: Edited, range: SourceRange, text: string): TextEdit {
  return { path, range, replacement: text };
}

/** Puts a flag before the arguments of an instruction, in the column in which they begin. */
export function insertFlag(
  dockerfile: Pick<Dockerfile, 'path' | 'text'>,
  { range: { end } }: Token,
  flag: string,
): TextEdit {
  const gap = /^[ \t]+(?=[^ \t\r\n])/.exec(dockerfile.text.slice(end, end + 40))?.[0].length;
  if (gap === undefined) return insertAfter(dockerfile, { start: end, end }, ` ${flag}`);
  return insertAfter(dockerfile, { start: end, end: end + gap }, `${flag} `);
}

/** Puts a word behind a word of a command: in the exec form as an element of the array. */
export function insertWord(dockerfile: Pick<Dockerfile, 'path' | 'text'>, range: SourceRange, word: string): TextEdit {
  return insertAfter(dockerfile, range, isElement(dockerfile, range) ? `, ${JSON.stringify(word)}` : ` ${word}`);
}

/** Puts another word in the place of one. */
export function replaceWord(dockerfile: Pick<Dockerfile, 'path' | 'text'>, range: SourceRange, word: string): TextEdit {
  return replace(dockerfile, range, isElement(dockerfile, range) ? JSON.stringify(word) : word);
}

/** Whether a range is a string of a JSON array, with its quotes. */
export function isElement({ text }: Pick<Dockerfile, 'text'>, { start, end }: SourceRange): boolean {
  return (
    text[start] === '"' &&
    text[end - 1] === '"' &&
    /[[,]\s*$/.test(text.slice(Math.max(0, start - 100), start)) &&
    /^\s*[,\]]/.test(text.slice(end, end + 100))
  );
}
