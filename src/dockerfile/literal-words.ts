import type { SourceRange } from '../core/text.ts';
import type { MappedText } from './syntax.ts';

/** One word of a shell command that stands for nothing but itself. */
export interface LiteralWord {
  /** What the program receives. */
  readonly value: string;
  readonly range: SourceRange;
}

/** One word: runs of plain characters, escaped characters, and both kinds of quotes. */
const word = /(?:[^\s"'\\$`;&|<>()*?[\]{}~#!]|(?<=\S)[#!~]|\\\S|'[^']*'|"(?:[^"\\$`]|\\[^\n])*")+/y;
const blanks = /[ \t]*/y;

/**
 * The words of a command line in which a shell would change nothing: no variable, pipe, list, pattern, redirection, comment or
 * assignment. Undefined where there is any, or where a word does not stand in one piece in the source.
 */
export function literalWords(text: MappedText, source: string): readonly LiteralWord[] | undefined {
  const words: LiteralWord[] = [];
  let at = skip(text.text, 0);
  while (at < text.text.length) {
    word.lastIndex = at;
    const raw = word.exec(text.text)?.[0];
    if (raw === undefined) return undefined;
    const start = text.sourceOffset(at);
    const end = text.sourceOffset(at + raw.length - 1) + 1;
    if (source.slice(start, end) !== raw) return undefined;
    words.push({ value: unquoted(raw), range: { start, end } });
    const next = skip(text.text, at + raw.length);
    if (next === at + raw.length && next < text.text.length) return undefined;
    at = next;
  }
  const [first] = words;
  return first === undefined || /^[A-Za-z_]\w*=/.test(first.value) ? undefined : words;
}

function skip(text: string, at: number): number {
  blanks.lastIndex = at;
  return at + (blanks.exec(text)?.[0].length ?? 0);
}

function unquoted(raw: string): string {
  return raw.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) => {
      if (single !== undefined) return single;
      if (double !== undefined) return double.replace(/\\(["\\$`])/g, '$1');
      return escaped ?? '';
    },
  );
}
