import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { LayerBytes } from '../image.ts';
import { indexTar, type TarEntry, type TarReader } from './tar-index.ts';

/** Files by their paths in an archive, of which nothing was unpacked. */
export interface Archive {
  /** For messages. */
  readonly place: string;
  /** Bytes of a file, links followed; undefined where it is not there. */
  size(path: string): number | undefined;
  /** @throws UserError where it is not there or is larger */
  read(path: string, maximumBytes: number): Promise<Buffer>;
  /** @throws UserError where it is not there */
  content(path: string): LayerBytes;
  close(): Promise<void>;
}

const maximumLinks = 16;

/** The entry of a path, links followed. Undefined where there is none or the links go in a circle. */
export function entryAt(entries: ReadonlyMap<string, TarEntry>, path: string): TarEntry | undefined {
  let entry = entries.get(path);
  for (let links = 0; entry?.kind === 'link'; links++) {
    if (links === maximumLinks) return undefined;
    entry = entries.get(entry.target);
  }
  return entry;
}

/** @throws UserError where it is not there or is larger than `maximumBytes` */
export function mustFind(
  entries: ReadonlyMap<string, TarEntry>,
  path: string,
  place: string,
  maximumBytes = Number.POSITIVE_INFINITY,
): TarEntry {
  const entry = entryAt(entries, path);
  const where = `${printable(place)}, ${printable(path)}`;
  if (entry === undefined)
    throw new UserError('This archive lacks a file of its image.', {
      where,
      remedy: 'Export the image again, with all its layers and for its platform.',
    });
  if (entry.bytes > maximumBytes)
    throw new UserError(`This file has ${entry.bytes} bytes; at most ${maximumBytes} are read.`, { where });
  return entry;
}

/**
 * An archive that is not compressed: layers are ranges of its file, which is not held open.
 * @param path leads to its bytes as long as `close` was not called
 */
export async function openPlainArchive(path: string, place: string, close: () => Promise<void>): Promise<Archive> {
  const { entries } = await withFile(path, async (file) => indexTar(fileReader(file, (await file.stat()).size), place));
  return {
    place,
    size: (name) => entryAt(entries, name)?.bytes,
    async read(name, maximumBytes) {
      const { offset, bytes } = mustFind(entries, name, place, maximumBytes);
      return withFile(path, (file) => readAt(file, offset, bytes));
    },
    content(name) {
      const { offset, bytes } = mustFind(entries, name, place);
      return { kind: 'file', path, offset, length: bytes };
    },
    close,
  };
}

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function fileReader(file: FileHandle, size: number): TarReader {
  let at = 0;
  return {
    async read(bytes) {
      const content = await readAt(file, at, Math.min(bytes, Math.max(0, size - at)));
      at += content.length;
      return content;
    },
    async skip(bytes) {
      at += bytes;
      return at <= size;
    },
  };
}

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
