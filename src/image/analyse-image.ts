import { completePackages } from '../ecosystems/complete-packages.ts';
import type { Cataloguer } from '../ecosystems/installed-package.ts';
import { readOperatingSystem } from '../ecosystems/operating-system.ts';
import { readAccounts } from './accounts.ts';
import type { Image, ImageLayer } from './image.ts';
import type { ImageAnalysis, ImagePackage, ImageSecret } from './image-analysis.ts';
import { configurationSecrets } from './internal/configuration-secrets.ts';
import { diveFigures } from './internal/dive-efficiency.ts';
import { fileSystemView } from './internal/file-system-view.ts';
import { findWaste } from './internal/find-waste.ts';
import { layerName } from './internal/layer-error.ts';
import { layerFigures } from './internal/layer-figures.ts';
import { layerView } from './internal/layer-view.ts';
import { type MergedLayers, mergeLayers } from './internal/merge-layers.ts';
import { findPath } from './internal/path-tree.ts';
import type { LayerScan } from './layer-scan.ts';
import { type ScanLayersOptions, scanLayers } from './scan-layers.ts';

export interface AnalyseOptions extends Pick<ScanLayersOptions, 'cache' | 'threads' | 'onProgress'> {
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
  const scans = await scanLayers(layers, { ...options, secrets: options.secrets ?? true });
  const analysis = analysisOf(image, layers, scans);
  const gaps =
    image.layers.length > layers.length
      ? [`only the first ${maximumLayers} of ${image.layers.length} layers were read`]
      : [];
  return { ...analysis, gaps: [...analysis.gaps, ...gaps] };
}

function analysisOf(image: Image, layers: readonly ImageLayer[], scans: readonly LayerScan[]): ImageAnalysis {
  const merged = mergeLayers(scans.map(({ entries }) => entries));
  const { waste, neededBytes } = findWaste(merged);
  const texts = visibleTexts(merged, scans);
  const operatingSystem = readOperatingSystem(texts);
  const passwd = texts.get('etc/passwd');
  return {
    image,
    layers: layerFigures(layers, scans, merged),
    files: fileSystemView(merged),
    filesAt: (layer) => layerView(merged, layer),
    packages: visiblePackages(merged, scans, operatingSystem),
    operatingSystem,
    ...(passwd !== undefined && { accounts: readAccounts(passwd, texts.get('etc/shadow')) }),
    secrets: [...layerSecrets(merged, scans), ...configurationSecrets(image.configuration)],
    waste,
    ...diveFigures(merged),
    pulledBytes: pulledBytes(layers, scans),
    neededBytes,
    gaps: scans.flatMap(({ gaps }, at) => gaps.map((gap) => `${nameAt(layers, at)}: ${gap}`)),
  };
}

function nameAt(layers: readonly ImageLayer[], at: number): string {
  const layer = layers[at];
  return layer === undefined ? '' : layerName(layer);
}

/** The layer that brought what a container sees at a path; -1 where it sees nothing. */
function layerAt({ tree, current, layers }: MergedLayers, path: string): number {
  const node = findPath(tree, path);
  const entry = node < 0 ? -1 : (current[node] ?? -1);
  return entry < 0 ? -1 : (layers[entry] ?? -1);
}

function visibleTexts(merged: MergedLayers, scans: readonly LayerScan[]): Map<string, string> {
  const texts = new Map<string, string>();
  scans.forEach((scan, layer) => {
    for (const [path, text] of scan.texts) if (layerAt(merged, path) === layer) texts.set(path, text);
  });
  return texts;
}

function visiblePackages(
  merged: MergedLayers,
  scans: readonly LayerScan[],
  operatingSystem: ImageAnalysis['operatingSystem'],
): ImagePackage[] {
  /** By what a package is, the layer of its first appearance. */
  const first = new Map<string, number>();
  const found: ImagePackage[] = [];
  const seen = new Map<string, boolean>();
  const isVisible = (path: string, layer: number) => {
    const key = `${layer}/${path}`;
    const known = seen.get(key) ?? layerAt(merged, path) === layer;
    seen.set(key, known);
    return known;
  };
  scans.forEach(({ packages }, layer) => {
    for (const one of packages) {
      const identity = [one.kind, one.name, one.version, one.architecture, one.path].join('\0');
      const earliest = first.get(identity) ?? layer;
      first.set(identity, earliest);
      if (isVisible(one.path, layer)) found.push({ ...one, layer: earliest });
    }
  });
  const notes = scans.flatMap((scan, layer) =>
    scan.notes.flatMap(({ note, path }) => (isVisible(path, layer) ? [note] : [])),
  );
  return completePackages(found, { operatingSystem, notes });
}

function layerSecrets(merged: MergedLayers, scans: readonly LayerScan[]): ImageSecret[] {
  return scans.flatMap((scan, layer) =>
    scan.secrets.map(({ path, ...secret }) => ({
      ...secret,
      place: path,
      layer,
      hidden: layerAt(merged, path) !== layer,
    })),
  );
}

/** Undefined where the image is not stored as it is pulled. */
function pulledBytes(layers: readonly ImageLayer[], scans: readonly LayerScan[]): number | undefined {
  if (layers.some(({ foreign }, at) => !foreign && scans[at]?.unpacked?.packing === 'none')) return undefined;
  if (layers.some(({ content }) => content.kind === 'directory')) return undefined;
  return scans.reduce((sum, { unpacked }) => sum + (unpacked?.packedBytes ?? 0), 0);
}
