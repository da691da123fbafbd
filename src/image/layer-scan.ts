import type { ImageLayer } from './image.ts';
import { CollectError, type CollectedFiles, type CollectOptions, fileCollector } from './internal/collect-files.ts';
import type { FileState } from './internal/file-state.ts';
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
  /** The file that its bytes were read from, where a later change of it can be seen. */
  readonly file?: FileState;
}

/** Reads layers, one after the other. */
export interface LayerScanner {
  /**
   * Reads a layer once, from its first byte to its last.
   * @throws UserError naming the layer: corrupt, other bytes than its digest names, a bound met
   */
  scan(layer: ImageLayer): Promise<LayerScan>;
}

/** For all layers that a thread reads: V8 compiles functions for the reader that they are of, and would for each layer anew. */
export function layerScanner(options: ScanOptions): LayerScanner {
  const files = fileCollector(options);
  const tar = tarReader(files);
  const take = (chunk: Uint8Array) => tar.push(chunk);

  async function scanFiles(layer: ImageLayer): Promise<LayerScan> {
    const { content } = layer;
    if (content.kind === 'directory') {
      await walkDirectory(content.path, files, options.signal);
      return { ...files.finish(), unpacked: undefined };
    }
    let file: FileState | undefined;
    const onEnd = (state: FileState) => {
      file = state;
    };
    const unpacked = await unpackLayer(layer, content, take, { ...options, onEnd });
    tar.end();
    return { ...files.finish(), unpacked, ...(file && { file }) };
  }

  return {
    async scan(layer) {
      files.restart();
      tar.restart();
      try {
        return await scanFiles(layer);
      } catch (cause) {
        if (cause instanceof CollectError) throw layerError(layer, cause.message);
        if (!(cause instanceof TarError)) throw cause;
        throw layerError(layer, `the layer is no tar archive that can be read: ${cause.message}`, { cause });
      }
    },
  };
}
