import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { unzstd } from '../internal/unzstd.ts';
import { type Archive, entryAt, mustFind } from './archive.ts';
import { type ByteCursor, byteCursor } from './byte-cursor.ts';
import { indexTar } from './tar-index.ts';

/** How an archive may be compressed as a whole. */
export type WholePacking = 'gzip' | 'zstd';

/** Manifests and configurations are read while the archive is looked through the first time. */
const kept = { each: 256 * 1024, total: 16 * 1024 * 1024 };

/** Readers that stand where a layer ended and wait for the next one. */
const maximumWaiting = 4;

/** However well it is packed: unpacked bytes that are looked at, for each packed one, and whatever its size. */
const largestRatio = 100;
const leastBound = 16 * 1024 ** 3;

/**
 * An archive that is compressed as a whole. Nothing is written to disk: it is unpacked once to find what lies where, and once again for each reader of its
 * layers; a reader that has come to the end of a layer goes on to a later one from there.
 * @throws UserError where it is damaged or unpacks to far more than any image
 */
export async function openCompressedArchive(path: string, packing: WholePacking, place: string): Promise<Archive> {
  const start = async () => byteCursor(unpacked(path, packing, place));
  const first = await start();
  const { entries, contents } = await indexTar(first, place, kept).finally(() => first.close());
  const waiting: ByteCursor[] = [];
  async function* range(
    offset: number,
    bytes: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const cursor = nearestBefore(waiting, offset) ?? (await start());
    let whole = false;
    try {
      for await (const _ of cursor.pieces(offset - cursor.position)) signal?.throwIfAborted();
      for await (const piece of cursor.pieces(bytes)) {
        signal?.throwIfAborted();
        yield piece;
      }
      whole = cursor.position === offset + bytes;
      if (!whole) throw new UserError('The archive has become shorter while it was read.', { where: printable(place) });
    } finally {
      if (whole) waiting.push(cursor);
      else await cursor.close();
      if (waiting.length > maximumWaiting) await waiting.shift()?.close();
    }
  }
  return {
    place,
    size: (name) => entryAt(entries, name)?.bytes,
    async read(name, maximumBytes) {
      const entry = mustFind(entries, name, place, maximumBytes);
      for (const [kept, content] of contents) if (entries.get(kept) === entry) return content;
      const parts: Uint8Array[] = [];
      for await (const piece of range(entry.offset, entry.bytes)) parts.push(piece);
      return Buffer.concat(parts);
    },
    content(name) {
      const { offset, bytes } = mustFind(entries, name, place);
      return { kind: 'stream', open: (signal) => range(offset, bytes, signal) };
    },
    async close() {
      for (const cursor of waiting.splice(0)) await cursor.close();
    },
  };
}

/** Takes it out: two readers must not move the same. */
function nearestBefore(waiting: ByteCursor[], offset: number): ByteCursor | undefined {
  const [nearest] = waiting
    .filter(({ position }) => position <= offset)
    .sort((one, other) => other.position - one.position);
  if (nearest !== undefined) waiting.splice(waiting.indexOf(nearest), 1);
  return nearest;
}

/**
 * The bytes of a compressed file, unpacked.
 * @param least so many are unpacked however small it is
 * @throws UserError where it is damaged or unpacks to far more than any image
 */
export async function* unpacked(
  path: string,
  packing: WholePacking,
  place: string,
  least = leastBound,
): AsyncGenerator<Uint8Array> {
  const bound = Math.max(least, (await stat(path)).size * largestRatio);
  let bytes = 0;
  const packed = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stream = packing === 'gzip' ? gunzipped(packed) : unzstd(packed, (why) => new Error(why));
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > bound)
        throw new UserError(`This archive unpacks to more than ${bound} bytes, ${largestRatio} times its size.`, {
          where: printable(place),
          remedy: 'Unpack it yourself where it is to be trusted, and name what comes out.',
        });
      yield chunk;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('This compressed archive is damaged or cut short.', {
      where: printable(place),
      remedy: 'Fetch or export it again.',
      cause: error,
    });
  } finally {
    packed.destroy();
  }
}

async function* gunzipped(packed: ReadStream): AsyncGenerator<Uint8Array> {
  const stream = packed.pipe(createGunzip({ chunkSize: 1024 * 1024 }));
  packed.on('error', (error) => stream.destroy(error));
  try {
    yield* stream;
  } finally {
    stream.destroy();
  }
}
