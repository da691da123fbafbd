/** Numbers of any length, written in digits: negative, 0 or positive. Leading zeros do not count. */
export function compareDigits(one: string, other: string): number {
  const a = withoutZeros(one);
  const b = withoutZeros(other);
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** By code unit. */
export function compareCodes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function withoutZeros(digits: string): string {
  let from = 0;
  while (from < digits.length - 1 && digits.charCodeAt(from) === 48) from++;
  return from === 0 ? digits : digits.slice(from);
}

/** Whether a character, given by its code, is one of 0 to 9. NaN, behind the end of a text, is none. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Whether a character, given by its code, is a letter of ASCII. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/**
 * Orders two versions of as many numbers each, with points between them, by the first number that differs; undefined for all others. A number that begins with
 * zero is none: ecosystems read those in different ways.
 */
export function comparePlainVersions(one: string, other: string): number | undefined {
  let a = 0;
  let b = 0;
  let order = 0;
  for (;;) {
    const endOfOne = numberEnd(one, a);
    const endOfOther = numberEnd(other, b);
    if (endOfOne < 0 || endOfOther < 0) return undefined;
    if (order === 0) {
      order = endOfOne - a - (endOfOther - b);
      for (let at = 0; order === 0 && a + at < endOfOne; at++)
        order = one.charCodeAt(a + at) - other.charCodeAt(b + at);
    }
    if (endOfOne === one.length || endOfOther === other.length)
      return endOfOne === one.length && endOfOther === other.length ? order : undefined;
    a = endOfOne + 1;
    b = endOfOther + 1;
  }
}

/** Where the number at `start` ends: before a point or at the end of the text. -1 where there is none, or one that begins with zero. */
function numberEnd(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at === start || (text.charCodeAt(start) === 48 && at > start + 1)) return -1;
  return at === text.length || text.charCodeAt(at) === 46 ? at : -1;
}
