import type { SourceRange } from '../../core/text.ts';

export interface NginxWord {
  /** Without the quotes. */
  readonly text: string;
  readonly range: SourceRange;
}

/** A directive of nginx with its arguments. */
export interface NginxStatement {
  readonly words: readonly NginxWord[];
  /** From its name to its semicolon or opening brace, both included. */
  readonly range: SourceRange;
  /** The names of the blocks that it lies in, outermost first. */
  readonly blocks: readonly string[];
  readonly opensBlock: boolean;
}

/** Quoted strings, words with escapes, comments and the three marks. https://nginx.org/en/docs/beginners_guide.html#conf_structure */
const token =
  /#[^\n]*|"(?:[^"\\]|\\[\s\S]){0,4000}"|'(?:[^'\\]|\\[\s\S]){0,4000}'|[;{}]|(?:\$\{[^}\s]{0,100}\}|\\[\s\S]|[^\s;{}"'\\])(?:\$\{[^}\s]{0,100}\}|\\[\s\S]|[^\s;{}\\])*/g;

/** No server nests as far: http, server, and locations in locations. */
const deepest = 50;

/** The statements of a configuration of nginx, in order; those of broken text as far as they can be told. Linear in the text. */
export function nginxStatements(text: string): NginxStatement[] {
  const statements: NginxStatement[] = [];
  const blocks: string[] = [];
  let words: NginxWord[] = [];
  for (const match of text.matchAll(token)) {
    const [written] = match;
    const range = { start: match.index, end: match.index + written.length };
    if (written.startsWith('#')) continue;
    if (written === '}') blocks.pop();
    if (blocks.length > deepest) break;
    if (written === ';' || written === '{' || written === '}') {
      const [first] = words;
      if (first && written !== '}')
        statements.push({
          words,
          range: { start: first.range.start, end: range.end },
          blocks: [...blocks],
          opensBlock: written === '{',
        });
      if (written === '{') blocks.push(first?.text ?? '');
      words = [];
    } else words.push({ text: /^["']/.test(written) ? written.slice(1, -1) : written, range });
  }
  return statements;
}
