import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';
import { fewAtOnce } from '../../core/few-at-once.ts';
import type { Piece } from './inventory.ts';

/** What one directory has more entries of is no layer. */
const maximumEntries = 20_000_000;
const atOnce = 8;

/** Bytes that files and directories take on the disk, as `du` counts them: whole blocks, a file with several names once. */
export async function diskBytes(paths: readonly string[], signal?: AbortSignal): Promise<number> {
  const linked = new Set<string>();
  let bytes = 0;
  let entries = 0;
  const directories: string[] = [];
  let device: bigint | undefined;
  const add = async (file: string) => {
    const found = await lstat(file, { bigint: true }).catch(ignoreMissing);
    if (found === undefined) return;
    // What is mounted in it is not in it.
    device ??= found.dev;
    if (found.dev !== device) return;
    entries += 1;
    if (entries > maximumEntries) throw new RangeError(`${file}: too many files`);
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

/**
 * Bytes of each piece that has paths.
 * @throws what the file system says where a part of one may not be read
 */
export async function measurePieces(
  pieces: readonly Piece[],
  { signal, progress }: { readonly signal: AbortSignal; progress(step: string, done?: number, total?: number): void },
): Promise<ReadonlyMap<string, number>> {
  const measured = new Map<string, number>();
  for (const [at, piece] of pieces.entries()) {
    if (piece.paths.length === 0) continue;
    progress('measuring what would be freed', at, pieces.length);
    measured.set(piece.id, await diskBytes(piece.paths, signal));
  }
  return measured;
}

/** It went meanwhile. */
function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
}
