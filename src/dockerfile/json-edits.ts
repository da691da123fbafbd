import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';
import { insertAfter, insertBefore, replace } from './edit.ts';
import type { LiteralWord } from './literal-words.ts';
import type { MappedText } from './syntax.ts';

type Edited = Pick<Dockerfile, 'path'>;

/** Edits that make a JSON array of words where they stand, so that line ends and comments between them stay. */
export function asJsonArray(dockerfile: Edited, words: readonly LiteralWord[]): TextEdit[] {
  const last = words.length - 1;
  return words.map(({ value, range }, index) =>
    replace(dockerfile, range, `${index === 0 ? '[' : ''}${JSON.stringify(value)}${index === last ? ']' : ','}`),
  );
}

/** Something to put in before a place of the text. */
interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** Edits that make a JSON array of `before` and of a text, which stays where it stands but for what JSON must escape. */
export function asJsonString(
  dockerfile: Edited,
  text: MappedText,
  before: readonly string[],
  insertion?: Insertion,
): TextEdit[] {
  const first = text.text.length - text.text.trimStart().length;
  const end = text.text.trimEnd().length;
  const start = text.sourceOffset(first);
  const close = text.sourceOffset(end - 1) + 1;
  const opening = `[${before.map((word) => `${JSON.stringify(word)}, `).join('')}"`;
  const edits = [];
  if (insertion === undefined) edits.push(insertBefore(dockerfile, { start, end: start }, opening));
  else if (insertion.offset === start)
    edits.push(insertBefore(dockerfile, { start, end: start }, opening + insertion.text));
  else {
    const { offset } = insertion;
    edits.push(insertBefore(dockerfile, { start, end: start }, opening));
    edits.push(insertBefore(dockerfile, { start: offset, end: offset }, insertion.text));
  }
  for (let at = first; at < end; at += 1) {
    const character = text.text[at] ?? '';
    if (character >= ' ' && character !== '"' && character !== '\\') continue;
    const place = text.sourceOffset(at);
    edits.push(replace(dockerfile, { start: place, end: place + 1 }, JSON.stringify(character).slice(1, -1)));
  }
  edits.push(insertAfter(dockerfile, { start: close, end: close }, '"]'));
  return edits;
}
