import { maskSecrets } from '../../core/mask-secrets.ts';
import { historyLine } from '../../image/history-line.ts';
import type { Image } from '../../image/image.ts';
import type { ImageAnalysis } from '../../image/image-analysis.ts';

/** A layer as the cost model sees it. */
export interface PricedLayer {
  /** Of the bytes as they are stored; undefined where the source has the layer unpacked only. */
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
  readonly bytes: number;
  readonly basis: 'measured' | 'estimated';
  readonly unpackedBytes: number | undefined;
  readonly files: number | undefined;
  readonly createdBy: string | undefined;
}

export interface PricedImage {
  readonly name: string;
  /** The reference that manifests may name it by; undefined where it has none. */
  readonly reference: string | undefined;
  /** Base first. */
  readonly layers: readonly PricedLayer[];
}

/**
 * What the model needs of an image.
 * @param packedSize tells how large a layer is when it is packed, for those that their source has unpacked
 */
export async function priceImage(
  image: Image,
  analysis: ImageAnalysis | undefined,
  packedSize: (layer: number) => Promise<number>,
): Promise<PricedImage> {
  const layers: PricedLayer[] = [];
  for (const [at, layer] of image.layers.entries()) {
    // Of the licence's own registry, which is not asked here.
    if (layer.foreign) continue;
    const read = analysis?.layers[at];
    const stored = layer.content.kind !== 'directory' && layer.packing !== 'none' ? layer.bytes : undefined;
    layers.push({
      digest: stored === undefined ? undefined : layer.digest,
      diffId: layer.diffId,
      bytes: stored ?? (await packedSize(at)),
      basis: stored === undefined ? 'estimated' : 'measured',
      unpackedBytes: read?.unpackedBytes,
      files: read && read.added.files + read.changed.files,
      createdBy: noteOf(image, layer.history),
    });
  }
  return { name: image.name, reference: image.reference, layers };
}

function noteOf({ configuration: { history } }: Image, at: number | undefined): string | undefined {
  const entry = at === undefined ? undefined : history[at];
  return entry && maskSecrets(historyLine(entry).text);
}

/** What tells that two layers are the same one to a node. */
export type LayerKeys = (image: PricedImage) => readonly string[];

/**
 * Stores of containerd, CRI-O and Podman know a layer by its digest, Docker Engine by its digest above the same layers
 * (https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid). Digests of packed layers are only compared when all images
 * have them; else those of unpacked ones are.
 */
export function layerKeys(images: readonly PricedImage[], sharing: 'digest' | 'chain'): LayerKeys {
  const packed = images.every(({ layers }) => layers.every(({ digest }) => digest !== undefined));
  return (image) => {
    let below = '';
    return image.layers.map(({ digest, diffId }, at) => {
      const own = (packed ? digest : diffId) ?? `${image.name}#${at}`;
      below = sharing === 'chain' ? `${below}/${own}` : own;
      return below;
    });
  };
}
