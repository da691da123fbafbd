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
