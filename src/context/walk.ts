import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { errorCode } from '../core/errors.ts';
import type { IgnoreFile } from './ignorefile.ts';
import { type DirectoryMatch, type IgnoreMatcher, ignoreMatcher } from './matcher.ts';

export type ContextEntryKind = 'file' | 'directory' | 'symlink' | 'other';

/** Something in a context that is sent. */
export interface ContextEntry {
  /** Relative to the context, with forward slashes. */
  readonly path: string;
  readonly kind: ContextEntryKind;
  /** Bytes of content that are sent: 0 for all but files, and for the second name of a file with several. */
  readonly size: number;
  /** Where a symbolic link points, as written. */
  readonly target?: string;
}

/** Something that an ignore file keeps out. What lies below an ignored directory is only known where exceptions made the walk enter it. */
export interface ExcludedEntry {
  readonly path: string;
  readonly kind: ContextEntryKind;
}

/** A directory with all that is sent of it; in one file's case the file itself. */
export interface ContextShare {
  readonly path: string;
  readonly kind: ContextEntryKind;
  readonly files: number;
  readonly bytes: number;
}

export interface UnreadableEntry {
  readonly path: string;
  /** The system's code: `EACCES`. */
  readonly code: string;
  /** Docker passes over what it may not read when it is ignored; else the build fails. */
  readonly ignored: boolean;
}

/** What a build sends. Symbolic links are sent as links; nothing behind them is looked at. */
export interface ContextListing {
  /** What is sent, in Docker's order: names of a directory by bytes, a directory before its entries. */
  readonly entries: readonly ContextEntry[];
  readonly files: number;
  readonly bytes: number;
  /** What is ignored and lies in no ignored directory. */
  readonly excluded: readonly ExcludedEntry[];
  readonly unreadable: readonly UnreadableEntry[];
  /** Paths that made Docker compare a pattern which is not valid: the build fails at the first. */
  readonly refused: readonly string[];
  /** How often each pattern of the ignore file changed what happens to an entry, by its place in the file; 0: it has no effect here. */
  readonly effects: readonly number[];
  /** Set when the walk stopped before its end: all figures are then lower bounds. */
  readonly stoppedAt: number | undefined;
}

export interface WalkLimits {
  /** Entries that are looked at, sent or not. */
  readonly entries: number;
}

export const defaultWalkLimits: WalkLimits = { entries: 200_000 };

/**
 * Walks a directory as BuildKit does when it sends it (https://pkg.go.dev/github.com/tonistiigi/fsutil): no link is followed, an
 * ignored directory is entered only where an exception may match below it. `root` is an absolute path. Never throws: what
 * cannot be read is in the result.
 */
export function walkContext(root: string, ignore: IgnoreFile, limits: WalkLimits = defaultWalkLimits): ContextListing {
  const effects = new Uint32Array(ignore.lines.length);
  const matcher = ignoreMatcher(
    ignore.lines.map((line) => line.pattern),
    effects,
  );
  const walk: Walk = {
    root,
    matcher,
    left: limits.entries,
    inodes: new Set(),
    entries: [],
    excluded: [],
    unreadable: [],
    refused: [],
  };
  walkDirectory(walk, '', undefined, false);
  const { entries, excluded, unreadable, refused } = walk;
  return {
    entries,
    files: entries.reduce((sum, entry) => sum + (entry.kind === 'directory' ? 0 : 1), 0),
    bytes: entries.reduce((sum, entry) => sum + entry.size, 0),
    excluded,
    unreadable,
    refused,
    effects: [...effects],
    stoppedAt: walk.left < 0 ? limits.entries : undefined,
  };
}

interface Walk {
  readonly root: string;
  readonly matcher: IgnoreMatcher;
  /** Entries that may still be looked at; negative once the limit is passed. */
  left: number;
  /** Inodes of files with several names that were sent already. */
  readonly inodes: Set<number>;
  readonly entries: ContextEntry[];
  readonly excluded: ExcludedEntry[];
  readonly unreadable: UnreadableEntry[];
  readonly refused: string[];
}

/** `ignored`: the directory itself is, and is entered only for exceptions below it. */
function walkDirectory(walk: Walk, directory: string, parent: DirectoryMatch, ignored: boolean): void {
  const names = readDirectory(walk, directory, ignored);
  for (const entry of names) {
    if (--walk.left < 0) return;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const match = entry.isDirectory() ? new Uint8Array(walk.matcher.patterns.length) : undefined;
    const verdict = walk.matcher.verdictBelow(path, parent, match);
    if (verdict === 'refused') walk.refused.push(path);
    const isIgnored = verdict === 'ignored';
    if (!isIgnored) walk.entries.push(sentEntry(walk, path, entry));
    else if (!ignored) walk.excluded.push({ path, kind: kindOf(entry) });
    if (match && (!isIgnored || walk.matcher.mayHoldException(path))) walkDirectory(walk, path, match, isIgnored);
  }
}

function readDirectory(walk: Walk, directory: string, ignored: boolean): readonly Dirent[] {
  try {
    const entries = readdirSync(`${walk.root}/${directory}`, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    walk.unreadable.push({ path: directory, code: errorCode(error) ?? 'unknown', ignored });
    return [];
  }
}

function sentEntry(walk: Walk, path: string, entry: Dirent): ContextEntry {
  const kind = kindOf(entry);
  if (kind === 'directory' || kind === 'other') return { path, kind, size: 0 };
  try {
    const place = `${walk.root}/${path}`;
    if (kind === 'symlink') return { path, kind, size: 0, target: readlinkSync(place) };
    const { size, nlink, ino } = lstatSync(place);
    if (nlink > 1 && walk.inodes.has(ino)) return { path, kind, size: 0 };
    if (nlink > 1) walk.inodes.add(ino);
    return { path, kind, size };
  } catch (error) {
    walk.unreadable.push({ path, code: errorCode(error) ?? 'unknown', ignored: false });
    return { path, kind, size: 0 };
  }
}

function kindOf(entry: Dirent): ContextEntryKind {
  if (entry.isDirectory()) return 'directory';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
