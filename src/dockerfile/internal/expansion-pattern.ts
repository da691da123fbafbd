import { ExpansionError } from './expansion-state.ts';

/** The patterns of `${name#pattern}`, `%` and `/`: `*`, `?` and literal characters, no bracket expressions. */
export interface Pattern {
  /** What stands between the stars: a code point each, or `undefined` for `?`. */
  readonly segments: readonly (readonly (string | undefined)[])[];
}

/** Comparisons that one pattern may cost; more than that is no pattern that a person wrote. */
const maximalWork = 50_000_000;

function parsePattern(text: string): Pattern | undefined {
  const segments: (string | undefined)[][] = [[]];
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at];
    const current = segments.at(-1);
    if (character === '*') segments.push([]);
    else if (character === '?') current?.push(undefined);
    else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined || !'*?\\}/'.includes(escaped)) return undefined;
      current?.push(escaped);
    } else current?.push(character);
  }
  return { segments };
}

/**
 * The pattern of a substitution in `value`.
 * @throws ExpansionError when it is none, or when matching would cost more than is sensible.
 */
export function readPattern(text: string, value: string): Pattern {
  const pattern = parsePattern(text);
  if (pattern === undefined)
    throw new ExpansionError('The pattern of a substitution has an escape that means nothing.');
  if (text.length * value.length > maximalWork) throw new ExpansionError('The pattern of a substitution is too long.');
  return pattern;
}

/** The value of `${name#word}` and its like: `kind` is the sign, which stands twice for the longest match. */
export function trimMatch(value: string, word: string, kind: '#' | '%'): string {
  const greedy = word.startsWith(kind);
  const pattern = readPattern(greedy ? word.slice(1) : word, value);
  return kind === '#' ? trimPrefix(pattern, value, greedy) : trimSuffix(pattern, value, greedy);
}

function trimPrefix(pattern: Pattern, value: string, greedy: boolean): string {
  const characters = Array.from(value);
  const end = matchEnd(pattern, characters, 0, greedy);
  return end === undefined ? value : characters.slice(end).join('');
}

function trimSuffix(pattern: Pattern, value: string, greedy: boolean): string {
  const reversed = { segments: pattern.segments.map((segment) => segment.toReversed()).reverse() };
  const characters = Array.from(value).reverse();
  const end = matchEnd(reversed, characters, 0, greedy);
  return end === undefined ? value : characters.slice(end).reverse().join('');
}

/**
 * Replaces the first or all matches.
 * @throws ExpansionError when the result is longer than `limit`.
 */
export function replaceMatches(
  pattern: Pattern,
  value: string,
  replacement: string,
  all: boolean,
  limit: number,
): string {
  const characters = Array.from(value);
  let result = '';
  let at = 0;
  while (at <= characters.length) {
    const start = firstStart(pattern, characters, at);
    const end = start === undefined ? undefined : matchEnd(pattern, characters, start, true);
    if (start === undefined || end === undefined) break;
    const abutsLast =
      end === start &&
      start === at &&
      at > 0 &&
      result !== '' &&
      end === characters.length &&
      pattern.segments.length > 1;
    if (abutsLast) break;
    result += characters.slice(at, start).join('') + replacement;
    at = end;
    if (end === start) {
      result += characters[at] ?? '';
      at += 1;
    }
    if (result.length > limit) throw new ExpansionError('The value is longer than 1 MiB.');
    if (!all) break;
  }
  return result + characters.slice(at).join('');
}

function firstStart(pattern: Pattern, value: readonly string[], from: number): number | undefined {
  const first = pattern.segments[0] ?? [];
  return find(first, value, from);
}

/** Where a match that begins at `start` ends: each star as short as possible, or the last one as long as possible. */
function matchEnd(pattern: Pattern, value: readonly string[], start: number, greedy: boolean): number | undefined {
  const [first = [], ...others] = pattern.segments;
  if (!matchesAt(first, value, start)) return undefined;
  let at = start + first.length;
  for (const [index, segment] of others.entries()) {
    const isLast = index === others.length - 1;
    const found = isLast && greedy ? findLast(segment, value, at) : find(segment, value, at);
    if (found === undefined) return undefined;
    at = found + segment.length;
  }
  return at;
}

function find(segment: readonly (string | undefined)[], value: readonly string[], from: number): number | undefined {
  for (let at = from; at + segment.length <= value.length; at += 1) if (matchesAt(segment, value, at)) return at;
  return undefined;
}

function findLast(
  segment: readonly (string | undefined)[],
  value: readonly string[],
  from: number,
): number | undefined {
  for (let at = value.length - segment.length; at >= from; at -= 1) if (matchesAt(segment, value, at)) return at;
  return undefined;
}

function matchesAt(segment: readonly (string | undefined)[], value: readonly string[], at: number): boolean {
  if (at + segment.length > value.length) return false;
  return segment.every((character, index) => character === undefined || character === value[at + index]);
}
