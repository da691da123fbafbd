import { createHash } from 'node:crypto';
import type { Cataloguer } from '../ecosystems/installed-package.ts';
import type { Image, ImageLayer } from './image.ts';
import type { ImageAnalysis } from './image-analysis.ts';
import { type CacheFiles, cacheFiles, namedResults } from './internal/cache-files.ts';
import { configurationSecrets } from './internal/configuration-secrets.ts';
import { broughtBy, fileSystemView } from './internal/file-system-view.ts';
import { keptKey } from './internal/kept-key.ts';
import { layerName } from './internal/layer-error.ts';
import { layerPaths, layerView } from './internal/layer-view.ts';
import {
  type MergedColumns,
  type MergedLayers,
  mergedAgain,
  mergedColumns,
  mergeLayers,
} from './internal/merge-layers.ts';
import { type StackFigures, stackFigures } from './internal/stack-figures.ts';
import { type LayerCacheOptions, layerCache } from './layer-cache.ts';
import type { LayerScan } from './layer-scan.ts';
import { type ScanLayersOptions, scanLayers } from './scan-layers.ts';

export interface AnalyseOptions extends Pick<ScanLayersOptions, 'threads' | 'onProgress'> {
  readonly cache?: LayerCacheOptions | undefined;
  /** What finds installed packages. With `threads`, those of ecosystems/cataloguers.ts, all or some. */
  readonly cataloguers: readonly Cataloguer[];
  /** Look for secrets; default true. */
  readonly secrets?: boolean;
  readonly signal?: AbortSignal;
}

/** Engines take no more (https://docs.docker.com/engine/storage/drivers/overlayfs-driver/ allows 128). */
const maximumLayers = 512;

/**
 * Everything that one pass over an image's layers tells. Nothing is unpacked to disk, and memory does not grow with the size of files.
 * @throws UserError naming the layer: corrupt, other bytes than its digest names, made to fill memory
 */
export async function analyseImage(image: Image, options: AnalyseOptions): Promise<ImageAnalysis> {
  const layers = image.layers.slice(0, maximumLayers);
  const { cataloguers, secrets = true } = options;
  const { cache, files, contentKey } = usableCache(options.cache);
  const settings = [...cataloguers.map(({ name }) => name).sort(), secrets ? 'secrets' : '', keyName(contentKey)];
  const scans = await scanLayers(layers, {
    ...options,
    secrets,
    contentKey,
    cache: files && cache && layerCache(files, cache, settings),
  });
  const names = layers.map(layerName);
  const stack =
    (files && cache && knownStack(files, [cache.code, ...settings], scans, names)) ?? newStack(scans, names);
  const analysis = analysisOf(image, layers, scans, stack);
  const gaps =
    image.layers.length > layers.length
      ? [`only the first ${maximumLayers} of ${image.layers.length} layers were read`]
      : [];
  return { ...analysis, gaps: [...analysis.gaps, ...gaps] };
}

interface UsableCache {
  readonly cache?: LayerCacheOptions;
  readonly files?: CacheFiles;
  readonly contentKey?: Uint8Array;
}

/** None without a key that is kept: what this process's own key names is nothing for another one. */
function usableCache(cache: LayerCacheOptions | undefined): UsableCache {
  const files = cache && cacheFiles(cache.directory, cache.maximumBytes);
  const contentKey = files && keptKey(cache.directory, files);
  return contentKey ? { cache, files, contentKey } : {};
}

/** What was kept under another key is not compared with what is read now. */
function keyName(key: Uint8Array | undefined): string {
  return key === undefined ? '' : createHash('sha256').update(key).digest('hex');
}

/** Layers on top of each other. */
interface Stack {
  readonly merged: MergedLayers;
  readonly figures: StackFigures;
}

function newStack(scans: readonly LayerScan[], names: readonly string[]): Stack {
  const merged = mergeLayers(
    scans.map(({ entries }) => entries),
    names,
  );
  return { merged, figures: stackFigures(merged, scans) };
}

/** From the cache where these very layers were put on top of each other before, else put there. Undefined where they have no digests. */
function knownStack(
  files: CacheFiles,
  settings: readonly string[],
  scans: readonly LayerScan[],
  names: readonly string[],
): Stack | undefined {
  const diffIds = scans.flatMap(({ unpacked }) => unpacked?.diffId ?? []);
  if (diffIds.length < scans.length) return undefined;
  const stacks = namedResults<{ readonly merged: MergedColumns; readonly figures: StackFigures }>(files, [
    'stack',
    ...settings,
  ]);
  const known = stacks.find(...diffIds);
  const tables = scans.map(({ entries }) => entries);
  if (known) return { merged: mergedAgain(tables, known.merged), figures: known.figures };
  const { merged, figures } = newStack(scans, names);
  try {
    stacks.keep({ merged: mergedColumns(merged), figures }, ...diffIds);
    files.makeRoom();
  } catch {}
  return { merged, figures };
}

function analysisOf(
  image: Image,
  layers: readonly ImageLayer[],
  scans: readonly LayerScan[],
  { merged, figures }: Stack,
): ImageAnalysis {
  return {
    ...figures,
    image,
    layers: layers.flatMap((layer, at) => {
      const own = figures.layers[at];
      return own ? [{ ...own, layer, unpackedBytes: scans[at]?.unpacked?.unpackedBytes ?? 0 }] : [];
    }),
    files: fileSystemView(merged),
    filesAt: (layer) => layerView(merged, layer),
    pathsOf: (layer) => layerPaths(merged, layer),
    broughtBy: broughtBy(merged),
    secrets: [...figures.secrets, ...configurationSecrets(image.configuration)],
    pulledBytes: pulledBytes(layers, scans),
    gaps: scans.flatMap(({ gaps }, at) => gaps.map((gap) => `${nameAt(layers, at)}: ${gap}`)),
  };
}

function nameAt(layers: readonly ImageLayer[], at: number): string {
  const layer = layers[at];
  return layer === undefined ? '' : layerName(layer);
}

/** Undefined where the image is not stored as it is pulled. */
function pulledBytes(layers: readonly ImageLayer[], scans: readonly LayerScan[]): number | undefined {
  if (layers.some(({ foreign }, at) => !foreign && scans[at]?.unpacked?.packing === 'none')) return undefined;
  if (layers.some(({ content }) => content.kind === 'directory')) return undefined;
  return scans.reduce((sum, { unpacked }) => sum + (unpacked?.packedBytes ?? 0), 0);
}
