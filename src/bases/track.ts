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
  /** All else, no word left out: tags with the same form differ in their numbers, and in the release of the distribution, alone. `#.#.#-slim-{debian}` */
  readonly form: string;
  /** The release of the distribution that it names: `12` of bookworm, `3.19` of alpine3.19. */
  readonly system: string | undefined;
  /** Of a pre-release, the form of what it is to become: `#.#.#-slim` of 3.14.0-rc.1-slim. */
  readonly releaseForm: string | undefined;
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

/** `dev` and `devel` without a number are variants as often, so they are words like any other. */
const preRelease =
  /^(?:(?:rc|alpha|beta|pre|preview|nightly|snapshot|canary|milestone|cr|ea|insiders)(?:[._]?\d+(?:\.\d+)*)?|dev[._]?\d+(?:\.\d+)*)$/i;
const embeddedPreRelease = /^(v?\d+(?:[._]\d+)*)([._]?(?:a|b|c|rc|alpha|beta|pre|preview|dev|m|cr|ea)[._]?\d*)$/i;
const version = /^v?\d+(?:[._u]\d+)*$/;
const timestamp = /\d{4}-\d{2}-\d{2}(?:T\d{2}-\d{2}-\d{2}Z)?/;
/** Counts of builds behind a version: `r9` of Bitnami, `ls12` of LinuxServer. */
const revision = /^(r|ls|rev|build|eksbuild\.)(\d+)$/;
/** Distributions whose release stands behind a dash of its own. */
const dashedSystems: ReadonlySet<string> = new Set(['debian', 'ubuntu', 'photon']);

/** Takes a tag apart; linear in its length, which the grammar of references bounds. */
export function readTrackTag(tag: string): TrackTag {
  const numbers: string[] = [];
  const form: string[] = [];
  const releaseForm: string[] = [];
  let system: string | undefined;
  let isPreRelease = false;
  let state: 'before' | 'in' | 'behind' = 'before';
  // A timestamp has the dashes that otherwise part words.
  const stamp = timestamp.exec(tag)?.[0];
  const text = stamp === undefined ? tag : tag.replace(stamp, stamp.replace(/\D/g, ''));
  const parts = text.split('-');
  const revisions = parts.length - 1 - parts.findLastIndex((part) => !revision.test(part));
  const add = (part: string, inRelease = part) => {
    form.push(part);
    releaseForm.push(inRelease);
  };
  for (const [at, part] of parts.entries()) {
    const embedded = state === 'before' ? embeddedPreRelease.exec(part) : null;
    const stamped = state === 'before' && stamp !== undefined ? /^([A-Za-z]+\.)(\d+)$/.exec(part) : null;
    const counted = state !== 'before' && at >= parts.length - revisions ? revision.exec(part) : null;
    const of = systemOf(part, parts[at - 1]);
    if (embedded) {
      isPreRelease = true;
      const release = masked(embedded[1] ?? '', numbers);
      add(release + (embedded[2] ?? ''), release);
      state = 'in';
    } else if (
      (state === 'before' && version.test(part)) ||
      (state === 'in' && !isPreRelease && /^\d+(?:\.\d+)*$/.test(part))
    ) {
      add(masked(part, numbers));
      state = 'in';
    } else if (stamped) {
      add(`${stamped[1]}${masked(stamped[2] ?? '', numbers)}`);
      state = 'in';
    } else if (counted) add(`${counted[1]}${masked(counted[2] ?? '', numbers)}`);
    else if (preRelease.test(part)) {
      isPreRelease = true;
      form.push(part);
      if (state === 'before') releaseForm.push(part);
    } else {
      if (state === 'in') state = 'behind';
      if (of === undefined) add(part);
      else {
        add(`{${of[0]}}`);
        system = of[1];
      }
    }
  }
  return {
    tag,
    numbers,
    form: form.join('-'),
    system,
    releaseForm: isPreRelease ? releaseForm.join('-') : undefined,
  };
}

/** `bookworm`, `alpine3.19`, and the `12` of `debian-12`: the distribution, and its release. */
function systemOf(part: string, before: string | undefined): readonly [string, string] | undefined {
  if (before !== undefined && dashedSystems.has(before) && /^\d+(?:\.\d+)?$/.test(part)) return [before, part];
  const known = Object.hasOwn(codenames, part) ? codenames[part] : undefined;
  if (known !== undefined) return /^\d/.test(known[1]) ? known : undefined;
  const alpine = /^alpine(\d+(?:\.\d+)*)$/.exec(part)?.[1];
  return alpine === undefined ? undefined : ['alpine', alpine];
}

/**
 * The part with a mark for each number; dates (`@`), years (`%`) and counts of which nobody knows the meaning (`?`) are marked otherwise wherever they
 * stand, so that `3` is no older `20240923`, and 1.2.3 no older 1.2.99999999. No tag has these characters.
 */
function masked(part: string, numbers: string[]): string {
  return part.replace(/\d+/g, (digits) => {
    numbers.push(digits);
    if (/^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-3]\d)(?:\d{4}|\d{6})?$/.test(digits)) return '@';
    // Seconds since 1970, which Red Hat's builds have.
    if (numbers.length > 1 && /^1\d{9}$/.test(digits)) return '@';
    // A third or fourth number may be a count that passes by these.
    if (numbers.length < 3 && /^(?:199|20\d)\d$/.test(digits)) return '%';
    return digits.length > 5 ? '?' : '#';
  });
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
  const own = readTrackTag(reference.tag ?? 'latest');
  if (!isComparable(own)) return { newer: undefined, next: [] };
  const line = lineNumbers(reference, own);
  const lineOf = ({ numbers }: TrackTag) => line.map((at) => numbers[at] ?? '0');
  const form = own.releaseForm ?? own.form;
  const others = readTags(tags)
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
  return {
    newer: !isPreRelease && newest !== undefined && compare(newest, own) > 0 ? newest.tag : undefined,
    next: [
      ...(released ? [{ line: lineOf(released).join('.'), tag: released.tag }] : []),
      ...(moved ? [{ line: undefined, tag: moved.tag }] : []),
      ...next,
    ],
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
