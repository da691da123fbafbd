import { baseImage } from '../../bases/base-image.ts';
import { dateSource } from '../../bases/date-sources.ts';
import { knownImage } from '../../bases/mirrored-image.ts';
import { trackNews } from '../../bases/track.ts';
import { isComparable, readTrackTag } from '../../bases/track-tag.ts';
import type {
  BaseNews,
  BasePlace,
  BaseStatus,
  EndingSupport,
  MovedTag,
  NextTrack,
  UnknownNews,
} from '../../core/bases-report.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { compareSeverity, type Severity } from '../../core/severity.ts';
import type { RegistrySession } from '../../image/registry-session.ts';

/** One image that is named, wherever. */
export interface AskedImage {
  readonly reference: ImageReference;
  readonly places: readonly BasePlace[];
  /** Whether it runs somewhere, rather than building or testing. */
  readonly ships: boolean;
  /** What pods run under the name. */
  readonly running: readonly { readonly where: string; readonly digest: string }[];
  readonly built: readonly BuiltImage[];
}

/** An image that was built on another one. */
export interface BuiltImage {
  readonly where: string;
  /** Of the base, where the image says it. */
  readonly baseDigest: string | undefined;
  /** Its own layers unpacked, the lowest first: those of its base are the first of them. */
  readonly diffIds: readonly string[];
}

export interface Judging {
  /** Undefined: no registry is asked. */
  readonly session: RegistrySession | undefined;
  /** Of the nodes: `amd64`. */
  readonly architecture: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** From so many days before the end of support on, it is told. */
  readonly days: number;
  /** Where copies of other images are: `plimsoll.yaml`. */
  readonly mirrors: ReadonlyMap<string, string>;
  /** Whether a version of an image is wanted: `plimsoll.yaml`. */
  admits(reference: ImageReference, version: string): boolean;
}

/**
 * What Podman and Buildah call images that were built or imported where they are, and what such an image is called on a node that it was copied to. A
 * registry of this machine has a port: `localhost:5000`.
 */
const localStore = 'localhost';
const localReason = 'this image is in the store of a machine or node alone: no registry has it';

const nothingNewer: ReturnType<typeof trackNews> = { newer: undefined, next: [] };

/** A release that ended so many days ago has faults that everybody knows. */
const longEnded = 365;

/** What is known of an image: by its name from tables, and by its registry's tags and digests. Never rejects. */
export async function assessImage(asked: AskedImage, judging: Judging): Promise<BaseStatus> {
  const { reference, places } = asked;
  const { text, tag, digest } = reference;
  const { name, copyOf, image: known } = knownImage(reference, judging.mirrors);
  const unknown: UnknownNews[] = [];
  const isLocal = reference.registry === localStore;
  if (isLocal) unknown.push({ what: 'image', reason: localReason });
  const tracks = isLocal ? nothingNewer : await askTracks(reference, judging, unknown);
  const moved = isLocal ? [] : await askMoved(asked, judging, unknown);
  const newer = await newerTag(reference, tracks.newer, judging, unknown);
  const next = tracks.next
    .map((each) => withEnd(name, each))
    .filter(({ ends }) => (ends ?? judging.today) >= judging.today);
  const ending = known.endOfLife
    .map(({ product, date }): EndingSupport => {
      const days = daysUntil(date, judging.today);
      return { product, date, days, severity: severityOfEnd(days, asked.ships), source: dateSource(product) };
    })
    .filter(({ days }) => days <= judging.days);
  const status = {
    image: text,
    tag,
    digest,
    places,
    next,
    moved,
    ending,
    unknown,
    ...(newer && { newer }),
    ...(copyOf !== undefined && { copyOf }),
    ...(known.deprecated && { deprecated: known.deprecated }),
  };
  const severity = severityOf(status);
  return severity === undefined ? status : { ...status, severity };
}

async function askTracks(
  reference: ImageReference,
  { session, admits }: Judging,
  unknown: UnknownNews[],
): Promise<ReturnType<typeof trackNews>> {
  const { tag = '', digest } = reference;
  if (!isComparable(readTrackTag(tag))) {
    if (tag === '' && digest !== undefined)
      unknown.push({ what: 'newer', reason: 'a digest without a tag says nothing of what follows it' });
    // `latest` and `alpine` are followed by nothing, `main-4f2a91c` nobody knows by what.
    else if (/\d/.test(tag))
      unknown.push({ what: 'newer', reason: 'its tag is no version that another one could follow' });
    return nothingNewer;
  }
  if (session === undefined) {
    unknown.push({ what: 'newer', reason: 'no registry was asked (--offline)' });
    return nothingNewer;
  }
  const list = await session.tags(reference);
  if (list.kind === 'tags') {
    const news = trackNews(reference, list.tags, (version) => admits(reference, version));
    if (news.uncompared !== undefined)
      unknown.push({
        what: 'newer',
        reason: `not compared with ${news.uncompared}: the tags do not show whether the number that they differ in counts builds`,
      });
    return news;
  }
  unknown.push({ what: 'newer', reason: list.reason });
  return nothingNewer;
}

