import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compressedDirectories } from './internal/compressed-index.ts';
import { repositoryTop } from './repository-top.ts';

/** Whether git tracks a file in a directory of that name, wherever in the repository it lies. */
export type TracksDirectory = (name: string) => boolean;

const signature = 'DIRC';
/** Names are whole in them; in {@link compressed} each is shortened by what it shares with the one before. */
const wholeNames: ReadonlySet<number> = new Set([2, 3]);
const compressed = 4;
/** Flags stand before a name, with its length in the lower bits; version 3 may have as many bytes once more between. */
const flagBytes = 2;
const lengthBits = 0xfff;

/**
 * What an ignore file says holds for files that git does not track: vendored code stays in the repository whatever pattern names its directory. Read is the
 * index of the repository around a directory, when it is asked for the first time; without one that can be read, nothing is tracked.
 * https://git-scm.com/docs/gitignore, https://git-scm.com/docs/gitformat-index
 */
export function tracksDirectory(root: string): TracksDirectory {
  let holds: TracksDirectory | undefined;
  /** The same few names are asked for in each package of a repository, and an index has megabytes. */
  const known = new Map<string, boolean>();
  return (name) => {
    holds ??= readIndex(root);
    const tracks = known.get(name) ?? holds(name);
    known.set(name, tracks);
    return tracks;
  };
}

function holdsDirectory(index: Buffer, name: string): boolean {
  if (index.includes(`/${name}/`)) return true;
  for (let at = index.indexOf(`${name}/`); at !== -1; at = index.indexOf(`${name}/`, at + 1))
    if (startsName(index, at)) return true;
  return false;
}

/** True where a name of the index begins. */
function startsName(index: Buffer, at: number): boolean {
  const length = index.indexOf(0, at) - at;
  return [flagBytes, 2 * flagBytes].some(
    (before) => at >= before && (index.readUInt16BE(at - before) & lengthBits) === Math.min(length, lengthBits),
  );
}

const nothing: TracksDirectory = () => false;

function readIndex(root: string): TracksDirectory {
  const top = repositoryTop(root);
  if (top === undefined) return nothing;
  try {
    const index = readFileSync(join(gitDirectory(top), 'index'));
    const version = index.toString('latin1', 0, signature.length) === signature ? index.readUInt32BE(4) : 0;
    if (wholeNames.has(version)) return (name) => holdsDirectory(index, name);
    const directories = version === compressed ? compressedDirectories(index) : undefined;
    return directories === undefined ? nothing : (name) => directories.has(name);
  } catch {
    return nothing;
  }
}

/** In a linked worktree and in a submodule, `.git` is a file that names it. https://git-scm.com/docs/gitrepository-layout */
function gitDirectory(top: string): string {
  const place = join(top, '.git');
  if (statSync(place).isDirectory()) return place;
  const named = /^gitdir: ([^\n]+)/.exec(readFileSync(place, 'utf8'))?.[1];
  return named === undefined ? place : resolve(top, named);
}
