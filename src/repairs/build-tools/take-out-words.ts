import type { CommandWord } from '../../core/command-line.ts';
import type { TextEdit } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';

/**
 * The edits that take words out of a command: a line that holds nothing else goes whole, and with the last line the line continuation before it.
 * Undefined where a comment speaks of them, or would then stand behind a line that does not go on.
 */
export function takeOutWords(dockerfile: Dockerfile, words: readonly CommandWord[]): readonly TextEdit[] | undefined {
  const { text, path, syntax } = dockerfile;
  const ranges: SourceRange[] = [];
  const byLine = new Map<number, CommandWord[]>();
  for (const word of words) {
    const line = text.lastIndexOf('\n', word.range.start - 1) + 1;
    byLine.set(line, [...(byLine.get(line) ?? []), word]);
  }
  const rests = new Map([...byLine].map(([line, own]) => [line, restOf(text, line, own)]));
  const whole = [...rests].filter(([, rest]) => rest === '' || rest === syntax.escape).map(([line]) => line);
  for (const [line, own] of byLine) {
    const newline = text.indexOf('\n', line);
    const end = newline === -1 ? text.length : newline;
    const rest = rests.get(line);
    // A comment over a line of its own speaks of what stands in it.
    const above = text.slice(text.lastIndexOf('\n', line - 2) + 1, line);
    if (whole.includes(line) && above.trimStart().startsWith('#')) return undefined;
    if (rest === syntax.escape && newline !== -1) ranges.push({ start: line, end: newline + 1 });
    else if (rest === '') {
      const before = continuationBefore(dockerfile, line, whole);
      if (before === undefined) return undefined;
      ranges.push({ start: before, end: text[end - 1] === '\r' ? end - 1 : end });
    } else for (const { range } of own) ranges.push(wordWithBlank(text, line, range));
  }
  return merged(ranges).map((range) => ({ path, range, replacement: '' }));
}

/** What a line holds beside words. */
function restOf(text: string, line: number, words: readonly CommandWord[]): string {
  const newline = text.indexOf('\n', line);
  let rest = '';
  let at = line;
  for (const { range } of words) {
    rest += text.slice(at, range.start);
    at = range.end;
  }
  return (rest + text.slice(at, newline === -1 ? text.length : newline)).trim();
}

/** Where the line continuation begins that leads to a line, over lines that go, too. */
function continuationBefore({ text, syntax }: Dockerfile, line: number, going: readonly number[]): number | undefined {
  let end = line;
  for (;;) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    const written = text.slice(start, end).trimEnd();
    if (start === end || !written.endsWith(syntax.escape) || written.trimStart().startsWith('#')) return undefined;
    if (!going.includes(start)) return start + written.slice(0, -1).trimEnd().length;
    end = start;
  }
}

/** A word with the blanks before it; with those behind it where it begins its line. */
function wordWithBlank(text: string, line: number, { start, end }: SourceRange): SourceRange {
  const before = /[ \t]*$/.exec(text.slice(line, start))?.[0].length ?? 0;
  if (start - before > line) return { start: start - before, end };
  const behind = /^[ \t]*/.exec(text.slice(end, end + 200))?.[0].length ?? 0;
  return { start, end: end + behind };
}

function merged(ranges: readonly SourceRange[]): SourceRange[] {
  const found: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else found.push({ start, end });
  }
  return found;
}
