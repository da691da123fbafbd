import { groupBy } from '../core/group-by.ts';
import type { ContextEntry, ContextListing } from './walk.ts';

/** Entries of a listing from `start` up to `end`: a directory's own entry, when it is sent, and all below it. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** Answers by path over a listing's entries, which stand in the order of a walk: what lies in one directory stands together. */
export interface ListingIndex {
  readonly entries: readonly ContextEntry[];
  /** By path, directories that are not sent themselves but have entries below them included; '' is all. */
  readonly ranges: ReadonlyMap<string, EntryRange>;
  readonly links: ReadonlyMap<string, string>;
}

export function indexListing(listing: Pick<ContextListing, 'entries'>): ListingIndex {
  const ranges = new Map<string, { start: number; end: number }>();
  const links = new Map<string, string>();
  const open: { path: string; range: { start: number; end: number } }[] = [];
  const begin = (path: string, start: number) => {
    const range = { start, end: start };
    ranges.set(path, range);
    open.push({ path, range });
  };
  begin('', 0);
  listing.entries.forEach(({ path, kind, target }, at) => {
    closeBefore(open, path, at);
    for (const directory of missingParents(path, open[open.length - 1]?.path ?? '')) begin(directory, at);
    if (kind === 'directory') begin(path, at);
    else ranges.set(path, { start: at, end: at + 1 });
    if (target !== undefined) links.set(path, target);
  });
  for (const { range } of open) range.end = listing.entries.length;
  return { entries: listing.entries, ranges, links };
}

/** Ends the directories that the path does not lie in. */
function closeBefore(open: { path: string; range: { start: number; end: number } }[], path: string, at: number): void {
  for (let last = open[open.length - 1]; last && last.path !== '' && !path.startsWith(`${last.path}/`); ) {
    last.range.end = at;
    open.pop();
    last = open[open.length - 1];
  }
}

/** The directories between `known` and the path, outermost first. */
function missingParents(path: string, known: string): readonly string[] {
  const missing: string[] = [];
  const from = known === '' ? 0 : known.length + 1;
  for (let at = path.indexOf('/', from); at !== -1; at = path.indexOf('/', at + 1)) missing.push(path.slice(0, at));
  return missing;
}

const namedFiles = new WeakMap<ListingIndex, ReadonlyMap<string, readonly number[]>>();

/** The places of the files of a name, whatever the directory. */
export function filesNamed(index: ListingIndex, name: string): readonly number[] {
  let named = namedFiles.get(index);
  if (named === undefined) {
    named = placesByName(index.entries);
    namedFiles.set(index, named);
  }
  return named.get(name) ?? [];
}

function placesByName(entries: readonly ContextEntry[]): ReadonlyMap<string, readonly number[]> {
  const files = entries.flatMap(({ kind }, place) => (kind === 'file' ? [place] : []));
  return groupBy(files, (place) => {
    const { path = '' } = entries[place] ?? {};
    return path.slice(path.lastIndexOf('/') + 1);
  });
}
