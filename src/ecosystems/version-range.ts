import { compareNumbers } from '../core/version-order.ts';

/** Versions that are numbers and points alone: the finished releases of every registry that is asked. */
const finished = /^v?\d+(?:\.\d+)*(?:\.post\d+)?$/;

export function isFinished(version: string): boolean {
  return finished.test(version);
}

/**
 * Whether a release of a language meets what a package asks of it, as PyPI (`>=3.8,!=3.9.*`), npm (`^14 || >=16`) and RubyGems (`>= 2.3, < 4`) write
 * it. `3.6` as the release stands for the last one of that line. What cannot be read asks for nothing.
 */
export function admits(range: string, release: string): boolean {
  return range.split('||').some((part) => admitsAll(part.trim(), lastOfLine(release)));
}

function lastOfLine(release: string): string {
  const parts = release.split('.');
  while (parts.length < 3) parts.push('9999');
  return parts.join('.');
}

function admitsAll(part: string, release: string): boolean {
  const hyphen = /^v?([\d.]+)\s+-\s+v?([\d.]+)$/.exec(part);
  if (hyphen) return admitsAll(`>=${hyphen[1]} <=${hyphen[2]}`, release);
  return [...part.matchAll(/(>=|<=|===?|!=|~=|~>|[<>=^~])?\s*v?(\d+(?:\.\d+)*)((?:\.[x*])+)?/g)].every(
    ([, operator = '', version = '', wild]) => admitsOne(operator, version, wild !== undefined, release),
  );
}

function admitsOne(operator: string, version: string, wild: boolean, release: string): boolean {
  const order = compareNumbers(release, version);
  const digits = version.split('.');
  const within = (count: number) =>
    compareNumbers(release.split('.').slice(0, count).join('.'), digits.slice(0, count).join('.')) === 0;
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0 || within(digits.length);
    case '>':
      return order > 0 && !within(digits.length);
    case '<':
      return order < 0;
    case '!=':
      return wild ? !within(digits.length) : order !== 0;
    case '^':
      return order >= 0 && within(digits[0] === '0' ? 2 : 1);
    case '~=':
    case '~>':
      return order >= 0 && within(Math.max(1, digits.length - 1));
    case '~':
      return order >= 0 && within(Math.min(2, digits.length));
    default:
      return within(digits.length);
  }
}
