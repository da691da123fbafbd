import { familiarName, type ImageReference } from '../core/image-reference.ts';
import { compareDigits } from '../core/natural-order.ts';
import { countingWords } from './build-counts.ts';
import { endOfLife } from './end-of-life.ts';
import { releasesOf } from './releases.ts';
import { productOf } from './successors.ts';
import { withoutMirror } from './tag.ts';
import { countsIn, isComparable, readCountedTags, readTrackTag, readTrackTags, type TrackTag } from './track-tag.ts';

/** The newest tag of one of the tracks after the tag's own. */
export interface NextTag {
  /** The release line: `22`, `3.13`. Undefined where the line is the same, and the release of the distribution is another one. */
  readonly line: string | undefined;
  readonly tag: string;
}

/** What a list of tags has beside one of them. */
export interface TrackNews {
  /** The newest tag of the same track; undefined where the tag itself is. */
  readonly newer: string | undefined;
  /** The newest of each later track, the nearest first. */
  readonly next: readonly NextTag[];
  /** A tag that may be newer, and is not compared: it differs in a word with a number of which nothing shows whether it counts builds. */
  readonly uncompared?: string;
}

/**
 * The newest tag of the track that a tag is on, and of those after it. A track is what differs in nothing but later numbers: the same words (`slim`,
 * `bookworm`), as many numbers, the same release line. What a release line is the tables of releases know (Node.js 20, Python 3.12); of all others it is
 * the first number, and the first two below 1.0. Pre-releases are on none: what they became is a next track.
 * @param admits false for versions that a project does not want: `3.12.4`
 */
export function trackNews(
  reference: ImageReference,
  tags: readonly string[],
  admits: (version: string) => boolean,
): TrackNews {
  const counting = countingWords(reference.tag ?? 'latest', tags);
  const own = readTrackTag(reference.tag ?? 'latest', counting);
  if (!isComparable(own)) return { newer: undefined, next: [] };
  const line = lineNumbers(reference, own);
  const lineOf = ({ numbers }: TrackTag) => line.map((at) => numbers[at] ?? '0');
  const form = own.releaseForm ?? own.form;
  const others = readTrackTags(tags, counting)
    .filter(
      (each) =>
        each.releaseForm === undefined &&
        each.form === form &&
        (each.system === undefined) === (own.system === undefined),
    )
    .filter((each) => each.numbers.length === 0 || admits(each.numbers.join('.')));
  const sameSystem = others.filter(({ system }) => system === own.system);
  const newest = newestOf(sameSystem.filter((each) => compareLists(lineOf(each), lineOf(own)) === 0));
  const lines = new Map<string, TrackTag[]>();
  for (const each of others) {
    if (compareLists(lineOf(each), lineOf(own)) <= 0 || compareSystems(each, own) < 0) continue;
    const name = lineOf(each)
      .map((digits) => digits.replace(/^0+(?=\d)/, ''))
      .join('.');
    const known = lines.get(name);
    if (known) known.push(each);
    else lines.set(name, [each]);
  }
  const next = [...lines.values()]
    .flatMap(
      (same) => newestOf(same.filter(({ system }) => system === own.system)) ?? newestOf(withNewestSystem(same)) ?? [],
    )
    .sort((one, other) => compareLists(lineOf(one), lineOf(other)))
    .map((each): NextTag => ({ line: lineOf(each).join('.'), tag: each.tag }));
  const onNewerSystem = others.filter(
    (each) => compareSystems(each, own) > 0 && compareLists(lineOf(each), lineOf(own)) === 0,
  );
  const moved = newestOf(withNewestSystem(onNewerSystem).filter((each) => compare(each, own) >= 0));
  const isPreRelease = own.releaseForm !== undefined;
  const released = isPreRelease && newest !== undefined && compare(newest, own) >= 0 ? newest : undefined;
  const uncompared = isPreRelease ? undefined : maybeNewer(reference, own, newest ?? own, tags, admits);
  return {
    ...(uncompared !== undefined && { uncompared }),
    newer: !isPreRelease && newest !== undefined && compare(newest, own) > 0 ? newest.tag : undefined,
    next: [
      ...(released ? [{ line: lineOf(released).join('.'), tag: released.tag }] : []),
      ...(moved ? [{ line: undefined, tag: moved.tag }] : []),
      ...next,
    ],
  };
}

