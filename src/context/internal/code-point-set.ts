/** A set of code points: what a character class of a Go regular expression stands for. */
export interface CodePointSet {
  readonly negated: boolean;
  /** Pairs of first and last code point. */
  readonly ranges: readonly number[];
  /** Sets that are united with the ranges before `negated` applies. */
  readonly united: readonly CodePointSet[];
  /** A Unicode general category, also united. */
  readonly categories: readonly RegExp[];
}

export function setOfRanges(ranges: readonly number[], negated = false): CodePointSet {
  return { negated, ranges, united: [], categories: [] };
}

export function setHas(set: CodePointSet, code: number): boolean {
  return unitedHas(set, code) !== set.negated;
}

/** The one code point that the set holds, when it holds just one. */
export function onlyMember(set: CodePointSet): number | undefined {
  const [first, last] = set.ranges;
  const plain = !set.negated && set.ranges.length === 2 && set.united.length === 0 && set.categories.length === 0;
  return plain && first === last ? first : undefined;
}

function unitedHas(set: CodePointSet, code: number): boolean {
  for (let at = 0; at < set.ranges.length; at += 2) {
    if (code >= (set.ranges[at] ?? 0) && code <= (set.ranges[at + 1] ?? -1)) return true;
  }
  if (set.united.some((member) => setHas(member, code))) return true;
  return set.categories.length > 0 && set.categories.some((category) => category.test(String.fromCodePoint(code)));
}
