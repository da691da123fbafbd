import type { ImageSecret } from '../image-analysis.ts';
import type { LayerScan } from '../layer-scan.ts';
import { hasSameContent } from './contents.ts';
import { layerAt, type MergedLayers } from './merge-layers.ts';
import { findPath } from './path-tree.ts';

/**
 * The secrets in files of layers. A step that gives a file another owner or mode stores it a second time: that is one secret, of the
 * layer that brought it, and hidden only where all of its copies are.
 */
export function layerSecrets(merged: MergedLayers, scans: readonly LayerScan[]): ImageSecret[] {
  const found: ImageSecret[] = [];
  const byPlace = new Map<string, { readonly layer: number; readonly at: number }[]>();
  const entryOf = entriesOf(merged, scans);
  for (const [layer, { secrets }] of scans.entries())
    for (const { path, ...secret } of secrets) {
      const hidden = layerAt(merged, path) !== layer;
      const place = JSON.stringify([path, secret.kind, secret.line]);
      const earlier = byPlace.get(place) ?? [];
      byPlace.set(place, earlier);
      const copied = earlier.find((other) => isCopy(merged, entryOf(path, layer), entryOf(path, other.layer)));
      const first = copied && found[copied.at];
      if (copied && first) found[copied.at] = { ...first, hidden: first.hidden && hidden };
      else {
        earlier.push({ layer, at: found.length });
        found.push({ ...secret, place: path, layer, hidden });
      }
    }
  return found;
}

function isCopy(merged: MergedLayers, one: number, other: number): boolean {
  return one >= 0 && other >= 0 && hasSameContent(merged, one, other);
}

/** The entry of a layer at a path; -1 for none. Only paths at which more than one layer has a secret are looked for. */
function entriesOf(merged: MergedLayers, scans: readonly LayerScan[]): (path: string, layer: number) => number {
  const layersOf = new Map<string, Set<number>>();
  for (const [layer, { secrets }] of scans.entries())
    for (const { path } of secrets) layersOf.set(path, (layersOf.get(path) ?? new Set()).add(layer));
  const nodes = new Map<number, string>();
  const asked = new Set<number>();
  for (const [path, layers] of layersOf) {
    if (layers.size === 1) continue;
    nodes.set(findPath(merged.tree, path), path);
    for (const layer of layers) asked.add(layer);
  }
  const entries = new Map<string, number>();
  for (const layer of asked)
    for (let entry = merged.starts[layer] ?? 0; entry < (merged.starts[layer + 1] ?? 0); entry++) {
      const path = nodes.get(merged.nodes[entry] ?? -1);
      if (path !== undefined) entries.set(`${layer} ${path}`, entry);
    }
  return (path, layer) => entries.get(`${layer} ${path}`) ?? -1;
}
