import type { EscapeCharacter } from './syntax.ts';
import { isSpace } from './white-space.ts';

/** One `--name=value` word: its text without quotes and escapes, and where it stands. */
export interface FlagWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Where the value begins, behind the first `=`; undefined without one. */
  readonly valueStart: number | undefined;
}

export interface FlagWords {
  readonly flags: readonly FlagWord[];
  /** Where the arguments begin, white space before them included. */
  readonly argumentsStart: number;
}

/**
 * Reads the flags at the beginning of what follows a keyword: words that start with `--`, up to the first other word or
 * a lone `--`. BuildKit reads bytes here, so that only ASCII white space stands before a flag.
 */
export function readFlags(text: string, escapeCharacter: EscapeCharacter): FlagWords {
  const flags: FlagWord[] = [];
  let at = 0;
  for (;;) {
    while (text.charCodeAt(at) < 128 && isSpace(text.charCodeAt(at))) at += 1;
    if (!text.startsWith('--', at)) return { flags, argumentsStart: at };
    const flag = readFlag(text, at, escapeCharacter);
    at = flag.end;
    if (flag.word === '--') return { flags, argumentsStart: at };
    flags.push(flag);
  }
}

function readFlag(text: string, start: number, escapeCharacter: string): FlagWord {
  let word = '';
  let quote = '';
  let valueStart: number | undefined;
  let at = start;
  for (; at < text.length; at += 1) {
    let character = text.charAt(at);
    if (quote === '' && isSpace(character.charCodeAt(0))) break;
    if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : '';
      continue;
    }
    if (character === escapeCharacter) {
      if (at + 1 === text.length) continue;
      at += 1;
      character = text.charAt(at);
    }
    if (character === '=' && valueStart === undefined) valueStart = at + 1;
    word += character;
  }
  return { word, start, end: at, valueStart };
}
