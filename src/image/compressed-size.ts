import { createGzip } from 'node:zlib';
import type { Image, ImageLayer } from './image.ts';
import { packedBytes } from './internal/packed-bytes.ts';

/** Sizes of layers that were packed before, by diffId: images that are compared share most of them. */
export type CompressedSizes = Map<string, number>;

/** zlib's default; Docker Engine and BuildKit push with gzip at this level. */
const level = 6;

/**
 * What has to be pulled of an image, in bytes: of layers that are stored packed their size, of others what gzip makes of them. Packs two layers at a time, in
 * threads, keeping a few megabytes of them. Undefined where there is a layer that is not to be had as a tar: a foreign one, a directory.
 * @throws what reading a layer throws, and the signal's reason
 */
export async function compressedSize(
  { layers }: Pick<Image, 'layers'>,
  known: CompressedSizes,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (layers.some(({ foreign, content }) => foreign || content.kind === 'directory')) return undefined;
  const queue = [...layers];
  let total = 0;
  const packNext = async () => {
    for (let layer = queue.shift(); layer !== undefined; layer = queue.shift()) {
      const size = await sizeOf(layer, known, signal);
      total += size;
    }
  };
  await Promise.all([packNext(), packNext()]);
  return total;
}

async function sizeOf(layer: ImageLayer, known: CompressedSizes, signal: AbortSignal | undefined): Promise<number> {
  const before = layer.diffId === undefined ? undefined : known.get(layer.diffId);
  if (before !== undefined) return before;
  const size = await packedSize(layer, signal);
  if (layer.diffId !== undefined) known.set(layer.diffId, size);
  return size;
}

/** What has to be pulled of one layer, in bytes: as {@link compressedSize} says. 0 for a directory, which nobody has packed. */
export async function packedSize({ content }: ImageLayer, signal?: AbortSignal): Promise<number> {
  if (content.kind === 'directory') return 0;
  const gzip = createGzip({ level, chunkSize: 1 << 18 });
  let packed = 0;
  let stored = 0;
  let isPacked: boolean | undefined;
  gzip.on('data', (chunk: Uint8Array) => {
    packed += chunk.length;
  });
  const ended = new Promise<void>((resolve, reject) => {
    gzip.once('end', resolve);
    gzip.once('error', reject);
  });
  ended.catch(() => undefined);
  try {
    for await (const chunk of packedBytes(content, signal)) {
      stored += chunk.length;
      isPacked ??= isGzipOrZstd(chunk);
      if (!isPacked) await new Promise<void>((resolve) => gzip.write(chunk, () => resolve()));
    }
    if (isPacked) return stored;
    gzip.end();
    await ended;
    return packed;
  } finally {
    gzip.destroy();
  }
}

function isGzipOrZstd([one, two, three]: Uint8Array): boolean {
  return (one === 0x1f && two === 0x8b) || (one === 0x28 && two === 0xb5 && three === 0x2f);
}
