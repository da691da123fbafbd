import { type LinePattern, learnLine } from './line-pattern.ts';

/** What two trials of the original leave open in one observation. */
export interface NoiseMask {
  /** What differed, in words; empty where nothing did. */
  readonly noise: readonly string[];
  /** The first line that is not as the original's may be; undefined where all are. */
  firstDifference(lines: readonly string[]): number | undefined;
}

type Element =
  | { readonly kind: 'line'; readonly pattern: LinePattern }
  /** Lines that are not the same in number or order: each is like one of these. */
  | { readonly kind: 'block'; readonly patterns: readonly LinePattern[]; readonly most: number };

/** Two lines with less in common do not stand for the same. */
const leastAlike = 0.3;
const muchAlike = 0.6;
const mostMoved = 50;
const mostAligned = 2_000;

/** Learns what differs between two trials of the original: by line and place, and only that is let pass in the repaired one. */
export function learnMask(one: readonly string[], other: readonly string[]): NoiseMask {
  if (sameLines(one, other)) return { noise: [], firstDifference: (lines) => firstUnlike(one, lines) };
  if (sameLines([...one].sort(), [...other].sort())) {
    const sorted = [...one].sort();
    return {
      noise: ['the order of the lines'],
      firstDifference: (lines) => (sameLines([...lines].sort(), sorted) ? undefined : firstUnlike(one, lines)),
    };
  }
  const elements = elementsOf(one, other);
  return { noise: noiseOf(elements), firstDifference: (lines) => firstUnfit(elements, lines) };
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, at) => line === other[at]);
}

function firstUnlike(expected: readonly string[], lines: readonly string[]): number | undefined {
  if (sameLines(expected, lines)) return undefined;
  const at = expected.findIndex((line, index) => line !== lines[index]);
  return at === -1 ? expected.length : at;
}

function elementsOf(one: readonly string[], other: readonly string[]): readonly Element[] {
  return (one.length === other.length ? byPlace(one, other) : undefined) ?? alignLines(one, other);
}

/** Line by line, as many as there are in both. Undefined where a line is not like the one in its place and like another one: then the order differs, too. */
function byPlace(one: readonly string[], other: readonly string[]): readonly Element[] | undefined {
  const patterns = one.map((line, at) => learnLine(line, other[at] ?? ''));
  const unlike = patterns.flatMap((pattern, at) => (pattern && pattern.alike >= leastAlike ? [] : [at]));
  const isMoved = unlike
    .slice(0, mostMoved)
    .some((at) => unlike.some((where) => where !== at && isMuchAlike(one[at] ?? '', other[where] ?? '')));
  if (isMoved) return undefined;
  return patterns.map((pattern, at) => ({
    kind: 'line',
    pattern: pattern ?? anything(one[at] ?? '', other[at] ?? ''),
  }));
}

function isMuchAlike(one: string, other: string): boolean {
  return (learnLine(one, other)?.alike ?? 0) >= muchAlike;
}

/** A line of which nothing is known but that it differs. */
function anything(one: string, other: string): LinePattern {
  return { matches: () => true, differing: [[one, other]], alike: 0 };
}

/** Lines that are equal in both hold their places; what lies between them is a block, or line by line where as many lie there. */
function alignLines(one: readonly string[], other: readonly string[]): readonly Element[] {
  const elements: Element[] = [];
  let left = 0;
  let right = 0;
  for (const [atLeft, atRight] of [...anchors(one, other), [one.length, other.length] as const]) {
    elements.push(...between(one.slice(left, atLeft), other.slice(right, atRight)));
    const line = one[atLeft];
    const pattern = line === undefined ? undefined : learnLine(line, line);
    if (pattern) elements.push({ kind: 'line', pattern });
    left = atLeft + 1;
    right = atRight + 1;
  }
  return elements;
}

/** A line beside such a block that is much like one of its lines is of the same kind, and equal in both by chance. */
function anchors(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const common = [...commonLines(one, other)];
  for (let at = 0; at <= common.length; at++) {
    const [fromLeft, fromRight] = common[at - 1] ?? [-1, -1];
    const [toLeft, toRight] = common[at] ?? [one.length, other.length];
    const loose = [...one.slice(fromLeft + 1, toLeft), ...other.slice(fromRight + 1, toRight)];
    if (toLeft - fromLeft === toRight - fromRight) continue;
    const isLike = (line: string | undefined) => line !== undefined && loose.some((each) => isMuchAlike(line, each));
    if (isLike(one[fromLeft])) common.splice(--at, 1);
    else if (isLike(one[toLeft])) common.splice(at, 1);
    else continue;
    at -= 1;
  }
  return common;
}

function between(left: readonly string[], right: readonly string[]): readonly Element[] {
  if (left.length === 0 && right.length === 0) return [];
  const inPlace = left.length === right.length ? byPlace(left, right) : undefined;
  if (inPlace) return inPlace;
  const all = [...left, ...right];
  // Each line is paired with the one most like it: what they have in common is what a further one has to have.
  const patterns = all.map((line, at) => {
    let best: LinePattern | undefined;
    for (const [where, each] of all.slice(0, 100).entries()) {
      const pattern = where === at ? undefined : learnLine(line, each);
      if (pattern && pattern.alike >= leastAlike && pattern.alike > (best?.alike ?? 0)) best = pattern;
    }
    return best ?? learnLine(line, line) ?? anything(line, line);
  });
  return [{ kind: 'block', patterns, most: all.length * 2 }];
}

/** The longest common subsequence, by places in both. */
function commonLines(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  if (one.length > mostAligned || other.length > mostAligned) return [];
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  const length = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = one.length - 1; row >= 0; row--)
    for (let column = other.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        one[row] === other[column]
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
  const pairs: [number, number][] = [];
  for (let row = 0, column = 0; row < one.length && column < other.length; ) {
    if (one[row] === other[column]) pairs.push([row++, column++]);
    else if (length(row + 1, column) >= length(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}

function firstUnfit(elements: readonly Element[], lines: readonly string[]): number | undefined {
  let at = 0;
  for (const [index, element] of elements.entries()) {
    if (element.kind === 'line') {
      const line = lines[at];
      if (line === undefined || !element.pattern.matches(line)) return at;
      at += 1;
      continue;
    }
    const next = elements[index + 1];
    for (let count = 0; count < element.most; count++) {
      const line = lines[at];
      if (line === undefined || (next?.kind === 'line' && next.pattern.matches(line))) break;
      if (!element.patterns.some((pattern) => pattern.matches(line))) break;
      at += 1;
    }
  }
  return at < lines.length ? at : undefined;
}

const mostTold = 5;

function noiseOf(elements: readonly Element[]): readonly string[] {
  const told = new Set<string>();
  for (const [at, element] of elements.entries()) {
    if (element.kind === 'block') told.add(`lines from ${at + 1} on, by number and order`);
    else
      for (const [one, other] of element.pattern.differing)
        told.add(`line ${at + 1}: ${quote(one)} and ${quote(other)}`);
  }
  const list = [...told];
  return list.length <= mostTold ? list : [...list.slice(0, mostTold), `${list.length - mostTold} more`];
}

function quote(text: string): string {
  return `«${text.length > 60 ? `${text.slice(0, 60)}…` : text}»`;
}
