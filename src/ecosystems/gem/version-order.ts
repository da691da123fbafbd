import { compareCodes, compareDigits } from '../../core/natural-order.ts';

/**
 * As `Gem::Version` orders them (https://docs.ruby-lang.org/en/3.4/Gem/Version.html): segments of digits and of letters; a letter makes a pre-release, which
 * comes before a number, zero among them.
 */
export function compareGemVersions(one: string, other: string): number {
  const a = canonicalSegments(one);
  const b = canonicalSegments(other);
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const left = a[at] ?? '0';
    const right = b[at] ?? '0';
    const [numberLeft, numberRight] = [/^\d/.test(left), /^\d/.test(right)];
    if (numberLeft !== numberRight) return numberLeft ? 1 : -1;
    const order = (numberLeft ? compareDigits : compareCodes)(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Zeros at the end of the numbers, and before the first letters, do not count. A hyphen stands for `.pre.`. */
function canonicalSegments(version: string): readonly string[] {
  const segments =
    version
      .trim()
      .replaceAll('-', '.pre.')
      .match(/\d+|[a-zA-Z]+/g) ?? [];
  const letters = segments.findIndex((segment) => !/^\d/.test(segment));
  const numbers = letters === -1 ? segments : segments.slice(0, letters);
  return [...withoutZeros(numbers), ...withoutZeros(letters === -1 ? [] : segments.slice(letters))];
}

function withoutZeros(segments: readonly string[]): readonly string[] {
  let end = segments.length;
  while (end > 0 && /^0+$/.test(segments[end - 1] ?? '')) end--;
  return segments.slice(0, end);
}
