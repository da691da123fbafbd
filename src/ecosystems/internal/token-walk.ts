import type { SourceRange } from '../../core/text.ts';
import type { SourceToken } from './source-lexer.ts';

/** Calls and blocks are followed this far: longer ones are data, and a bound keeps hostile sources linear. */
const maximumTokens = 4000;

/** Whether the tokens from `at` on read as `texts`; strings never do. */
export function readsAs(tokens: readonly SourceToken[], at: number, ...texts: readonly string[]): boolean {
  return texts.every((text, index) => {
    const token = tokens[at + index];
    return token !== undefined && token.kind !== 'string' && token.text === text;
  });
}

export function isMark(token: SourceToken | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'mark' && texts.includes(token.text);
}

export function isWord(token: SourceToken | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'word' && texts.includes(token.text);
}

/** A string without interpolation; its content. */
export function literalAt(tokens: readonly SourceToken[], at: number): string | undefined {
  const token = tokens[at];
  return token?.kind === 'string' && token.literal ? token.text : undefined;
}

/** Index of the bracket that closes the one at `open`; the last index looked at when none does. */
export function closingIndex(tokens: readonly SourceToken[], open: number): number {
  const limit = Math.min(tokens.length, open + maximumTokens);
  let depth = 0;
  for (let at = open; at < limit; at++) {
    if (isMark(tokens[at], '(', '[', '{')) depth++;
    else if (isMark(tokens[at], ')', ']', '}') && --depth === 0) return at;
  }
  return limit - 1;
}

/** The arguments of the call whose `(` is at `open`: half-open ranges of token indexes. */
export function argumentsAt(
  tokens: readonly SourceToken[],
  open: number,
): { readonly from: number; readonly to: number }[] {
  const close = closingIndex(tokens, open);
  const result: { from: number; to: number }[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open + 1; at <= close; at++) {
    if (isMark(tokens[at], '(', '[', '{')) depth++;
    else if (at === close || (depth === 0 && isMark(tokens[at], ','))) {
      if (at > from) result.push({ from, to: at });
      from = at + 1;
    } else if (isMark(tokens[at], ')', ']', '}')) depth--;
  }
  return result;
}

/** The text range from the token at `from` to the one at `last`, both included. */
export function rangeOf(tokens: readonly SourceToken[], from: number, last: number): SourceRange {
  const start = tokens[from]?.start ?? 0;
  return { start, end: tokens[last]?.end ?? start };
}

/** Whether a word stands anywhere in `[from, to)`. */
export function hasWord(
  tokens: readonly SourceToken[],
  from: number,
  to: number,
  ...words: readonly string[]
): boolean {
  for (let at = from; at < to; at++) if (isWord(tokens[at], ...words)) return true;
  return false;
}

/** Where each word stands, for questions about a name asked more than once. */
export function wordIndexes(tokens: readonly SourceToken[]): ReadonlyMap<string, readonly number[]> {
  const indexes = new Map<string, number[]>();
  tokens.forEach((token, index) => {
    if (token.kind !== 'word') return;
    const known = indexes.get(token.text);
    if (known) known.push(index);
    else indexes.set(token.text, [index]);
  });
  return indexes;
}

/** What a name is that an environment variable has: capitals, digits and underscores, at least two characters. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{1,127}$/.test(name);
}
