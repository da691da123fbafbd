import { skipSpace } from './white-space.ts';

/** One string of an array, with where it stands, quotes included. */
export interface JsonWord {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a JSON array of strings that is the whole of `text`, as Go's encoding/json does. Undefined when it is none:
 * BuildKit then takes the text as the shell form, unless it is an array with other values ({@link isOtherJsonArray}).
 */
export function parseJsonArray(text: string): readonly JsonWord[] | undefined {
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return undefined;
  at = skipJsonBlank(text, at + 1);
  const words: JsonWord[] = [];
  if (text[at] === ']') return skipJsonBlank(text, at + 1) === text.length ? words : undefined;
  for (;;) {
    const word = readString(text, at);
    if (word === undefined) return undefined;
    words.push(word);
    at = skipJsonBlank(text, word.end);
    if (text[at] === ']') return skipJsonBlank(text, at + 1) === text.length ? words : undefined;
    if (text[at] !== ',') return undefined;
    at = skipJsonBlank(text, at + 1);
  }
}

/** True for valid JSON that is an array, but not of strings only: BuildKit refuses it. */
export function isOtherJsonArray(text: string): boolean {
  const start = skipSpace(text, 0);
  if (text[start] !== '[' || parseJsonArray(text) !== undefined) return false;
  try {
    JSON.parse(text.slice(start));
    return true;
  } catch {
    return false;
  }
}

/** True when the text begins as a JSON array does. */
export function beginsAsJsonArray(text: string): boolean {
  return text[skipSpace(text, 0)] === '[';
}

function skipJsonBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return at;
    at += 1;
  }
}

function readString(text: string, start: number): JsonWord | undefined {
  if (text[start] !== '"') return undefined;
  let escaped = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      const value = escaped ? decode(text.slice(start, at + 1)) : text.slice(start + 1, at);
      return value === undefined ? undefined : { value, start, end: at + 1 };
    }
    if (code < 32) return undefined;
    if (code === 92) {
      escaped = true;
      at += 1;
    }
  }
  return undefined;
}

function decode(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
