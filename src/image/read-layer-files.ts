import type { ImageLayer } from './image.ts';
import type { ImageAnalysis } from './image-analysis.ts';
import { entryPath } from './internal/entry-path.ts';
import { layerError } from './internal/layer-error.ts';
import { TarError } from './internal/tar-header.ts';
import { type TarVisitor, tarReader } from './internal/tar-reader.ts';
import { unpackLayer } from './internal/unpack-layer.ts';
import { walkDirectory } from './internal/walk-directory.ts';

/** Bounds on what is kept of an image's files. */
export interface FileLimits {
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Of all files together. */
  readonly allBytes: number;
}

/** What was read of one layer. */
export interface LayerFiles {
  readonly layer: number;
  /** By path, from the root, without a leading slash. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

const defaultLimits: FileLimits = { fileBytes: 64 * 2 ** 20, allBytes: 256 * 2 ** 20 };

/**
 * The contents of some files in every layer that brings one of them, base first. Layers without any are not read a second time. Not after `image.close`.
 * @throws UserError naming the layer: it cannot be read, or what is asked for is larger than the bounds
 */
export async function readLayerFiles(
  { image, pathsOf }: Pick<ImageAnalysis, 'image' | 'pathsOf'>,
  wanted: (path: string) => boolean,
  { limits = defaultLimits, signal }: { readonly limits?: FileLimits; readonly signal?: AbortSignal } = {},
): Promise<LayerFiles[]> {
  const found: LayerFiles[] = [];
  let bytes = 0;
  for (const [index, layer] of image.layers.entries()) {
    const paths = new Set<string>();
    for (const path of pathsOf?.(index) ?? []) if (wanted(path)) paths.add(path);
    if (paths.size === 0 || layer.foreign) continue;
    const contents = await contentsOf(layer, paths, limits.fileBytes, signal);
    for (const content of contents.values()) bytes += content.length;
    if (bytes > limits.allBytes)
      throw layerError(layer, `the package databases of all layers have more than ${limits.allBytes} bytes`);
    found.push({ layer: index, contents });
  }
  return found;
}

async function contentsOf(
  layer: ImageLayer,
  paths: ReadonlySet<string>,
  mostBytes: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  let open: { readonly path: string; readonly parts: Buffer[] } | undefined;
  const visitor: TarVisitor = {
    entry(entry) {
      const { text } = entryPath(entry.name);
      open = entry.kind === 'file' && paths.has(text) ? { path: text, parts: [] } : undefined;
      if (open === undefined) return;
      if (entry.bytes > mostBytes) throw layerError(layer, `${text} has more than ${mostBytes} bytes`);
      contents.set(text, Buffer.alloc(0));
    },
    content(bytes) {
      open?.parts.push(Buffer.from(bytes));
    },
    contentEnd() {
      if (open) contents.set(open.path, Buffer.concat(open.parts));
      open = undefined;
    },
  };
  const { content } = layer;
  if (content.kind === 'directory') await walkDirectory(content.path, visitor, signal);
  else await readTar(layer, content, visitor, signal);
  return contents;
}

async function readTar(
  layer: ImageLayer,
  content: Exclude<ImageLayer['content'], { kind: 'directory' }>,
  visitor: TarVisitor,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tar = tarReader(visitor);
  try {
    await unpackLayer(layer, content, (chunk) => tar.push(chunk), { signal });
    tar.end();
  } catch (cause) {
    if (!(cause instanceof TarError)) throw cause;
    throw layerError(layer, `the layer is no tar archive that can be read: ${cause.message}`, { cause });
  }
}
