import type { ImageLayer } from './image.ts';
import { type CollectedFiles, type CollectOptions, collectFiles } from './internal/collect-files.ts';
import { layerError } from './internal/layer-error.ts';
import { TarError } from './internal/tar-header.ts';
import { tarReader } from './internal/tar-reader.ts';
import { type UnpackedLayer, type UnpackLimits, unpackLayer } from './internal/unpack-layer.ts';
import { walkDirectory } from './internal/walk-directory.ts';

export interface ScanOptions extends CollectOptions {
  readonly limits?: UnpackLimits;
  readonly signal?: AbortSignal | undefined;
}

/** What is in one layer, whatever lies below or above it. Plain data. */
export interface LayerScan extends CollectedFiles {
  /** Undefined for a directory, which is not packed and has no digest. */
  readonly unpacked: UnpackedLayer | undefined;
}

/**
 * Reads a layer once, from its first byte to its last.
 * @throws UserError naming the layer: corrupt, other bytes than its digest names, a bound met
 */
export async function scanLayer(layer: ImageLayer, options: ScanOptions): Promise<LayerScan> {
  const { content } = layer;
  const files = collectFiles(layer, options);
  if (content.kind === 'directory') {
    await walkDirectory(content.path, files, options.signal);
    return { ...files.finish(), unpacked: undefined };
  }
  const tar = tarReader(files);
  try {
    const unpacked = await unpackLayer(layer, content, (chunk) => tar.push(chunk), options);
    tar.end();
    return { ...files.finish(), unpacked };
  } catch (cause) {
    if (!(cause instanceof TarError)) throw cause;
    throw layerError(layer, `the layer is no tar archive that can be read: ${cause.message}`, { cause });
  }
}