/** The newest tag of the line that differs from its own in what may count builds, and in nothing else but later numbers: that has it, or has it not, or has it higher. */
function maybeNewer(
  reference: ImageReference,
  own: TrackTag,
  newest: TrackTag,
  tags: readonly string[],
  admits: (version: string) => boolean,
): string | undefined {
  const { base: ownText, counts: ownCounts } = countsIn(own.tag);
  const ownBase = readTrackTag(ownText);
  const { form } = readTrackTag(own.tag);
  const newestBase = readTrackTag(countsIn(newest.tag).base);
  const line = lineNumbers(reference, ownBase);
  let best: { readonly tag: string; readonly base: TrackTag } | undefined;
  for (const { read, counts, base } of readCountedTags(tags)) {
    if (base.form !== ownBase.form || base.system !== ownBase.system || read.form === form) continue;
    if (counts.size + ownCounts.size === 0 || read.releaseForm !== undefined) continue;
    if (line.some((at) => compareDigits(base.numbers[at] ?? '0', ownBase.numbers[at] ?? '0') !== 0)) continue;
    const order = compare(base, newestBase);
    const isLaterBuild = [...counts].some(([word, count]) => count > (ownCounts.get(word) ?? count));
    if (order < 0 || (order === 0 && !isLaterBuild) || !admits(base.numbers.join('.'))) continue;
    if (best === undefined || compare(base, best.base) > 0) best = { tag: read.tag, base };
  }
  return best?.tag;
}

/** Official images under the names that others give them. */
const otherNames: Readonly<Record<string, string>> = {
  go: 'golang',
  nodejs: 'node',
  python3: 'python',
  postgresql: 'postgres',
  mongodb: 'mongo',
  jdk: 'openjdk',
  java: 'openjdk',
};

const languages =
  /(?:^|[^a-z])(?:python3?|node|nodejs|javascript|typescript|go|golang|java|jdk|openjdk|php|ruby|rust|dotnet)(?![a-z])/;

/**
 * Which numbers of the version name a release line. An image is known by the last part of its name, whatever mirror it comes from; where that may be
 * another one of the same name, the line is never wider than it would be for one that nobody knows.
 */
function lineNumbers(reference: ImageReference, own: TrackTag): readonly number[] {
  const segments = own.form.split('-');
  const at = segments.findIndex((part) => marksIn(part) > 0);
  const first = marksIn(segments[at] ?? '');
  // Dates follow each other on one track.
  if (segments[at]?.replace(/[^#@%?]/g, '').startsWith('@')) return [];
  const name = withoutMirror(familiarName(reference));
  const last = name.slice(name.lastIndexOf('/') + 1);
  const known = Object.hasOwn(otherNames, last) ? (otherNames[last] ?? last) : last;
  const general = Number(own.numbers[0]) === 0 ? 2 : 1;
  const depth = lineDepth(name, own) ?? Math.max(general, lineDepth(known, own) ?? 1);
  const line = Array.from({ length: Math.min(depth, first) }, (_, index) => index);
  // `1-3.9`, `1-20`: of a language behind the image's own version, and no count of builds.
  const second = /^[#@%?.]+$/.test(segments[at + 1] ?? '') ? marksIn(segments[at + 1] ?? '') : 0;
  if (second > 1 || (second === 1 && name.includes('/') && languages.test(last))) line.push(first);
  if (second > 1) line.push(first + 1);
  return line;
}

function marksIn(part: string): number {
  return part.replace(/[^#@%?]/g, '').length;
}

/** How many numbers of the version name a release line of an image that is known by this name; undefined where none is. */
function lineDepth(name: string, { numbers }: TrackTag): number | undefined {
  const product = productOf(name);
  const ends = product === undefined ? undefined : endOfLife(product, numbers.join('.'));
  if (ends !== undefined) return ends.product.slice(ends.product.lastIndexOf(' ') + 1).split('.').length;
  return releasesOf(name)?.newest.split('.').length ?? (product === undefined ? undefined : 2);
}

function newestOf(tags: readonly TrackTag[]): TrackTag | undefined {
  return tags.reduce<TrackTag | undefined>(
    (best, each) => (best === undefined || compare(each, best) > 0 ? each : best),
    undefined,
  );
}

function withNewestSystem(tags: readonly TrackTag[]): readonly TrackTag[] {
  const newest = tags.reduce<TrackTag | undefined>(
    (best, each) => (best === undefined || compareSystems(each, best) > 0 ? each : best),
    undefined,
  );
  return newest === undefined ? [] : tags.filter(({ system }) => system === newest.system);
}

function compare(one: TrackTag, other: TrackTag): number {
  return compareLists(one.numbers, other.numbers);
}

function compareSystems(one: TrackTag, other: TrackTag): number {
  return compareLists(one.system?.split('.') ?? [], other.system?.split('.') ?? []);
}

function compareLists(one: readonly string[], other: readonly string[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = compareDigits(one[at] ?? '0', other[at] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}
