import {
  chmodSync,
  constants,
  copyFileSync,
  type Dirent,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { makeScratch, scratchParentNear } from './scratch.ts';

/** What is other in a copy, by path from the root with `/`: the new content, or null for a file that is not there. */
export type Replacements = ReadonlyMap<string, string | Uint8Array | null>;

export interface TreeCopy {
  /** Where the copy of the root is. */
  readonly directory: string;
  /** Files that take no place of their own: hard links of the original's. */
  readonly linked: number;
  /** Clones (that take no place either) and copies. */
  readonly copied: number;
  /** Files and directories that may not be read: they are missing. Paths from the root. */
  readonly unreadable: readonly string[];
  /** Removes the copy. Never throws. */
  remove(): void;
}

export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Paths from the root that are left out, directories with all that is in them: what is known to be sent to no builder. */
  omit?(path: string, isDirectory: boolean): boolean;
}

/**
 * A copy of a directory in which some files are other. Files that are the same are clones or hard links where the disk can do that, so that gigabytes take
 * no room; modes, owners (where that is allowed), links and modification times are kept; sockets and devices are left out. What is replaced is written
 * anew, never through a link, with the mode of the original and **the time of now**: what goes by times (make, cargo) sees that it was changed. All else
 * of the copy is only to be read: it may be the original.
 * @throws UserError where a replaced path leads out of the root; the signal's reason; what the file system says
 */
