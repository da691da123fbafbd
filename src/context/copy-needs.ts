import { type ContextUse, copiedPlaces, localSources, matcherOf, rangeAt } from './context-use.ts';
import { hasWildcard, inContext, requestedPatterns } from './follow-links.ts';
import type { ListingIndex } from './listing-index.ts';
import type { ContextEntry, ContextListing, ContextShare } from './walk.ts';

/** A source that nothing of what is sent matches: the build stops there. */
export interface MissingSource {
  readonly use: ContextUse;
  readonly source: string;
  /** It is there, and the ignore file keeps it out. */
  readonly ignored: boolean;
}

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** What of a context the instructions need. Amounts are lower bounds when the walk was stopped. */
export interface ContextNeeds {
  /** What the classic builder sends: all that is not ignored. */
  readonly sent: Amount;
  /** What BuildKit asks for: the sources that the instructions name, with what links among them point at. */
  readonly requested: Amount;
  /** What some instruction copies or mounts. */
  readonly needed: Amount;
  /**
   * What is sent and no instruction needs: whole directories where nothing below is needed, the largest first. Dockerfiles and
   * ignore files, which a build reads itself, are left out.
   */
  readonly unneeded: readonly ContextShare[];
  /** The uses that take the whole context. */
  readonly whole: readonly ContextUse[];
  readonly missing: readonly MissingSource[];
  /** False when some use is not known: `needed` is then all. */
  readonly known: boolean;
}

/** Compares what is sent with what the uses need. `copied`: {@link copiedPlaces} of each use, when it was computed before. */
export function contextNeeds(
  listing: ContextListing,
  index: ListingIndex,
  uses: readonly ContextUse[],
  copied: readonly Uint8Array[] = uses.map((use) => copiedPlaces(index, use)),
): ContextNeeds {
  const known = uses.every((use) => use.known);
  const needed = new Uint8Array(index.entries.length).fill(known ? 0 : 1);
  for (const places of copied)
    for (let place = 0; place < places.length; place++) if (places[place] === 1) needed[place] = 1;
  const missing =
    listing.stoppedAt === undefined
      ? uses.filter((use) => use.known).flatMap((use) => missingSources(listing, index, use))
      : [];
  return {
    sent: { files: listing.files, bytes: listing.bytes },
    requested: known ? requestedAmount(index, uses) : { files: listing.files, bytes: listing.bytes },
    needed: amountOf(index.entries.filter((_, place) => needed[place] === 1)),
    unneeded: unneededShares(index, needed),
    whole: uses.filter((use) => localSources(use).some((source) => !use.parents && inContext(source) === '')),
    missing,
    known,
  };
}

function requestedAmount(index: ListingIndex, uses: readonly ContextUse[]): Amount {
  const sources = uses.flatMap(localSources);
  if (sources.length === 0) return { files: 0, bytes: 0 };
  const patterns = requestedPatterns(index.links, sources);
  if (patterns === undefined) return amountOf(index.entries);
  const requested = new Uint8Array(index.entries.length);
  const globs = patterns.filter((pattern) => /[*?[\\]/.test(pattern));
  for (const pattern of patterns) {
    const range = globs.includes(pattern) ? undefined : index.ranges.get(pattern);
    if (range) requested.fill(1, range.start, range.end);
  }
  const matcher = matcherOf(globs);
  const isRequested = (entry: ContextEntry, place: number) =>
    requested[place] === 1 || (globs.length > 0 && matcher.verdict(entry.path) === 'ignored');
  return amountOf(index.entries.filter(isRequested));
}

function amountOf(entries: readonly ContextEntry[]): Amount {
  const files = entries.filter((entry) => entry.kind !== 'directory');
  return { files: files.length, bytes: files.reduce((sum, entry) => sum + entry.size, 0) };
}

function missingSources(listing: ContextListing, index: ListingIndex, use: ContextUse): readonly MissingSource[] {
  return localSources(use).flatMap((source) => {
    const path = inContext(source.replace('/./', '/'));
    if (path === '' || hasWildcard(path)) return [];
    if (rangeAt(index, path) !== undefined) return [];
    const ignored = listing.excluded.some((entry) => path === entry.path || path.startsWith(`${entry.path}/`));
    return [{ use, source, ignored }];
  });
}

const readByTheBuild =
  /(?:^|\/)(?:(?:Dockerfile|Containerfile)(?:\.[^/]*)?|[^/]*\.(?:[Dd]ockerfile|[Cc]ontainerfile|dockerignore))$/;

function unneededShares(index: ListingIndex, needed: Uint8Array): readonly ContextShare[] {
  const shares: ContextShare[] = [];
  for (let place = 0; place < index.entries.length; ) {
    const entry = index.entries[place];
    if (entry === undefined) break;
    const range = (entry.kind === 'directory' && index.ranges.get(entry.path)) || { start: place, end: place + 1 };
    const within = index.entries.slice(range.start, range.end);
    if (within.some((_, offset) => needed[range.start + offset] === 1 && within[offset]?.kind !== 'directory')) place++;
    else {
      const { files, bytes } = amountOf(within);
      if (files > 0 && !readByTheBuild.test(entry.path))
        shares.push({ path: entry.path, kind: entry.kind, files, bytes });
      place = range.end;
    }
  }
  return shares.sort((one, other) => other.bytes - one.bytes);
}
