import { layerKey } from './diff-images.ts';
import type { ImageAnalysis, LayerAnalysis } from './image-analysis.ts';

/** What several images hold together. All in bytes. */
export interface ImageComparison {
  readonly images: readonly {
    readonly name: string;
    /** Content of its layers. */
    readonly bytes: number;
    /** In layers that another of the images has too. */
    readonly sharedBytes: number;
    /** As registries store it; undefined where the source has it unpacked. */
    readonly packedBytes: number | undefined;
  }[];
  /** Content of all layers, each layer once: what a node stores that runs all. */
  readonly storedBytes: number;
  /** The same, every layer for each image that has it. */
  readonly sumBytes: number;
  /** The same for registries, each layer once; undefined where a source has layers unpacked. */
  readonly packedBytes: number | undefined;
  /** Files that all have alike by path and content, in layers that they do not share: a common base would store them once. */
  readonly common: { readonly files: number; readonly bytes: number; readonly savedBytes: number };
  /** By image and image, the content of the layers that both have. */
  readonly shared: readonly (readonly number[])[];
}

/** What images share, and what a common base would save. */
export function compareImages(analyses: readonly ImageAnalysis[]): ImageComparison {
  const holders = new Map<string, { readonly layer: LayerAnalysis; readonly images: Set<number> }>();
  analyses.forEach(({ layers }, image) => {
    layers.forEach((layer, at) => {
      const key = layer.layer.diffId || layer.layer.digest ? layerKey(layer, at) : `${image}/${at}`;
      const known = holders.get(key) ?? { layer, images: new Set<number>() };
      known.images.add(image);
      holders.set(key, known);
    });
  });
  const distinct = [...holders.values()];
  const contentOf = (chosen: typeof distinct) => chosen.reduce((sum, { layer }) => sum + layer.contentBytes, 0);
  const of = (image: number) => distinct.filter(({ images }) => images.has(image));
  return {
    images: analyses.map(({ image: { name }, pulledBytes }, at) => ({
      name,
      bytes: contentOf(of(at)),
      sharedBytes: contentOf(of(at).filter(({ images }) => images.size > 1)),
      packedBytes: pulledBytes,
    })),
    storedBytes: contentOf(distinct),
    sumBytes: analyses.reduce((sum, _, at) => sum + contentOf(of(at)), 0),
    packedBytes: packedOf(distinct.map(({ layer }) => layer)),
    common: commonFiles(analyses, distinct),
    shared: analyses.map((_, one) =>
      analyses.map((_, other) => contentOf(of(one).filter(({ images }) => images.has(other)))),
    ),
  };
}

function packedOf(layers: readonly LayerAnalysis[]): number | undefined {
  let sum = 0;
  for (const { layer } of layers) {
    if (layer.packing === 'none' || layer.bytes === undefined) return undefined;
    sum += layer.bytes;
  }
  return sum;
}

function commonFiles(
  analyses: readonly ImageAnalysis[],
  distinct: readonly { readonly layer: LayerAnalysis; readonly images: ReadonlySet<number> }[],
): ImageComparison['common'] {
  const [first, ...others] = analyses;
  let [files, bytes, savedBytes] = [0, 0, 0];
  if (!first || others.length === 0) return { files, bytes, savedBytes };
  const keyOf = (layer: LayerAnalysis | undefined) => distinct.find((each) => each.layer === layer)?.layer ?? layer;
  const byDiff = (analysis: ImageAnalysis, layer: number) => {
    const found = analysis.layers[layer];
    return found?.layer.diffId ?? found?.layer.digest ?? keyOf(found);
  };
  for (const file of first.files) {
    if (file.kind !== 'file' || file.bytes === 0 || file.content === undefined) continue;
    const same = others.map((each) => each.files.find(file.path));
    if (!same.every((each) => each?.content === file.content && each?.bytes === file.bytes)) continue;
    const layers = new Set([
      byDiff(first, file.layer),
      ...same.map((each, at) => byDiff(others[at] ?? first, each?.layer ?? -1)),
    ]);
    if (layers.size === 1) continue;
    files += 1;
    bytes += file.bytes;
    savedBytes += (layers.size - 1) * file.bytes;
  }
  return { files, bytes, savedBytes };
}
