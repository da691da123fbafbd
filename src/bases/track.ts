import { familiarName, type ImageReference } from '../core/image-reference.ts';
import { compareDigits } from '../core/natural-order.ts';
import { codenames } from './distributions.ts';
import { endOfLife } from './end-of-life.ts';
import { releasesOf } from './releases.ts';
import { productOf } from './successors.ts';
import { withoutMirror } from './tag.ts';

/** A tag as far as it can be put into an order with others. */
export interface TrackTag {
  readonly tag: string;
  /** The numbers of its version as written: `3`, `12`, `4`. Empty where it names none. */
  readonly numbers: readonly string[];
  /** All else: tags with the same form differ in their numbers, and in the release of the distribution, alone. `#.#.#-slim-{debian}` */
  readonly form: string;
  /** The release of the distribution that it names: `12` of bookworm, `3.19` of alpine3.19. */
  readonly system: string | undefined;
  readonly isPreRelease: boolean;
}

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
}

const preRelease =
  /^(?:rc|alpha|beta|pre|preview|dev|devel|nightly|snapshot|canary|milestone|cr|ea|insiders|incubating)[._]?\d*(?:\.\d+)*$/i;
const embeddedPreRelease = /^(v?\d+(?:[._]\d+)*)[._]?(?:a|b|c|rc|alpha|beta|pre|preview|dev|m|cr|ea)[._]?\d*$/i;
const version = /^v?\d+(?:[._u]\d+)*$/;
const timestamp = /\d{4}-\d{2}-\d{2}(?:T\d{2}-\d{2}-\d{2}Z)?/;

/** No tag that a person wrote has more digits in one number. */
const longestNumber = 15;

/** Takes a tag apart; linear in its length, which the grammar of references bounds. */
export function readTrackTag(tag: string): TrackTag {
  const numbers: string[] = [];
  const form: string[] = [];
  let system: string | undefined;
  let isPreRelease = false;
  let state: 'before' | 'in' | 'behind' = 'before';
  // A timestamp has the dashes that otherwise part words.
  const stamp = timestamp.exec(tag)?.[0];
  const text = stamp === undefined ? tag : tag.replace(stamp, stamp.replace(/\D/g, ''));
  for (const part of text.split('-')) {
    const embedded = state === 'before' ? embeddedPreRelease.exec(part)?.[1] : undefined;
    const stamped = state === 'before' && stamp !== undefined ? /^([A-Za-z]+\.)(\d+)$/.exec(part) : null;
    const of = systemOf(part);
    if (
      embedded !== undefined ||
      (state === 'before' && version.test(part)) ||
      (state === 'in' && /^\d+(?:\.\d+)*$/.test(part))
    ) {
      if (embedded !== undefined) isPreRelease = true;
      form.push(masked(embedded ?? part, numbers));
      state = 'in';
    } else if (stamped) {
      form.push(`${stamped[1]}${masked(stamped[2] ?? '', numbers)}`);
      state = 'in';
    } else if (preRelease.test(part)) isPreRelease = true;
    else {
      if (state === 'in') state = 'behind';
      if (of === undefined) form.push(part);
      else {
        form.push(`{${of[0]}}`);
        system = of[1];
      }
    }
  }
  return { tag, numbers, form: form.join('-'), system, isPreRelease };
}

/** `bookworm`, `alpine3.19`: the distribution, and its release. */
function systemOf(part: string): readonly [string, string] | undefined {
  const known = Object.hasOwn(codenames, part) ? codenames[part] : undefined;
  if (known !== undefined) return /^\d/.test(known[1]) ? known : undefined;
  const alpine = /^alpine(\d+(?:\.\d+)*)$/.exec(part)?.[1];
  return alpine === undefined ? undefined : ['alpine', alpine];
}

/** The part with a mark for each number; dates and counts are marked otherwise, so that `3` is no older `20240923`. */
function masked(part: string, numbers: string[]): string {
  return part.replace(/\d+/g, (digits) => {
    numbers.push(digits);
    if (digits.length > longestNumber) return '?';
    if (numbers.length > 1) return '#';
    if (/^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-3]\d)(?:\d{6})?$/.test(digits)) return 'D';
    if (/^(?:199|20\d)\d$/.test(digits)) return 'Y';
    return digits.length > 5 ? '?' : '#';
  });
}

