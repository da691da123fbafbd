import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, UserError } from '../core/errors.ts';
import { fewAtOnce } from '../core/few-at-once.ts';
import { printable } from '../core/printable.ts';

const atOnce = 8;

export interface DiskBytesOptions {
  /** Count what is mounted in a directory, too. */
  readonly mounts?: boolean;
  /** More files and directories are an error. Absent: any number. */
  readonly entriesAtMost?: number;
  readonly signal?: AbortSignal;
}

/**
 * Bytes that files and directories take on the disk, as `du` counts them: whole blocks, a file with several names once.
 * @throws UserError (of a failed system) where there are more entries than may be; and what the file system says where one may not be read
 */
export async function diskBytes(
  paths: readonly string[],
  { mounts = false, entriesAtMost = Number.POSITIVE_INFINITY, signal }: DiskBytesOptions = {},
): Promise<number> {
  const linked = new Set<string>();
  let bytes = 0;
  let entries = 0;
  const directories: string[] = [];
  let device: bigint | undefined;
  const add = async (file: string) => {
    const found = await lstat(file, { bigint: true }).catch(ignoreMissing);
    if (found === undefined) return;
    // The file systems of running containers are mounted among what is measured.
    device ??= found.dev;
    if (!mounts && found.dev !== device) return;
    entries += 1;
    if (entries > entriesAtMost)
      throw new UserError(`more than ${entriesAtMost} files cannot be measured: ${printable(file)}`, { exitCode: 3 });
    if (!found.isDirectory() && found.nlink > 1n) {
      const inode = `${found.dev}:${found.ino}`;
      if (linked.has(inode)) return;
      linked.add(inode);
    }
    bytes += Number(found.blocks) * 512;
    if (found.isDirectory()) directories.push(file);
  };
  for (const file of paths) await add(file);
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    signal?.throwIfAborted();
    const directory = next;
    const names: string[] = [];
    const opened = await opendir(directory, { bufferSize: 256 }).catch(ignoreMissing);
    if (opened === undefined) continue;
    for await (const entry of opened) names.push(path.join(directory, entry.name));
    await fewAtOnce(names, atOnce, add);
  }
  return bytes;
}

/** It went meanwhile. */
function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
  throw error;
}
