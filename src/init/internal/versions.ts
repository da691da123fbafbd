import { endOfLife } from '../../bases/end-of-life.ts';
import { runtimeDates } from '../../bases/runtime-dates.ts';

/** A version as `24`, `3.13` or `1.26`, and why. */
export interface ChosenVersion {
  readonly version: string;
  readonly evidence: string;
}

/** A version that a project asks for, in the words of the ecosystem, with its place. */
export interface AskedVersion {
  readonly range: string;
  readonly evidence: string;
}

/** The release lines that still get security updates, oldest first. */
export function supportedLines(product: string, today: string): string[] {
  const lines = Object.entries(runtimeDates[product] ?? {}).filter(([, end]) => end > today);
  return lines.map(([line]) => line).sort(compareVersions);
}

/** Whether a line is among those that were supported for long: even numbers of Node.js, some of Java. */
export type IsLongTerm = (line: string) => boolean;

/**
 * The release line for a project: the newest long-term one that fits what it asks for. Where none that is supported does, the
 * oldest that is newer, with the reason; and where nothing is asked, the newest long-term one.
 */
export function chooseVersion(
  product: string,
  asked: AskedVersion | undefined,
  options: {
    readonly today: string;
    readonly isLongTerm?: IsLongTerm;
    readonly fits: (range: string, line: string) => boolean;
  },
): ChosenVersion {
  const lines = supportedLines(product, options.today);
  const longTerm = lines.filter(options.isLongTerm ?? (() => true));
  const newest = longTerm.at(-1) ?? lines.at(-1) ?? '';
  if (asked === undefined)
    return {
      version: newest,
      evidence: `nothing in the project asks for a version: the newest long-term one of ${product}`,
    };
  const fitting = longTerm.filter((line) => options.fits(asked.range, line));
  const chosen = fitting.at(-1) ?? lines.filter((line) => options.fits(asked.range, line)).at(-1);
  if (chosen !== undefined) return { version: chosen, evidence: `${asked.evidence} asks for ${asked.range}` };
  const wanted = /\d+(?:\.\d+)*/.exec(asked.range)?.[0] ?? '';
  const known = endOfLife(product, wanted);
  const later = lines.find((line) => compareVersions(line, wanted) >= 0);
  // Not in the table: newer than what is known.
  if (known === undefined && later === undefined)
    return { version: wanted, evidence: `${asked.evidence} asks for ${asked.range}` };
  // Support that goes on says nothing: then it is another package that fits no line.
  const ended = known !== undefined && known.date <= options.today;
  const since = ended ? `, which gets no security updates since ${known.date}` : '';
  return {
    version: later ?? newest,
    evidence: `${asked.evidence} asks for ${asked.range}${since}: the oldest supported version ${ended ? 'after it' : 'from there on'}`,
  };
}

/** Versions by their numbers: `3.9` before `3.13`. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((each) => each.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < Math.max(a?.length ?? 0, b?.length ?? 0); at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a release line satisfies a range as npm and Composer write them: `>=18`, `^20.1`, `18.x || 20.x`, `22`. */
export function fitsRange(range: string, line: string): boolean {
  return range.split('||').some((part) => fitsAll(part.trim(), line));
}

function fitsAll(part: string, line: string): boolean {
  const hyphen = /^v?(\d[\d.x*]*)\s+-\s+v?(\d[\d.x*]*)$/.exec(part);
  if (hyphen) return fitsAll(`>=${hyphen[1]} <=${hyphen[2]}`, line);
  if (part === '' || part === '*' || part === 'x' || part === 'latest' || part === 'node' || /^lts/.test(part))
    return true;
  const comparators = part.replace(/([<>=~^!]+)\s+/g, '$1').split(/[\s,]+/);
  return comparators.every((comparator) => {
    const [, operator = '', written = ''] = /^([<>=~^!]*)v?(\d.*)?$/.exec(comparator) ?? [];
    return written === '' || compareLine(operator, written.replace(/[.](?:x|\*).*$/i, ''), line);
  });
}

/** A line stands for all of its releases: `20` fits `>=20.9`, because its newest release does. */
function compareLine(operator: string, version: string, line: string): boolean {
  const length = line.split('.').length;
  const short = version.split('.').slice(0, length).join('.');
  const difference = compareVersions(line, short);
  switch (operator) {
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0 || (difference === 0 && version.split('.').length > length);
    case '<=':
      return difference <= 0;
    case '<':
      return difference < 0;
    case '^':
      return length === 1 ? difference === 0 : difference >= 0 && line.split('.')[0] === version.split('.')[0];
    case '~':
    case '~>':
      return version.split('.').length > 2 || length === 1
        ? difference === 0
        : difference >= 0 && line.split('.')[0] === version.split('.')[0];
    case '!=':
      return difference !== 0;
    default:
      return version.split('.').length >= length ? difference === 0 : line.startsWith(`${version}.`);
  }
}
