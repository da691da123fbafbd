import type { KeyValue } from './instruction.ts';
import { rangeIn } from './mapped-text.ts';
import { splitOnce, splitQuotedWords, type WordSpan } from './parse-words.ts';
import type { EscapeCharacter, MappedText } from './syntax.ts';
import { quotedToken } from './word-token.ts';

/** The pairs of ENV and LABEL: `name=value …`, or one `name value` without a sign, which is the legacy form. */
export function parsePairs(
  text: MappedText,
  escapeCharacter: EscapeCharacter,
): { readonly pairs: readonly KeyValue[]; readonly legacy: boolean } {
  const words = splitQuotedWords(text.text, escapeCharacter);
  const [first] = words;
  if (first === undefined) return { pairs: [], legacy: false };
  if (first.word.includes('='))
    return { pairs: words.map((word) => pairAtSign(text, word, escapeCharacter)), legacy: false };
  return { pairs: [legacyPair(text, escapeCharacter)], legacy: true };
}

/** The declarations of ARG: `name` or `name=value`. */
export function parseDeclarations(text: MappedText, escapeCharacter: EscapeCharacter): readonly KeyValue[] {
  return splitQuotedWords(text.text, escapeCharacter).map((word) => pairAtSign(text, word, escapeCharacter));
}

function pairAtSign(text: MappedText, { word, start, end }: WordSpan, escapeCharacter: EscapeCharacter): KeyValue {
  const sign = word.indexOf('=');
  const keyEnd = sign === -1 ? end : start + sign;
  return {
    key: quotedToken(text, start, keyEnd, escapeCharacter),
    value: sign === -1 ? undefined : quotedToken(text, keyEnd + 1, end, escapeCharacter),
    range: rangeIn(text, start, end),
  };
}

function legacyPair(text: MappedText, escapeCharacter: EscapeCharacter): KeyValue {
  const { end, next } = splitOnce(text.text);
  const length = text.text.length;
  return {
    key: quotedToken(text, 0, end, escapeCharacter),
    value: next === end ? undefined : quotedToken(text, next, length, escapeCharacter),
    range: rangeIn(text, 0, length),
  };
}
