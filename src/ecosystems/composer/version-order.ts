import { compareDigits } from '../../core/natural-order.ts';

/**
 * As PHP's version_compare orders them, which Composer uses (https://www.php.net/manual/en/function.version-compare.php): `dev < alpha < beta < RC < (a number) < pl`, and
 * what is none of them before all. A leading `v` is dropped.
 */
export function compareComposerVersions(one: string, other: string): number {
  const a = partsOf(one);
  const b = partsOf(other);
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const order = compareParts(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  if (a.length === b.length) return 0;
  // What is left over stands against a number that is not there.
  return a.length > b.length ? restWeight(a[shared] ?? '') : -restWeight(b[shared] ?? '');
}

function partsOf(version: string): readonly string[] {
  const points = version.trim().replace(/^[vV]/, '').replace(/[-_+]/g, '.');
  const parts = points.match(/\d+|[^\d.]+/g);
  return parts ?? [];
}

const forms = ['dev', 'a', 'b', 'RC', '#', 'p'];

function formWeight(part: string): number {
  if (part.startsWith('rc')) return 3;
  return forms.findIndex((form) => part.startsWith(form));
}

function compareParts(one: string, other: string): number {
  const [a, b] = [/^\d/.test(one), /^\d/.test(other)];
  if (a && b) return compareDigits(one, other);
  return formWeight(a ? '#' : one) - formWeight(b ? '#' : other);
}

function restWeight(part: string): number {
  return /^\d/.test(part) ? 1 : compareParts(part, '#');
}
