import { compareCodes, compareDigits } from '../../core/natural-order.ts';

/**
 * By the precedence of Semantic Versioning 2.0.0 (https://semver.org/#spec-item-11), which npm, crates.io and Go follow. Build metadata does not
 * count. Missing numbers are 0, a leading `v` is dropped, further numbers are compared: the order is total.
 */
export function compareSemanticVersions(one: string, other: string): number {
  const a = semanticParts(one);
  const b = semanticParts(other);
  return compareNumberLists(a.numbers, b.numbers) || comparePreReleases(a.preRelease, b.preRelease, compareCodes);
}

export interface SemanticParts {
  readonly numbers: readonly string[];
  /** Without the hyphen; empty for a release. */
  readonly preRelease: string;
}

/** What stands before the first hyphen by points, and what stands behind it; what begins with `+` is gone. */
export function semanticParts(text: string): SemanticParts {
  const trimmed = text.trim().replace(/^[vV=]+\s*/, '');
  const plus = trimmed.indexOf('+');
  const version = plus === -1 ? trimmed : trimmed.slice(0, plus);
  const dash = version.search(/[^\d.]/);
  if (dash === -1) return { numbers: version.split('.'), preRelease: '' };
  return {
    numbers: version.slice(0, dash).split('.'),
    preRelease: version.slice(version[dash] === '-' ? dash + 1 : dash),
  };
}

/** Digits by position; a shorter list goes on with zeros. */
export function compareNumberLists(one: readonly string[], other: readonly string[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = compareDigits(one[at] || '0', other[at] || '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** Identifiers by position: numbers before texts, a longer list behind a shorter one, and every one of them before the release itself. */
export function comparePreReleases(
  one: string,
  other: string,
  compareText: (one: string, other: string) => number,
): number {
  if (one === '' || other === '') return (one === '' ? 1 : 0) - (other === '' ? 1 : 0);
  const a = one.split('.');
  const b = other.split('.');
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compareIdentifiers(a[at] ?? '', b[at] ?? '', compareText);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(one: string, other: string, compareText: (one: string, other: string) => number): number {
  const [a, b] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (a && b) return compareDigits(one, other);
  return a !== b ? (a ? -1 : 1) : compareText(one, other);
}
