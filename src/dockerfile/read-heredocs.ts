import type { HeredocHead } from './find-heredocs.ts';
import { type Cursor, lineAt, takeLine } from './source-lines.ts';
import type { Heredoc } from './syntax.ts';

const noHeredocs: readonly Heredoc[] = [];

/**
 * Reads the here-documents that an instruction announces, from the cursor's line on. `end` is behind the last closing
 * delimiter. One that is not closed takes nothing, so that the instructions behind it are still seen.
 */
export function readHeredocs(
  cursor: Cursor,
  heads: readonly HeredocHead[],
): { readonly documents: readonly Heredoc[]; readonly end: number | undefined } {
  if (heads.length === 0) return { documents: noHeredocs, end: undefined };
  let end: number | undefined;
  const documents = heads.map((head) => {
    const start = cursor.at;
    const close = findDelimiter(cursor, head);
    if (close === undefined) return { ...head, content: '', contentRange: { start, end: start }, terminated: false };
    const content = cursor.text.slice(start, close.start);
    end = close.textEnd;
    return {
      ...head,
      content: head.chomp ? content.replace(/(^|\n)\t+/g, '$1') : content,
      contentRange: { start, end: close.start },
      terminated: true,
    };
  });
  return { documents, end };
}

const failuresBeforeIndex = 8;

function findDelimiter(cursor: Cursor, head: HeredocHead): { start: number; textEnd: number } | undefined {
  const { text, at, line: lineNumber, heredocSearch } = cursor;
  if (heredocSearch.failures > failuresBeforeIndex) {
    heredocSearch.lastLines ??= indexLines(text);
    const last = heredocSearch.lastLines.get(head.chomp ? `\t${head.name}` : head.name);
    if (last === undefined || last < at) return undefined;
  }
  while (cursor.at < text.length) {
    const line = takeLine(cursor);
    const start = head.chomp ? skipTabs(text, line.start, line.textEnd) : line.start;
    if (line.textEnd - start === head.name.length && text.startsWith(head.name, start)) return line;
  }
  cursor.at = at;
  cursor.line = lineNumber;
  heredocSearch.failures += 1;
  return undefined;
}

function skipTabs(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === 9) at += 1;
  return at;
}

function indexLines(text: string): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (let at = 0; at < text.length; ) {
    const line = lineAt(text, at);
    last.set(text.slice(line.start, line.textEnd), line.start);
    last.set(`\t${text.slice(skipTabs(text, line.start, line.textEnd), line.textEnd)}`, line.start);
    at = line.end;
  }
  return last;
}
