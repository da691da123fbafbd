import { compareDigits } from '../../core/natural-order.ts';

/**
 * As Composer orders them: brought to four numbers (https://getcomposer.org/doc/articles/versions.md), then by PHP's version_compare
 * (https://www.php.net/manual/en/function.version-compare.php): `dev < alpha < beta < RC < (a number) < pl`, and what is none of them before all.
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

function partsOf(written: string): readonly string[] {
  const version = written
    .trim()
    .replace(/^[vV]/, '')
    .replace(/\+.*$/s, '')
    .replace(/[-_.]?stable$/i, '');
  const numbers = /^\d+(?:\.\d+){0,3}(?![\d.]*\.\d)/.exec(version)?.[0];
  const whole = numbers === undefined ? version : fourNumbers(numbers) + version.slice(numbers.length);
  return whole.match(/\d+|[^\d.+_-]+/g) ?? [];
}

function fourNumbers(numbers: string): string {
  return numbers + '.0'.repeat(4 - numbers.split('.').length);
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
