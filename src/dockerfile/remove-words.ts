import type { CommandWord } from '../core/command-line.ts';
import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from './dockerfile.ts';

/**
 * The edits that take words out of a command with the white space before them, and with its line where nothing else stands in it. Undefined where a line ends
 * before one of them with a comment behind it: that would be lost.
 */
export function removeWords(
  { path, text }: Pick<Dockerfile, 'path' | 'text'>,
  words: readonly CommandWord[],
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const range of joined(text, words)) {
    let start = range.start;
    while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start -= 1;
    const beginsLine = text.charAt(start - 1) === '\n';
    if (start !== range.start && !beginsLine) {
      edits.push({ path, range: { start, end: range.end }, replacement: '' });
      continue;
    }
    const rest = text.slice(range.end, range.end + 200);
    const lineEnd = /^[ \t]*[\\`][ \t]*\r?\n/.exec(rest)?.[0];
    const behind = lineEnd ?? /^[ \t]+(?=\S)/.exec(rest)?.[0];
    if (behind === undefined || (lineEnd !== undefined && !beginsLine)) return undefined;
    // A word that begins its line leaves the line break to what follows it.
    const from = lineEnd === undefined ? range.start : start;
    const end = range.end + behind.length;
    // Escaped line ends are nothing: with the line goes the only white space between the words around it.
    if (
      lineEnd !== undefined &&
      /[^ \t][\\`][ \t]*\r?\n$/.test(text.slice(0, from).slice(-200)) &&
      !/[ \t]/.test(text.charAt(end))
    )
      return undefined;
    edits.push({ path, range: { start: from, end }, replacement: '' });
  }
  return edits;
}

/** The ranges of words; of those with nothing but blanks between them, one. */
function joined(text: string, words: readonly CommandWord[]): SourceRange[] {
  const ranges: SourceRange[] = [];
  for (const { range } of words) {
    const last = ranges.at(-1);
    if (last !== undefined && /^[ \t]+$/.test(text.slice(last.end, range.start)))
      ranges.splice(-1, 1, { start: last.start, end: range.end });
    else ranges.push(range);
  }
  return ranges;
}
