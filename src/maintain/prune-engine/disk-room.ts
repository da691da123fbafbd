import { statfs } from 'node:fs/promises';
import type { DiskRoom } from '../../core/engine-prune.ts';

/** Room of the file system that a directory is on. Undefined where nobody can tell. */
export async function diskRoom(directory: string): Promise<DiskRoom | undefined> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory);
    return { path: directory, totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return undefined;
  }
}
