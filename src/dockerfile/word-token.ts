import { removeQuotes } from './expand.ts';
import { rangeIn } from './mapped-text.ts';
import { parseJsonArray } from './parse-json-array.ts';
import { splitAtBlanks } from './parse-words.ts';
import type { EscapeCharacter, MappedText, Token } from './syntax.ts';

/** A part of a text that BuildKit expands: its value has no quotes, `raw` has them. */
export function quotedToken(text: MappedText, start: number, end: number, escapeCharacter: EscapeCharacter): Token {
  const raw = text.text.slice(start, end);
  const range = rangeIn(text, start, end);
  const value = removeQuotes(raw, escapeCharacter);
  return value === raw ? { value, range } : { value, range, raw };
}

/** A token of a JSON array: its value is decoded, and BuildKit may expand it. Its range holds the quotes. */
export function decodedToken(
  text: MappedText,
  word: { readonly value: string; readonly start: number; readonly end: number },
): Token {
  return { value: word.value, range: rangeIn(text, word.start, word.end) };
}

/** Words between blanks, with their quotes removed. */
export function blankSeparatedTokens(text: MappedText, escapeCharacter: EscapeCharacter): readonly Token[] {
  return splitAtBlanks(text.text).map(({ start, end }) => quotedToken(text, start, end, escapeCharacter));
}

/** Words that BuildKit expands: of a JSON array of strings, otherwise between blanks. */
export function readWordList(
  text: MappedText,
  escapeCharacter: EscapeCharacter,
): { readonly form: 'shell' | 'exec'; readonly tokens: readonly Token[] } {
  const words = parseJsonArray(text.text);
  if (words === undefined) return { form: 'shell', tokens: blankSeparatedTokens(text, escapeCharacter) };
  const tokens = words.map((word) => {
    const token = decodedToken(text, word);
    const value = removeQuotes(token.value, escapeCharacter);
    return value === token.value ? token : { ...token, value, raw: token.value };
  });
  return { form: 'exec', tokens };
}