/**
 * The newest tag of the track that a tag is on, and of those after it. A track is what differs in nothing but later numbers: the same words (`slim`,
 * `bookworm`), as many numbers, the same release line. What a release line is the tables of releases know (Node.js 20, Python 3.12); of all others it is
 * the first number, and the first two below 1.0. Pre-releases are on none.
 * @param admits false for versions that a project does not want: `3.12.4`
 */
export function trackNews(
  reference: ImageReference,
  tags: readonly string[],
  admits: (version: string) => boolean,
): TrackNews {
  const own = readTrackTag(reference.tag ?? 'latest');
  if (!isComparable(own)) return { newer: undefined, next: [] };
  const depth = Math.min(lineDepth(reference, own), own.numbers.length);
  const others = readTags(tags)
    .filter(
      (each) =>
        !each.isPreRelease && each.form === own.form && (each.system === undefined) === (own.system === undefined),
    )
    .filter((each) => each.numbers.length === 0 || admits(each.numbers.join('.')));
  const sameSystem = others.filter(({ system }) => system === own.system);
  const onTrack = sameSystem.filter((each) => compareUpTo(depth, each, own) === 0);
  const newest = newestOf(onTrack);
  const isNewer =
    newest !== undefined && (compare(newest, own) > 0 || (own.isPreRelease && compare(newest, own) === 0));
  const lines = new Map<string, TrackTag[]>();
  for (const each of others) {
    if (compareUpTo(depth, each, own) <= 0 || compareSystems(each, own) < 0) continue;
    const line = each.numbers
      .slice(0, depth)
      .map((digits) => digits.replace(/^0+(?=\d)/, ''))
      .join('.');
    const known = lines.get(line);
    if (known) known.push(each);
    else lines.set(line, [each]);
  }
  const next = [...lines.values()]
    .flatMap(
      (line) => newestOf(line.filter(({ system }) => system === own.system)) ?? newestOf(withNewestSystem(line)) ?? [],
    )
    .sort((one, other) => compareUpTo(depth, one, other))
    .map((each): NextTag => ({ line: each.numbers.slice(0, depth).join('.'), tag: each.tag }));
  const onNewerSystem = others.filter((each) => compareSystems(each, own) > 0 && compareUpTo(depth, each, own) === 0);
  const moved = newestOf(withNewestSystem(onNewerSystem).filter((each) => compare(each, own) >= 0));
  return {
    newer: isNewer ? newest.tag : undefined,
    next: [...(moved ? [{ line: undefined, tag: moved.tag }] : []), ...next],
  };
}

/** Thousands of tags, which dozens of references of one repository are held against. */
const read = new WeakMap<readonly string[], readonly TrackTag[]>();

function readTags(tags: readonly string[]): readonly TrackTag[] {
  const known = read.get(tags) ?? tags.map(readTrackTag);
  read.set(tags, known);
  return known;
}

/** Whether a list of tags can say anything of what a tag is followed by. */
export function isComparable({ numbers, form, system }: TrackTag): boolean {
  return !form.includes('?') && (numbers.length > 0 || system !== undefined);
}

/** How many numbers of the version name a release line. */
function lineDepth(reference: ImageReference, { numbers, form }: TrackTag): number {
  // Dates follow each other on one track.
  if (/(?:^|[-.])D/.test(form)) return 0;
  const name = withoutMirror(familiarName(reference));
  const product = productOf(name);
  const written = numbers.join('.');
  const ends = product === undefined ? undefined : endOfLife(product, written);
  if (ends !== undefined) return ends.product.slice(ends.product.lastIndexOf(' ') + 1).split('.').length;
  const known = releasesOf(name)?.newest;
  if (known !== undefined) return known.split('.').length;
  return Number(numbers[0]) === 0 ? 2 : 1;
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
  return compareUpTo(Number.POSITIVE_INFINITY, one, other);
}

function compareUpTo(count: number, one: TrackTag, other: TrackTag): number {
  return compareLists(one.numbers.slice(0, count), other.numbers.slice(0, count));
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
