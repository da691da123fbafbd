import { constants, type Dirent, lstatSync, readlinkSync } from 'node:fs';
import { open, opendir } from 'node:fs/promises';
import path from 'node:path';
import type { FileKind } from '../image-analysis.ts';
import { chunkBytes } from './packed-bytes.ts';
import type { TarVisitor } from './tar-reader.ts';

/**
 * Tells a root file system on disk as if it were an archive. No link is followed and no mounted file system left out; what cannot be read is an entry
 * without content.
 */
export async function walkDirectory(root: string, visitor: TarVisitor, signal?: AbortSignal): Promise<void> {
  const buffer = new Uint8Array(chunkBytes);
  const first = new Map<string, string>();
  const pending: string[] = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    signal?.throwIfAborted();
    for (const entry of await entriesOf(path.join(root, directory))) {
      const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (await tell(path.join(root, name), name, visitor, buffer, first)) pending.push(name);
    }
  }
}

/** A file of zeros that are nowhere stored, as lastlog is and images of disks are, would be read for hours; files that a file system packs are never so far below. */
const largeBytes = 2 ** 30;
const leastStored = 1 / 100;
/** The unit of `blocks`, whatever the file system's is. */
const blockBytes = 512;

async function entriesOf(directory: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(directory)) entries.push(entry);
  } catch {
    return entries;
  }
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** True for a directory, which is to be walked. */
async function tell(
  file: string,
  name: string,
  visitor: TarVisitor,
  buffer: Uint8Array,
  first: Map<string, string>,
): Promise<boolean> {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSocket()) return false;
  const inode = `${stat.dev}:${stat.ino}`;
  const linked = stat.isFile() && stat.nlink > 1 ? first.get(inode) : undefined;
  if (stat.isFile() && stat.nlink > 1 && linked === undefined) first.set(inode, name);
  const kind: FileKind = linked !== undefined ? 'hardlink' : kindOf(stat);
  const stored = stat.blocks * blockBytes;
  const sparse = kind === 'file' && stat.size > largeBytes && stored < stat.size * leastStored;
  const target = kind === 'symlink' ? readlinkSync(file) : (linked ?? '');
  visitor.entry({
    kind,
    name: Buffer.from(name),
    target: Buffer.from(target),
    bytes: kind !== 'file' ? 0 : sparse ? stored : stat.size,
    mode: stat.mode & 0o7777,
    user: stat.uid,
    group: stat.gid,
    sparse,
  });
  if (sparse) visitor.contentEnd();
  else if (kind === 'file') await tellContent(file, visitor, buffer);
  return kind === 'directory';
}

function kindOf(stat: ReturnType<typeof lstatSync> & object): FileKind {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  return stat.isFile() ? 'file' : 'device';
}

async function tellContent(file: string, visitor: TarVisitor, buffer: Uint8Array): Promise<void> {
  // What was exchanged for a link or a pipe meanwhile is not followed and not waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch(() => undefined);
  try {
    for (;;) {
      const read = await handle?.read(buffer, 0, buffer.length, null).catch(() => undefined);
      if (read === undefined || read.bytesRead === 0) break;
      visitor.content(buffer.subarray(0, read.bytesRead));
    }
  } finally {
    await handle?.close();
  }
  visitor.contentEnd();
}
