import { codenames } from './distributions.ts';

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

/** `dev` and `devel` without a number are variants as often, so they are words like any other. */
const preRelease =
  /^(?:(?:rc|alpha|beta|pre|preview|nightly|snapshot|canary|milestone|cr|ea|insiders)(?:[._]?\d+(?:\.\d+)*)?|dev[._]?\d+(?:\.\d+)*)$/i;
const embeddedPreRelease = /^(v?\d+(?:[._]\d+)*)([._]?(?:a|b|c|rc|alpha|beta|pre|preview|dev|m|cr|ea)[._]?\d*)$/i;
const version = /^v?\d+(?:[._u]\d+)*$/;
/** With words behind a dot or a low line: `4.8.3.Final`, `25.8.28.10001.altinitystable`, `4.40_large_disk`. */
const worded = /^(v?\d+(?:[._]\d+)*)((?:[._][A-Za-z]{2,})+)$/;
const timestamp = /\d{4}-\d{2}-\d{2}(?:T\d{2}-\d{2}-\d{2}Z)?/;
/** Counts of builds behind a version, wherever they stand: `ls12` of LinuxServer, `k3s1`, `build.4`; `r9` of Bitnami and Alpine at the end. */
const revision = /^(ls|rev[._]?|build[._]?|patch[._]?|eksbuild\.|k3s|rke2r)(\d+)$/i;
const lastRevision = /^(r)(\d+)$/;
/** The same with the number behind a dash of its own. */
const revisionWord = /^(?:rev|build|patch)$/i;
const noWords: ReadonlySet<string> = new Set();
/** Distributions whose release stands behind a dash of its own. */
const dashedSystems: ReadonlySet<string> = new Set(['debian', 'ubuntu', 'photon']);

/**
 * Takes a tag apart; linear in its length, which the grammar of references bounds.
 * @param counting words that count builds in this repository, beside those that do so everywhere: `p` of 1.2.3-p4
 */
