import * as nodeFileSystem from 'node:fs';
import { errorCode } from '../../core/errors.ts';

/** What writing needs of the file system: in tests, one that fails. */
export type FileSystem = Pick<
  typeof nodeFileSystem,
  | 'accessSync'
  | 'chmodSync'
  | 'chownSync'
  | 'closeSync'
  | 'existsSync'
  | 'fchmodSync'
  | 'fsyncSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export const realFileSystem: FileSystem = nodeFileSystem;

/** Writes a new file and brings it to the disk. Nothing is left of it when that fails. */
export function writeNewFile(fs: FileSystem, path: string, bytes: Uint8Array, mode: number): void {
  const file = fs.openSync(path, 'wx', mode);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at);
      // The mode that open was given is narrowed by the umask.
      fs.fchmodSync(file, mode);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    removeIfThere(fs, path);
    throw error;
  }
}

export function removeIfThere(fs: FileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // It is not there, or cannot be removed: it is a file of ours that nobody reads.
  }
}

/** Brings what was renamed in a directory to the disk, where the system can. */
export function syncDirectory(fs: FileSystem, path: string): void {
  try {
    const directory = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(directory);
    } finally {
      fs.closeSync(directory);
    }
  } catch {
    // Not every system opens directories.
  }
}

/** The system's code of an error: `ENOSPC`. */
export function codeOf(error: unknown): string {
  return errorCode(error) ?? String(error);
}
