/**
 * White space as Go's `unicode.IsSpace` has it, which BuildKit's parser trims by. Unlike `\s` of JavaScript it holds
 * U+0085 and does not hold the byte order mark.
 */
export function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  if (code >= 0x2000 && code <= 0x200a) return true;
  return code === 0x1680 || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** White space that separates a keyword from what follows, and words of a list: `[\t\v\f\r ]`. */
export function isSeparator(code: number): boolean {
  return code === 32 || code === 9 || (code >= 11 && code <= 13);
}

/** The first index from `from` on that holds no white space; `end` when there is none. */
export function skipSpace(text: string, from: number, end = text.length): number {
  let at = from;
  while (at < end && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** The index behind the last character before `end` that is no white space; `start` when there is none. */
export function trimEnd(text: string, start: number, end = text.length): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}
