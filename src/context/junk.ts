import { type ContextUse, copiedPlaces, localSources } from './context-use.ts';
import { inContext } from './follow-links.ts';
import type { JunkKind, JunkSurroundings } from './junk-kind.ts';
import { junkKinds } from './junk-kinds.ts';
import type { ListingIndex } from './listing-index.ts';
import type { ContextEntry, ContextEntryKind } from './walk.ts';

/** Junk that is sent: a directory with all that is below it, or a file. */
export interface JunkFound {
  readonly kind: JunkKind;
  readonly path: string;
  readonly entryKind: ContextEntryKind;
  readonly files: number;
  readonly bytes: number;
  /** The uses that copy it or a part of it with something larger, as `COPY . .` does. */
  readonly copiedBy: readonly ContextUse[];
  /** The uses whose source names it, or lies in it: it is meant then. */
  readonly namedBy: readonly ContextUse[];
}

/** Finds junk in what is sent; the largest first. Nothing is looked for inside of what was found. */
export function findJunk(
  index: ListingIndex,
  uses: readonly ContextUse[],
  around: Pick<JunkSurroundings, 'isGitIgnored' | 'readStart'>,
  copied: readonly Uint8Array[] = uses.map((use) => copiedPlaces(index, use)),
): readonly JunkFound[] {
  const surroundings: JunkSurroundings = {
    has: (path) => index.ranges.has(path),
    hasNamed: (directory, suffix) => hasNamed(index, directory, suffix),
    ...around,
  };
  const named = uses.map((use) => localSources(use).map(inContext));
  const found: JunkFound[] = [];
  for (let place = 0; place < index.entries.length; ) {
    const entry = index.entries[place];
    if (entry === undefined) break;
    const kind = junkKindOf(entry, surroundings);
    const range = index.ranges.get(entry.path) ?? { start: place, end: place + 1 };
    if (kind === undefined) {
      place++;
      continue;
    }
    const amount = amountIn(index, range.start, range.end);
    const names = (at: number) => named[at]?.some((source) => isIn(source, entry.path)) === true;
    const copies = (at: number) => copied[at]?.subarray(range.start, range.end).includes(1) === true;
    const namedBy = uses.filter((_, at) => names(at));
    const copiedBy = uses.filter((_, at) => !names(at) && copies(at));
    if (amount.files > 0) found.push({ kind, path: entry.path, entryKind: entry.kind, ...amount, copiedBy, namedBy });
    place = range.end;
  }
  return found.sort((one, other) => other.bytes - one.bytes);
}

/** The kind of junk that an entry is. */
export function junkKindOf(entry: ContextEntry, around: JunkSurroundings): JunkKind | undefined {
  const slash = entry.path.lastIndexOf('/');
  const name = entry.path.slice(slash + 1);
  const parent = slash === -1 ? '' : entry.path.slice(0, slash);
  const { directories, files, extensions } = junkTable();
  const candidates =
    entry.kind === 'directory'
      ? directories.get(name)
      : [...(files.get(name) ?? []), ...(extensions.get(name.slice(name.lastIndexOf('.'))) ?? [])];
  return candidates?.find(
    (kind) =>
      (entry.kind === 'directory' || kind.files?.includes(name) || kind.suffixes?.some((end) => name.endsWith(end))) &&
      (kind.when === undefined || kind.when(entry, parent, around)),
  );
}

type KindsByName = Map<string, JunkKind[]>;

let table: { directories: KindsByName; files: KindsByName; extensions: KindsByName } | undefined;

/** The kinds by what a name must be or end with, so that most entries are told apart by one look. */
function junkTable(): NonNullable<typeof table> {
  if (table) return table;
  table = { directories: new Map(), files: new Map(), extensions: new Map() };
  const add = (map: KindsByName, key: string, kind: JunkKind) => map.set(key, [...(map.get(key) ?? []), kind]);
  for (const kind of junkKinds) {
    for (const name of kind.directories ?? []) add(table.directories, name, kind);
    for (const name of kind.files ?? []) add(table.files, name, kind);
    for (const suffix of kind.suffixes ?? []) add(table.extensions, suffix.slice(suffix.lastIndexOf('.')), kind);
  }
  return table;
}

function amountIn(index: ListingIndex, start: number, end: number): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (let place = start; place < end; place++) {
    const entry = index.entries[place];
    if (entry === undefined || entry.kind === 'directory') continue;
    files++;
    bytes += entry.size;
  }
  return { files, bytes };
}

function isIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function hasNamed(index: ListingIndex, directory: string, suffix: string): boolean {
  const range = index.ranges.get(directory);
  if (range === undefined) return false;
  const from = directory === '' ? 0 : directory.length + 1;
  for (let place = range.start; place < range.end; place++) {
    const path = index.entries[place]?.path ?? '';
    if (path.endsWith(suffix) && path.indexOf('/', from) === -1) return true;
  }
  return false;
}