/** Whether the tag names another image than the digest that is written, or that runs. */
async function askMoved(
  { reference, running, built }: AskedImage,
  { session, architecture }: Judging,
  unknown: UnknownNews[],
): Promise<MovedTag[]> {
  const pinned = reference.digest !== undefined && reference.tag !== undefined ? reference.digest : undefined;
  // What a digest alone names cannot move.
  const held = reference.digest === undefined ? running : [];
  if (pinned === undefined && held.length === 0 && built.length === 0) return [];
  if (session === undefined) {
    unknown.push({ what: 'moved', reason: 'no registry was asked (--offline)' });
    return [];
  }
  const now = await session.digest(reference);
  if (now.kind === 'unknown') {
    unknown.push({ what: 'moved', reason: now.reason });
    return [];
  }
  const moved: MovedTag[] =
    pinned !== undefined && pinned !== now.digest ? [{ by: 'pinned', from: pinned, to: now.digest }] : [];
  for (const { where, digest } of held) {
    if (digest === now.digest) continue;
    // Some runtimes tell the digest of the platform's manifest, some that of an index; an image that was imported has one that no registry knows.
    const image = await session.image(reference, now.digest, architecture);
    if (image.kind === 'image' && image.image.digest === digest) continue;
    const there = await session.digest({ ...reference, tag: digest });
    if (there.kind === 'digest') moved.push({ by: 'running', where, from: digest, to: now.digest });
    else unknown.push({ what: 'moved', reason: `what ${where} runs is no image that ${reference.registry} has` });
  }
  for (const { where, baseDigest, diffIds } of built) {
    if (baseDigest === now.digest) continue;
    const image = await session.image(reference, now.digest, architecture);
    if (image.kind === 'unknown') unknown.push({ what: 'moved', reason: image.reason });
    else if (!isBuiltOn(diffIds, image.image.diffIds) && baseDigest !== image.image.digest)
      moved.push({ by: 'built', where, from: baseDigest, to: now.digest });
  }
  return moved;
}

/** A base that was built again from the same has the same layers: nothing would be gained. */
function isBuiltOn(own: readonly string[], base: readonly string[]): boolean {
  return base.length > 0 && base.every((diffId, at) => own[at] === diffId);
}

/** With its digest where the file pins one: both are to be written. */
async function newerTag(
  reference: ImageReference,
  tag: string | undefined,
  { session }: Judging,
  unknown: UnknownNews[],
): Promise<BaseStatus['newer']> {
  if (tag === undefined || session === undefined) return undefined;
  if (reference.digest === undefined) return { tag };
  const answer = await session.digest({ ...reference, tag });
  if (answer.kind === 'digest') return { tag, digest: answer.digest };
  unknown.push({ what: 'newer', reason: answer.reason });
  return { tag };
}

function withEnd(name: string, { line, tag }: { line: string | undefined; tag: string }): NextTrack {
  const [ends] = baseImage(`${name}:${tag}`)
    .endOfLife.map(({ date }) => date)
    .sort();
  return { line, tag, ...(ends !== undefined && { ends }) };
}

function daysUntil(date: string, today: string): number {
  return Math.round((Date.parse(date) - Date.parse(today)) / 86_400_000);
}

/** Of what at least one place does not ignore. */
function severityOf({ places, newer, moved, ending, deprecated }: Omit<BaseStatus, 'severity'>): Severity | undefined {
  const counts = (news: BaseNews) => places.some(({ ignores }) => !ignores.includes(news));
  const found: Severity[] = [];
  if (newer && counts('newer')) found.push('warning');
  if (moved.length > 0 && counts('moved')) found.push('warning');
  if (deprecated && counts('deprecated')) found.push('warning');
  if (counts('ending')) found.push(...ending.map((end) => end.severity));
  return found.sort(compareSeverity)[0];
}

function severityOfEnd(days: number, ships: boolean): Severity {
  if (days >= 0) return 'note';
  return ships && days < -longEnded ? 'error' : 'warning';
}
