import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type ReadingRoom, readInto, readingRoom } from './read-into.ts';

/** The file with a bundle's compiled code in the package. Of another Node.js it goes by another name: it would be read to be refused. */
export function shippedCodeFile(bundle: string): string {
  return `${bundle}-${process.version}-${process.arch}.code`;
}

/**
 * Where the compiled code of one build is kept for this user and this Node.js; undefined where the user has no place for
 * caches, or with PLIMSOLL_CODE_CACHE=off.
 */
export function codeCacheFile(build: string): string | undefined {
  if (process.env.PLIMSOLL_CODE_CACHE === 'off') return undefined;
  const directory = cacheDirectory();
  return directory && path.join(directory, 'plimsoll', `${build}-${process.version}-${process.arch}.code`);
}

/** Where this user's programs keep what they can make again; undefined where there is no such place. */
export function cacheDirectory(): string | undefined {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA;
  if (XDG_CACHE_HOME) return path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : undefined;
  if (!HOME) return undefined;
  return path.join(HOME, process.platform === 'darwin' ? 'Library/Caches' : '.cache');
}

/** The file's bytes when it can be trusted as the program itself: nobody but its owner, who is this user or root, can write it. */
export function readCodeCache(file: string, room: ReadingRoom = readingRoom()): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    return isTrusted(descriptor) ? readInto(room, descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isTrusted(descriptor: number): boolean {
  if (process.getuid === undefined) return true;
  const { uid, mode } = fstatSync(descriptor);
  return (uid === process.getuid() || uid === 0) && (mode & 0o002) === 0;
}

/** Compiled code twice: to compare the two takes a twentieth of the time of loading what makes a digest, and of making it. */
export function sealed(code: Buffer): Buffer {
  return Buffer.concat([code, code]);
}

/** What {@link sealed} was given; undefined where it is not whole: V8 does not look, and ends the process on code that is damaged. */
export function unsealed(bytes: Buffer): Buffer | undefined {
  const code = bytes.subarray(0, bytes.length / 2);
  return code.length > 0 && code.equals(bytes.subarray(code.length)) ? code : undefined;
}

/** How many files of compiled code are kept: those of two versions of Plimsoll, and some to spare. The largest are of megabytes. */
const kept = 10;

/** What codeCacheFile names, and a draft of it that was never put in place. */
const compiledCode = /^[0-9a-f]{16}-v\d+\.\d+\.\d+-\w+\.code(?:\.\d+)?$/;

/**
 * Best effort: a cache that cannot be written is none. Readers see the whole file or none. The oldest of other builds beside it
 * are removed.
 */
export function writeCodeCache(file: string, code: Buffer): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, code, { mode: 0o600 });
    renameSync(draft, file);
    removeOldest(path.dirname(file));
  } catch {}
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => compiledCode.test(name))
    .map((name) => path.join(directory, name))
    .map((file) => ({ file, written: statSync(file).mtimeMs }))
    .sort((one, other) => other.written - one.written);
  for (const { file } of files.slice(kept)) unlinkSync(file);
}
