import type { ImageLayer } from './image.ts';
import { type CacheFiles, namedResults } from './internal/cache-files.ts';
import { algorithmOf, type UnpackedLayer } from './internal/unpack-layer.ts';
import { verifiedFiles } from './internal/verified-files.ts';
import type { LayerScan } from './layer-scan.ts';

/**
 * Where what was found in layers is kept, by the digests of what they unpack to: the same layer is in many images, and packed in several ways. Beside it stands
 * which digest of stored bytes unpacks to which, and which files on this machine have which digest.
 */
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
   * held against their digest, unless they were before and the file did not change since.
   */
  find(layer: ImageLayer): Promise<LayerScan | undefined>;
  /** Best effort: a cache that cannot be written is none. */
  keep(layer: ImageLayer, scan: LayerScan): void;
}

type Packed = Pick<UnpackedLayer, 'packing' | 'packedBytes' | 'diffId'>;

/** @param settings what else the results depend on: who looked for packages, whether secrets were looked for */
export function layerCache(files: CacheFiles, { code }: LayerCacheOptions, settings: readonly string[]): LayerCache {
  const verified = verifiedFiles(files);
  const packings = namedResults<Packed>(files, ['packed', code]);
  const scans = namedResults<LayerScan>(files, ['scan', code, ...settings]);
  return {
    async find(layer) {
      const digest = claimedDigest(layer);
      const algorithm = algorithmOf(digest);
      if (digest === undefined || algorithm === undefined) return undefined;
      const packed = packings.find(digest) ?? plainBytes(layer, digest);
      if (packed === undefined || !agrees(layer, packed)) return undefined;
      const scan = scans.find(packed.diffId);
      if (scan?.unpacked === undefined) return undefined;
      // A connection is not asked for the bytes: whoever pulls by the digest gets these or an error. Nor is what an engine just wrote read for it.
      const { content } = layer;
      const isAnybodys = content.kind === 'file' && content.byDiffId !== true;
      if (isAnybodys && !(await verified.hasDigest(content, algorithm, digest))) return undefined;
      return { ...scan, unpacked: { ...scan.unpacked, ...packed } };
    },
    keep(layer, { file, ...scan }) {
      const digest = verifiedDigest(layer, scan);
      if (digest === undefined || scan.unpacked === undefined) return;
      const { packing, packedBytes, diffId } = scan.unpacked;
      try {
        scans.keep(scan, diffId);
        packings.keep({ packing, packedBytes, diffId }, digest);
        if (file && layer.content.kind === 'file') verified.note(layer.content, digest, file);
        files.makeRoom();
      } catch {}
    },
  };
}

/** What an image says the digest of the stored bytes is. Without a digest, that of an unpacked layer is its diffId, if the layer is unpacked. */
function claimedDigest({ digest, diffId, content }: ImageLayer): string | undefined {
  if (digest !== undefined) return algorithmOf(digest) && digest;
  return isByDiffId(content) && diffId?.startsWith('sha256:') ? diffId : undefined;
}

/** True for bytes that are there to be held against their diffId, or that an engine keeps by it. */
function isByDiffId(content: ImageLayer['content']): boolean {
  return content.kind === 'file' || (content.kind === 'stream' && content.byDiffId === true);
}

/** The same, as reading the layer has proved it. */
function verifiedDigest({ digest, content }: ImageLayer, { unpacked }: LayerScan): string | undefined {
  if (digest !== undefined) return algorithmOf(digest) && digest;
  return isByDiffId(content) && unpacked?.packing === 'none' ? unpacked.diffId : undefined;
}

/** A file whose first bytes say that it is not packed unpacks to what it is, whoever packed the same layer before. */
function plainBytes({ packing, content }: ImageLayer, digest: string): Packed | undefined {
  if (packing !== 'none' || content.kind !== 'file' || !digest.startsWith('sha256:')) return undefined;
  return { packing, packedBytes: content.length, diffId: digest };
}

/** False where the layer has to be read to tell what is wrong with it: a packing, a diffId or a size is a claim that anybody can write into an image. */
function agrees({ packing, diffId, bytes }: ImageLayer, packed: Packed): boolean {
  if (packed.packing === 'none' && (packing === 'gzip' || packing === 'zstd')) return false;
  if (diffId?.startsWith('sha256:') && diffId !== packed.diffId) return false;
  return bytes === undefined || bytes === packed.packedBytes;
}
