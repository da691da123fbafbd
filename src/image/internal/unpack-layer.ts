import { createHash, type Hash } from 'node:crypto';
import { createGunzip, type Gunzip } from 'node:zlib';
import { errorCode } from '../../core/errors.ts';
import type { ImageLayer, LayerBytes, Packing } from '../image.ts';
import type { FileState } from './file-state.ts';
import { layerError } from './layer-error.ts';
import { chunkBytes, packedBytes } from './packed-bytes.ts';
import { unzstd } from './unzstd.ts';

/** Bounds on what a layer may become. */
export interface UnpackLimits {
  /** Bytes unpacked. */
  readonly bytes: number;
  /** Unpacked for packed: gzip gives at most 1,032, real layers less than 20. */
  readonly ratio: number;
  /** Until a layer is this large, it may be packed however well: one of zeros is nothing bad. */
  readonly free: number;
}

export const defaultLimits: UnpackLimits = { bytes: 64 * 2 ** 30, ratio: 200, free: 2 ** 30 };

/** What was seen of a layer's bytes. */
export interface UnpackedLayer {
  readonly packing: Exclude<Packing, 'unknown'>;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** `sha256:…` of what was unpacked. */
  readonly diffId: string;
}

/**
 * Gives a layer's tar to `take`, chunk by chunk (each valid until `take` returns), and holds its bytes against its digests and its size.
 * @throws UserError naming the layer: corrupt or cut off, other bytes than its digest names, a bound met
 */
export async function unpackLayer(
  layer: ImageLayer,
  content: Exclude<LayerBytes, { kind: 'directory' }>,
  take: (chunk: Uint8Array) => void,
  options: {
    readonly limits?: UnpackLimits;
    readonly signal?: AbortSignal | undefined;
    /** As `packedBytes` calls it. */
    readonly onEnd?: (state: FileState) => void;
  } = {},
): Promise<UnpackedLayer> {
  const { limits = defaultLimits, signal, onEnd } = options;
  const source = packedBytes(content, signal, onEnd);
  const first = await firstBytes(source, layer);
  const packing = packingOf(layer, first);
  const packed = createDigester(layer.digest);
  const plain = packing === 'none';
  // An unpacked layer has one digest for both.
  const shared = plain && layer.digest === layer.diffId && layer.diffId?.startsWith('sha256:') === true;
  const unpacked = createHash('sha256');
  let packedCount = 0;
  let unpackedCount = 0;
  const count = (chunk: Uint8Array) => {
    packedCount += chunk.length;
    if (layer.bytes !== undefined && packedCount > layer.bytes)
      throw layerError(layer, `the layer has more than the ${layer.bytes} bytes that its manifest says`);
    if (!shared) packed?.update(chunk);
  };
  const counted = countedBytes(first, source, layer, count);
  for await (const chunk of unpackedBytes(packing, counted, layer)) {
    unpackedCount += chunk.length;
    if (unpackedCount > limits.bytes) throw layerError(layer, `the layer unpacks to more than ${limits.bytes} bytes`);
    if (unpackedCount > limits.free && unpackedCount > packedCount * limits.ratio)
      throw layerError(
        layer,
        `the layer unpacks to more than ${limits.ratio} times its size: it was made to fill memory or disks`,
      );
    unpacked.update(chunk);
    take(chunk);
  }
  if (layer.bytes !== undefined && packedCount !== layer.bytes)
    throw layerError(layer, `the layer ends after ${packedCount} of the ${layer.bytes} bytes that its manifest says`);
  const diffId = `sha256:${unpacked.digest('hex')}`;
  const digest = packed && (shared ? diffId : `${algorithmOf(layer.digest)}:${packed.digest('hex')}`);
  if (digest !== undefined && digest !== layer.digest) throw otherBytes(layer, digest);
  if (layer.diffId?.startsWith('sha256:') && layer.diffId !== diffId)
    throw layerError(layer, `the layer unpacks to ${diffId}, but the image's configuration says ${layer.diffId}`);
  return { packing, packedBytes: packedCount, unpackedBytes: unpackedCount, diffId };
}

function otherBytes(layer: ImageLayer, digest: string) {
  return layerError(layer, `the layer's bytes have the digest ${digest}`, {
    remedy: 'Get the image again: it was damaged or exchanged on its way.',
  });
}

function createDigester(digest: string | undefined): Hash | undefined {
  const algorithm = algorithmOf(digest);
  return algorithm === undefined ? undefined : createHash(algorithm);
}