export async function copyTree(root: string, replacements: Replacements, options: CopyOptions = {}): Promise<TreeCopy> {
  const source = realpathSync(root);
  const replaced = new Map([...replacements].map(([name, content]) => [placeIn(source, name), content]));
  const scratch = makeScratch(scratchParentNear(source));
  const directory = path.join(scratch.directory, path.basename(source) || 'root');
  const walk: Walk = {
    source,
    directory,
    scratch: scratch.directory,
    replaced,
    options,
    way: 'clone',
    unreadable: [],
    linked: 0,
    copied: 0,
  };
  try {
    mkdirSync(directory);
    for await (const _ of copyDirectory(walk, '')) options.signal?.throwIfAborted();
    for (const [name, content] of replaced) replace(walk, name, content);
    const { linked, copied, unreadable } = walk;
    return { directory, linked, copied, unreadable, remove: () => scratch.remove() };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

interface Walk {
  readonly source: string;
  readonly directory: string;
  readonly scratch: string;
  readonly replaced: Replacements;
  readonly options: CopyOptions;
  readonly unreadable: string[];
  /** The cheapest that is not known to be impossible. */
  way: 'clone' | 'link' | 'copy';
  linked: number;
  copied: number;
}

/** Signals and timers have their turn after so many entries. */
const entriesPerTurn = 500;

async function* copyDirectory(walk: Walk, name: string): AsyncGenerator<undefined> {
  const from = path.join(walk.source, name);
  const to = path.join(walk.directory, name);
  const entries = entriesOf(walk, name);
  for (const [at, entry] of entries.entries()) {
    if (at % entriesPerTurn === entriesPerTurn - 1) {
      await nextTurn();
      yield;
    }
    const child = name === '' ? entry.name : `${name}/${entry.name}`;
    if (walk.replaced.has(child) || walk.options.omit?.(child, entry.isDirectory())) continue;
    if (!entry.isDirectory()) copyEntry(walk, child, entry);
    else if (path.join(from, entry.name) !== walk.scratch) {
      mkdirSync(path.join(to, entry.name), { mode: 0o700 });
      yield* copyDirectory(walk, child);
    }
  }
  yield;
  const stats = lstatSync(from);
  keepOwner(to, stats);
  chmodSync(to, stats.mode & 0o7777);
  utimesSync(to, stats.atime, stats.mtime);
}

function entriesOf(walk: Walk, name: string): Dirent[] {
  try {
    return readdirSync(path.join(walk.source, name), { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES' || name === '') throw error;
    walk.unreadable.push(name);
    return [];
  }
}

function copyEntry(walk: Walk, name: string, entry: Dirent): void {
  const from = path.join(walk.source, name);
  const to = path.join(walk.directory, name);
  if (entry.isSymbolicLink()) {
    const stats = lstatSync(from);
    symlinkSync(readlinkSync(from), to);
    keepOwner(to, stats);
    lutimesSync(to, stats.atime, stats.mtime);
  } else if (entry.isFile()) {
    try {
      copyFile(walk, from, to);
    } catch (error) {
      if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'ENOENT') throw error;
      rmSync(to, { force: true });
      // What is gone since the directory was read is no part of it.
      if (errorCode(error) === 'EACCES') walk.unreadable.push(name);
    }
  }
}

function copyFile(walk: Walk, from: string, to: string): void {
  if (walk.way === 'clone') {
    try {
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
      keepStats(from, to);
      walk.copied++;
      return;
    } catch (error) {
      if (errorCode(error) === 'EACCES' || errorCode(error) === 'ENOENT') throw error;
      rmSync(to, { force: true });
      walk.way = 'link';
    }
  }
  if (walk.way === 'link' && linkFile(walk, from, to)) return;
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  keepStats(from, to);
  walk.copied++;
}

/** False where this file cannot be linked: too many links, or not one's own (fs.protected_hardlinks). */
function linkFile(walk: Walk, from: string, to: string): boolean {
  try {
    linkSync(from, to);
    walk.linked++;
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EXDEV' || code === 'ENOTSUP' || code === 'ENOSYS') walk.way = 'copy';
    else if (code !== 'EPERM' && code !== 'EMLINK' && code !== 'EACCES') throw error;
    return false;
  }
}

function keepStats(from: string, to: string): void {
  const stats = lstatSync(from);
  keepOwner(to, stats);
  chmodSync(to, stats.mode & 0o7777);
  utimesSync(to, stats.atime, stats.mtime);
}

function keepOwner(to: string, { uid, gid }: Stats): void {
  const own = lstatSync(to);
  if (own.uid === uid && own.gid === gid) return;
  try {
    lchownSync(to, uid, gid);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

function replace(walk: Walk, name: string, content: string | Uint8Array | null): void {
  if (content === null) return;
  const to = path.join(walk.directory, name);
  const parent = path.dirname(to);
  mkdirSync(parent, { recursive: true });
  const { mode } = lstatSync(parent);
  if ((mode & 0o300) !== 0o300) chmodSync(parent, mode | 0o300);
  const original = path.join(walk.source, name);
  const before = existsSync(original) ? lstatSync(original) : undefined;
  writeFileSync(to, content, { flag: 'wx' });
  if (before?.isFile()) {
    keepOwner(to, before);
    chmodSync(to, before.mode & 0o7777);
  }
  if ((mode & 0o300) !== 0o300) chmodSync(parent, mode);
}

/**
 * Where a replaced file really is, from the root: links within the root are followed, as writing the file would do. A file that is itself a link to the
 * outside is replaced by one in its place.
 */
function placeIn(source: string, name: string): string {
  const outside = new UserError('This file is not in the directory that is copied.', { where: printable(name) });
  if (name === '' || path.isAbsolute(name) || name.split('/').includes('..')) throw outside;
  const file = inside(source, path.join(source, name));
  if (file !== undefined) return file;
  let parent = path.dirname(path.join(source, name));
  while (!existsSync(parent)) parent = path.dirname(parent);
  const found = inside(source, parent);
  if (found === undefined) throw outside;
  return slashed(path.join(found, path.relative(parent, path.join(source, name))));
}

/** The real path from the root; undefined where there is none or it is elsewhere. */
function inside(source: string, file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const relative = path.relative(source, realpathSync(file));
  const leaves = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return leaves ? undefined : slashed(relative);
}

function slashed(file: string): string {
  return path.sep === '/' ? file : file.split(path.sep).join('/');
}
