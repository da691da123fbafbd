import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { deserialize, serialize } from 'node:v8';
import type { ImageLayer } from './image.ts';
import { algorithmOf } from './internal/unpack-layer.ts';
import type { LayerScan } from './layer-scan.ts';

/** Where what was found in layers is kept, by the digests of their bytes: the same layer is in many images. */
export interface LayerCacheOptions {
  /** Made where there is none. */
  readonly directory: string;
  /** Names the version of the code that reads layers: what another one found does not count. */
  readonly code: string;
  /** What all files together may have; the longest unused ones go. */
  readonly maximumBytes?: number;
}

export interface LayerCache {
  /**
   * Undefined where nothing is known, what is known cannot be read, or the image says something else of the layer than was found. Bytes in a file are
   * held against their digest.
   */
  find(layer: ImageLayer): Promise<LayerScan | undefined>;
  /** Best effort: a cache that cannot be written is none. */
  keep(layer: ImageLayer, scan: LayerScan): void;
}

const defaultMaximumBytes = 512 * 2 ** 20;
const ending = '.layer';
const checkBytes = 32;

/** @param settings what else the results depend on: who looked for packages, whether secrets were looked for */
export function layerCache(options: LayerCacheOptions, settings: readonly string[]): LayerCache {
  const { directory, code, maximumBytes = defaultMaximumBytes } = options;
  const fileOf = (digest: string) => {
    const named = JSON.stringify([digest, code, process.version, settings]);
    return path.join(directory, `${createHash('sha256').update(named).digest('hex')}${ending}`);
  };
  return {
    async find(layer) {
      const digest = claimedDigest(layer);
      const scan = digest && read(fileOf(digest));
      return digest && scan && (await isFound(layer, digest, scan)) ? scan : undefined;
    },
    keep(layer, scan) {
      const digest = verifiedDigest(layer, scan);
      if (digest === undefined) return;
      try {
        const file = fileOf(digest);
        const content = serialize(scan);
        if (content.length > maximumBytes) return;
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const draft = `${file}.${process.pid}.part`;
        writeFileSync(draft, Buffer.concat([checkOf(content), content]), { mode: 0o600 });
        renameSync(draft, file);
        makeRoom(directory, maximumBytes);
      } catch {}
    },
  };
}

/** What an image says the digest of the stored bytes is. Without a digest, that of an unpacked layer is its diffId, if the layer is unpacked. */
function claimedDigest({ digest, diffId, content }: ImageLayer): string | undefined {
  if (digest !== undefined) return algorithmOf(digest) && digest;
  return content.kind === 'file' && diffId?.startsWith('sha256:') ? diffId : undefined;
}

/** The same, as reading the layer has proved it. */
function verifiedDigest({ digest, content }: ImageLayer, { unpacked }: LayerScan): string | undefined {
  if (digest !== undefined) return algorithmOf(digest) && digest;
  return content.kind === 'file' && unpacked?.packing === 'none' ? unpacked.diffId : undefined;
}

/** False where the layer has to be read to tell what is wrong with it: a diffId or a size is a claim that anybody can write into an image. */
async function isFound(layer: ImageLayer, digest: string, { unpacked }: LayerScan): Promise<boolean> {
  if (unpacked === undefined) return false;
  if (layer.diffId?.startsWith('sha256:') && layer.diffId !== unpacked.diffId) return false;
  if (layer.bytes !== undefined && layer.bytes !== unpacked.packedBytes) return false;
  const { content } = layer;
  // A connection is not asked for the bytes: whoever pulls by the digest gets these or an error.
  if (content.kind !== 'file') return true;
  const hash = createHash(algorithmOf(digest) ?? 'sha256');
  const { path: file, offset, length } = content;
  try {
    if (length > 0) await pipeline(createReadStream(file, { start: offset, end: offset + length - 1 }), hash);
  } catch {
    return false;
  }
  return `${algorithmOf(digest)}:${hash.digest('hex')}` === digest;
}

function read(file: string): LayerScan | undefined {
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(checkBytes);
    // Cut off or damaged: it is read again and written anew.
    if (!checkOf(content).equals(bytes.subarray(0, checkBytes))) return undefined;
    const scan: LayerScan = deserialize(content);
    const now = new Date();
    utimesSync(file, now, now);
    return scan;
  } catch {
    return undefined;
  }
}

function checkOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

function makeRoom(directory: string, maximumBytes: number): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(ending) || name.endsWith('.part'))
    .flatMap((name) => {
      const file = path.join(directory, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ file, bytes: stat.size, used: stat.mtimeMs }];
    })
    .sort((one, other) => other.used - one.used);
  let total = 0;
  for (const { file, bytes } of files) {
    total += bytes;
    if (total > maximumBytes) rmSync(file, { force: true });
  }
}
