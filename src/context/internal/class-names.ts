import { type CodePointSet, setOfRanges } from './code-point-set.ts';

const digit = [0x30, 0x39];
const upper = [0x41, 0x5a];
const lower = [0x61, 0x7a];
const word = [...digit, ...upper, 0x5f, 0x5f, ...lower];
const perlSpace = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];

/** `\d` and its kin, by the letter: https://pkg.go.dev/regexp/syntax. All are ASCII only. */
export const perlClasses: ReadonlyMap<string, CodePointSet> = new Map([
  ['d', setOfRanges(digit)],
  ['D', setOfRanges(digit, true)],
  ['s', setOfRanges(perlSpace)],
  ['S', setOfRanges(perlSpace, true)],
  ['w', setOfRanges(word)],
  ['W', setOfRanges(word, true)],
]);

/** What may stand between `[:` and `:]`, without the negating `^`. */
export const posixClasses: ReadonlyMap<string, readonly number[]> = new Map([
  ['alnum', [...digit, ...upper, ...lower]],
  ['alpha', [...upper, ...lower]],
  ['ascii', [0x00, 0x7f]],
  ['blank', [0x09, 0x09, 0x20, 0x20]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x7f]],
  ['digit', digit],
  ['graph', [0x21, 0x7e]],
  ['lower', lower],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x09, 0x0d, 0x20, 0x20]],
  ['upper', upper],
  ['word', word],
  ['xdigit', [...digit, 0x41, 0x46, 0x61, 0x66]],
]);

/**
 * The set that `\p{name}` stands for: a general category or a script of Unicode, as this machine's Node.js knows it. Absent
 * for another name.
 */
export function unicodeCategory(name: string): CodePointSet | undefined {
  const canonical = name.replace(/[_ -]/g, '');
  const key = canonical.charAt(0).toUpperCase() + canonical.slice(1).toLowerCase();
  if (key === 'Any') return setOfRanges([0, 0x10ffff]);
  if (key === 'Ascii') return setOfRanges([0, 0x7f]);
  if (!/^[A-Za-z]+$/.test(key)) return undefined;
  const expression = unicodeExpression(`gc=${key === 'Lc' ? 'LC' : key}`) ?? unicodeExpression(`sc=${key}`);
  return expression && { negated: false, ranges: [], united: [], categories: [expression] };
}

function unicodeExpression(property: string): RegExp | undefined {
  try {
    return new RegExp(`\\p{${property}}`, 'u');
  } catch {
    return undefined;
  }
}