/** Undefined for a digest that cannot be verified here (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms). */
export function algorithmOf(digest: string | undefined): string | undefined {
  return /^(sha(?:256|384|512)):/.exec(digest ?? '')?.[1];
}

/** The first chunk, at least four bytes of it where the layer has so many. */
async function firstBytes(source: AsyncGenerator<Uint8Array>, layer: ImageLayer): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 4) {
    const { value, done } = await nextOf(source, layer);
    if (done) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function nextOf(source: AsyncGenerator<Uint8Array>, layer: ImageLayer) {
  try {
    return await source.next();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name === 'UserError' || cause.name === 'AbortError') throw cause;
    throw layerError(layer, `the layer cannot be read: ${cause.message}`, { cause, exitCode: 3 });
  }
}

/** What the first bytes say; the media type is often wrong, and engines do not ask it either. */
function packingOf(layer: ImageLayer, first: Uint8Array): Exclude<Packing, 'unknown'> {
  const [one, two, three, four] = first;
  if (one === 0x1f && two === 0x8b) return 'gzip';
  if (one === 0x28 && two === 0xb5 && three === 0x2f && four === 0xfd) return 'zstd';
  // A skippable frame, as zstd:chunked begins with.
  if (one !== undefined && (one & 0xf0) === 0x50 && two === 0x2a && three === 0x4d && four === 0x18) return 'zstd';
  if (layer.packing === 'gzip' || layer.packing === 'zstd')
    throw layerError(layer, `the layer says that it is ${layer.packing}, and is not`);
  return 'none';
}

async function* countedBytes(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
  layer: ImageLayer,
  count: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  try {
    count(first);
    yield first;
    for (let next = await nextOf(rest, layer); !next.done; next = await nextOf(rest, layer)) {
      count(next.value);
      yield next.value;
    }
  } finally {
    await rest.return(undefined);
  }
}

async function* unpackedBytes(
  packing: Exclude<Packing, 'unknown'>,
  packed: AsyncGenerator<Uint8Array>,
  layer: ImageLayer,
): AsyncGenerator<Uint8Array> {
  switch (packing) {
    case 'none':
      yield* packed;
      return;
    case 'gzip':
      yield* gunzipped(packed, layer);
      return;
    case 'zstd':
      yield* unzstd(packed, (why, cause) => layerError(layer, `the layer cannot be unpacked: ${why}`, { cause }));
  }
}

/** Several members one behind the other, as in eStargz, are one layer. */
async function* gunzipped(packed: AsyncGenerator<Uint8Array>, layer: ImageLayer): AsyncGenerator<Uint8Array> {
  // The next chunk is unpacked, by another thread, while this one is looked at.
  const options = { chunkSize: chunkBytes, highWaterMark: 2 * chunkBytes };
  const gunzip = createGunzip(options);
  const feeding = feed(gunzip, packed);
  feeding.catch(() => undefined);
  try {
    yield* gunzip.iterator({ destroyOnReturn: false });
    const fed = await feeding;
    // Go's gzip, which engines use, refuses it too.
    if (fed > gunzip.bytesWritten) throw layerError(layer, 'the layer has something else behind its gzip data');
  } catch (cause) {
    if (cause instanceof Error && errorCode(cause)?.startsWith('Z_'))
      throw layerError(layer, `the layer cannot be unpacked: ${cause.message}`, { cause });
    throw cause;
  } finally {
    gunzip.destroy();
    await feeding.catch(() => undefined);
  }
}

/** Writes what is packed, one chunk ahead of what is unpacked, and gives its size. */
async function feed(gunzip: Gunzip, packed: AsyncGenerator<Uint8Array>): Promise<number> {
  let size = 0;
  // After the last member, zlib does not answer what is written to it: the rest is read for its digest only.
  const over = new Promise<void>((resolve) => {
    gunzip.once('end', resolve);
    gunzip.once('close', resolve);
  });
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of packed) {
      size += chunk.length;
      await Promise.race([before, over]);
      if (gunzip.errored) return size;
      before = gunzip.readableEnded || gunzip.destroyed ? over : written(gunzip, chunk);
      before.catch(() => undefined);
    }
    await Promise.race([before, over]);
    if (!gunzip.destroyed) gunzip.end();
    return size;
  } catch (error) {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function written(gunzip: Gunzip, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    gunzip.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
