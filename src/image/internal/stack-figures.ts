import { completedPackages } from '../../ecosystems/complete-packages.ts';
import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import { readOperatingSystem } from '../../ecosystems/operating-system.ts';
import { readAccounts } from '../accounts.ts';
import type { ImageAnalysis, ImagePackage } from '../image-analysis.ts';
import type { LayerScan } from '../layer-scan.ts';
import { diveFigures } from './dive-efficiency.ts';
import { findWaste } from './find-waste.ts';
import { type LayerFigures, layerFigures } from './layer-figures.ts';
import { layerSecrets } from './layer-secrets.ts';
import { layerAt, type MergedLayers } from './merge-layers.ts';

/** What layers on top of each other tell, whatever image they are of and however they are packed. Plain data. */
export interface StackFigures
  extends Pick<
    ImageAnalysis,
    'packages' | 'operatingSystem' | 'accounts' | 'secrets' | 'waste' | 'efficiency' | 'wastedBytes' | 'neededBytes'
  > {
  readonly layers: readonly LayerFigures[];
}

export function stackFigures(merged: MergedLayers, scans: readonly LayerScan[]): StackFigures {
  const texts = visibleTexts(merged, scans);
  const operatingSystem = readOperatingSystem(texts);
  const passwd = texts.get('etc/passwd');
  return {
    layers: layerFigures(merged),
    packages: visiblePackages(merged, scans, operatingSystem),
    operatingSystem,
    ...(passwd !== undefined && { accounts: readAccounts(passwd, texts.get('etc/shadow')) }),
    secrets: layerSecrets(merged, scans),
    ...findWaste(merged, new Set(scans.flatMap(({ usedTests }) => usedTests))),
    ...diveFigures(merged),
  };
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
  const found: InstalledPackage[] = [];
  const layers: number[] = [];
  const seen = new Map<string, boolean>();
  const isVisible = (path: string, layer: number) => {
    const key = `${layer}/${path}`;
    const known = seen.get(key) ?? layerAt(merged, path) === layer;
    seen.set(key, known);
    return known;
  };
  // What one layer alone has can come from no other.
  const several = scans.filter(({ packages }) => packages.length > 0).length > 1;
  const earliestOf = (one: InstalledPackage, layer: number) => {
    if (!several) return layer;
    const identity = [one.kind, one.name, one.version, one.architecture, one.path].join('\0');
    const earliest = first.get(identity) ?? layer;
    first.set(identity, earliest);
    return earliest;
  };
  scans.forEach(({ packages }, layer) => {
    for (const one of packages) {
      const earliest = earliestOf(one, layer);
      if (!isVisible(one.path, layer)) continue;
      found.push(one);
      layers.push(earliest);
    }
  });
  const notes = scans.flatMap((scan, layer) =>
    scan.notes.flatMap(({ note, path }) => (isVisible(path, layer) ? [note] : [])),
  );
  return completedPackages(found, { operatingSystem, notes }, (one, at) => ({ ...one, layer: layers[at] ?? 0 }));
}
