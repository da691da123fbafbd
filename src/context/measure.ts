import type { ContextEntry, ContextListing, ContextShare } from './walk.ts';

/** What is sent by the first part of the path, the largest first. */
export function topLevelShares(listing: Pick<ContextListing, 'entries'>): readonly ContextShare[] {
  return [...directorySums(listing, 1).values()].sort(byBytes);
}

/** The largest files that are sent. */
export function largestFiles(listing: Pick<ContextListing, 'entries'>, count: number): readonly ContextEntry[] {
  return listing.entries
    .filter((entry) => entry.kind === 'file')
    .sort((one, other) => other.size - one.size)
    .slice(0, count);
}

/** The directories with most bytes in them, those below included. */
export function largestDirectories(listing: Pick<ContextListing, 'entries'>, count: number): readonly ContextShare[] {
  return [...directorySums(listing, Number.POSITIVE_INFINITY).values()]
    .filter((share) => share.kind === 'directory')
    .sort(byBytes)
    .slice(0, count);
}

function byBytes(one: ContextShare, other: ContextShare): number {
  return other.bytes - one.bytes;
}

/** Sums over all leading parts of the paths, down to `depth` parts. */
function directorySums(listing: Pick<ContextListing, 'entries'>, depth: number): Map<string, ContextShare> {
  const sums = new Map<string, { path: string; kind: ContextEntry['kind']; files: number; bytes: number }>();
  for (const entry of listing.entries) {
    if (entry.kind === 'directory') continue;
    let end = 0;
    for (let part = 0; part < depth && end < entry.path.length; part++) {
      const slash = entry.path.indexOf('/', end + 1);
      end = slash === -1 ? entry.path.length : slash;
      const path = entry.path.slice(0, end);
      const kind = slash === -1 ? entry.kind : 'directory';
      const sum = sums.get(path) ?? { path, kind, files: 0, bytes: 0 };
      sum.files++;
      sum.bytes += entry.size;
      sums.set(path, sum);
    }
  }
  return sums;
}