export function readTrackTag(tag: string, counting: ReadonlySet<string> = noWords): TrackTag {
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
  const isRevision = (part: string) => revision.test(part) || lastRevision.test(part);
  const revisions = parts.length - 1 - parts.findLastIndex((part) => !isRevision(part));
  const add = (part: string, inRelease = part) => {
    form.push(part);
    releaseForm.push(inRelease);
  };
  for (const [at, part] of parts.entries()) {
    const isLast = at >= parts.length - revisions;
    const counted = state === 'before' ? undefined : countOf(part, parts[at - 1], isLast, counting);
    const numbered = counted ?? (state === 'before' ? firstVersion(part, stamp !== undefined) : undefined);
    const isMore = state === 'in' && !isPreRelease && /^\d+(?:\.\d+)*$/.test(part);
    const of = systemOf(part, parts[at - 1]);
    if (numbered) {
      const { word, digits, tail = '', preRelease: mark = '' } = numbered;
      const release = word + masked(digits, numbers) + tail;
      add(release + mark, release);
      if (counted === undefined) state = 'in';
      if (mark !== '') isPreRelease = true;
    } else if (isMore) add(masked(part, numbers));
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

/** A part of a tag with a number: what stands before and behind it, and what makes it that of a pre-release. */
interface NumberedPart {
  readonly word: string;
  readonly digits: string;
  readonly tail?: string;
  readonly preRelease?: string;
}

/** The first part that names a version: `1.2`, `3.14.0rc1`, `RELEASE.` with a timestamp. */
function firstVersion(part: string, hasStamp: boolean): NumberedPart | undefined {
  const [, release, mark = ''] = embeddedPreRelease.exec(part) ?? [];
  if (release !== undefined) return { word: '', digits: release, preRelease: mark };
  if (version.test(part)) return { word: '', digits: part };
  const [, word, digits = ''] = hasStamp ? (/^([A-Za-z]+\.)(\d+)$/.exec(part) ?? []) : [];
  if (word !== undefined) return { word, digits };
  const [, number, tail = ''] = worded.exec(part) ?? [];
  const isFinished = !tail.split(/[._]/).some((each) => preRelease.test(each));
  return number !== undefined && isFinished ? { word: '', digits: number, tail } : undefined;
}

/** The word and the number of a part behind the version that counts builds; `isLast` where nothing but such parts follows. */
function countOf(
  part: string,
  before: string | undefined,
  isLast: boolean,
  counting: ReadonlySet<string>,
): NumberedPart | undefined {
  if (/^\d{1,5}$/.test(part) && revisionWord.test(before ?? '')) return { word: '', digits: part };
  const found = revision.exec(part) ?? (isLast ? lastRevision.exec(part) : null);
  const [, word = '', digits = ''] = found ?? countedWord.exec(part) ?? [];
  return found || counting.has(word) ? { word, digits } : undefined;
}

/** A word with a number, which may count builds or name the version of something else: `p4`, `jdk17`. */
const countedWord = /^([A-Za-z]{1,20}[._]?)(\d{1,5})$/;

/** What names something beside the image's own program: its number is a version, and tags that differ in it are other variants. */
const products =
  /^(?:jdk|jre|java|openjdk|php|py|python|node|nodejs|go|golang|ruby|rust|perl|dotnet|erlang|otp|scala|spark|hadoop|ubi|el|rhel|fc|fedora|centos|rocky|alma|almalinux|debian|deb|ubuntu|alpine|photon|ol|oraclelinux|amzn|al|suse|leap|ltsc|windows|nanoserver|cuda|cudnn|rocm|tensorrt|pg|postgres|postgresql|mysql|mariadb|redis|gcc|clang|llvm|qt|es|amd|arm|armv|x|i|v)$/i;

/** A tag without what may count builds, and these counts by their words. */
export interface CountedTag {
  /** `1.2.3-slim` of 1.2.3-p4-slim; what it names is in no list. */
  readonly base: string;
  readonly counts: ReadonlyMap<string, number>;
}

/** Which parts of a tag, behind its version, may count builds. */
export function countsIn(tag: string): CountedTag {
  const counts = new Map<string, number>();
  const kept: string[] = [];
  for (const [at, part] of tag.split('-').entries()) {
    const [, own, digits] = at === 0 ? (/^(v?\d+(?:\.\d+)+)_(\d{1,5})$/.exec(part) ?? []) : [];
    if (own !== undefined) {
      counts.set('_', Number(digits));
      kept.push(own);
      continue;
    }
    const [, word = '', count = ''] = at > 0 ? (countedWord.exec(part) ?? []) : [];
    if (word === '' || preRelease.test(part) || products.test(word) || systemOf(part, undefined)) kept.push(part);
    else counts.set(word, Number(count));
  }
  return { base: kept.join('-'), counts };
}

/** A tag, taken apart as it stands and without what may count builds. */
export interface CountedRead {
  readonly read: TrackTag;
  readonly counts: ReadonlyMap<string, number>;
  readonly base: TrackTag;
}

/** Of each list the tags as they stand, and with the words that were last asked for: dozens of references of one repository are held against thousands. */
const readPlain = new WeakMap<readonly string[], readonly TrackTag[]>();
const readCounting = new WeakMap<readonly string[], { readonly words: string; readonly tags: readonly TrackTag[] }>();
const readWithout = new WeakMap<readonly string[], readonly CountedRead[]>();

/** All tags of a list, which must not change afterwards, taken apart once. */
export function readTrackTags(tags: readonly string[], counting: ReadonlySet<string> = noWords): readonly TrackTag[] {
  if (counting.size === 0) {
    const known = readPlain.get(tags) ?? tags.map((tag) => readTrackTag(tag));
    readPlain.set(tags, known);
    return known;
  }
  const words = [...counting].sort().join(' ');
  const known = readCounting.get(tags);
  if (known?.words === words) return known.tags;
  const read = tags.map((tag) => readTrackTag(tag, counting));
  readCounting.set(tags, { words, tags: read });
  return read;
}

/** The same, and what may count builds in each. */
export function readCountedTags(tags: readonly string[]): readonly CountedRead[] {
  const known =
    readWithout.get(tags) ??
    readTrackTags(tags).map((each) => {
      const { base, counts } = countsIn(each.tag);
      return { read: each, counts, base: counts.size === 0 ? each : readTrackTag(base) };
    });
  readWithout.set(tags, known);
  return known;
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

/** Whether a list of tags can say anything of what a tag is followed by. */
export function isComparable({ numbers, form, system }: TrackTag): boolean {
  return !form.includes('?') && (numbers.length > 0 || system !== undefined);
}
