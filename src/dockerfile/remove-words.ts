import type { CommandWord } from '../core/command-line.ts';
import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';

/**
 * The edits that take words out of a command with the white space before them. Undefined where a line ends before one of them with a
 * comment behind it: that would be lost.
 */
export function removeWords(
  { path, text }: Pick<Dockerfile, 'path' | 'text'>,
  words: readonly CommandWord[],
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const { range } of words) {
    let start = range.start;
    while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start -= 1;
    // A word that begins its line leaves the line break to what follows it.
    if (start === range.start || text.charAt(start - 1) === '\n') {
      const behind = /^[ \t]+(?=\S)/.exec(text.slice(range.end, range.end + 200))?.[0];
      if (behind === undefined || /^[ \t]+[\\`][ \t]*\r?\n/.test(text.slice(range.end, range.end + 200)))
        return undefined;
      edits.push({ path, range: { start: range.start, end: range.end + behind.length }, replacement: '' });
    } else edits.push({ path, range: { start, end: range.end }, replacement: '' });
  }
  return edits;
}
