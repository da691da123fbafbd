import type { EscapeCharacter } from './syntax.ts';
import { isSeparator, isSpace } from './white-space.ts';

/** A word as written, with where it stands. */
export interface WordSpan {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Splits at white space outside of quotes; quotes and escapes stay. This is how ENV, LABEL and ARG are split. */
export function splitQuotedWords(text: string, escapeCharacter: EscapeCharacter): readonly WordSpan[] {
  const words: WordSpan[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
    if (at === text.length) return words;
    const end = endOfQuotedWord(text, at, escapeCharacter);
    const endsInEscape = end.loneEscape;
    const word = text.slice(at, endsInEscape ? end.at - 1 : end.at);
    if (word !== '') words.push({ word, start: at, end: at + word.length });
    at = end.at;
  }
}

function endOfQuotedWord(text: string, start: number, escapeCharacter: string): { at: number; loneEscape: boolean } {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === '' && isSpace(character.charCodeAt(0))) return { at, loneEscape: false };
    if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : '';
    } else if (character === escapeCharacter && quote !== "'") {
      if (at + 1 === text.length) return { at: text.length, loneEscape: true };
      at += 1;
    }
  }
  return { at: text.length, loneEscape: false };
}

/** Splits at blanks, whatever the quotes: FROM, EXPOSE, and COPY, ADD and VOLUME when they are not JSON. */
export function splitAtBlanks(text: string): readonly WordSpan[] {
  const words: WordSpan[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !isSeparator(text.charCodeAt(at))) continue;
    if (at > start) words.push({ word: text.slice(start, at), start, end: at });
    start = at + 1;
  }
  return words;
}

/** Splits at the first run of blanks: where the first part ends and where the second one begins. */
export function splitOnce(text: string, from = 0, to = text.length): { end: number; next: number } {
  let end = from;
  while (end < to && !isSeparator(text.charCodeAt(end))) end += 1;
  let next = end;
  while (next < to && isSeparator(text.charCodeAt(next))) next += 1;
  return { end, next };
}
