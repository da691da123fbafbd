import type { LayerFile } from '../image-analysis.ts';
import { fileOf } from './file-system-view.ts';
import { hiding, kindOf, type MergedLayers } from './merge-layers.ts';

/** The file system as it is with a layer and all below it, and what the layer did to it. In no order. */
export function* layerView(merged: MergedLayers, layer: number): Generator<LayerFile> {
  const { tables, starts, nodes } = merged;
  for (let of = 0; of <= layer && of < tables.length; of++) {
    const table = tables[of];
    const start = starts[of] ?? 0;
    for (let at = 0; table && at < table.count; at++) {
      const kind = table.kinds[at];
      if (kind === kindOf.whiteout || kind === kindOf.opaque) continue;
      const entry = start + at;
      const state = stateIn(merged, entry, of, layer);
      if (state !== undefined) yield { file: fileOf(merged, merged.tree.path(nodes[entry] ?? 0), entry), state };
    }
  }
}

/** What a layer did to an entry of this or an earlier layer; undefined where the entry is not seen in it. */
function stateIn(
  { nodes, hidden, hiddenBy, replacedBy, isChange }: MergedLayers,
  entry: number,
  of: number,
  layer: number,
): LayerFile['state'] | undefined {
  const isGone = hidden[entry] !== hiding.not && (hiddenBy[entry] ?? 0) <= layer;
  if (!isGone) return of < layer ? 'unmodified' : isChange[entry] ? 'changed' : 'added';
  if (hiddenBy[entry] !== layer || of === layer) return undefined;
  // What stands in its place is told of as changed.
  const replacement = replacedBy[entry] ?? -1;
  const isTold = hidden[entry] === hiding.replaced && replacement >= 0 && nodes[replacement] === nodes[entry];
  return isTold ? undefined : 'removed';
}

/** Paths of the files that a layer's own archive holds, whatever lies above it. In no order. */
export function* layerPaths(merged: MergedLayers, layer: number): Generator<string> {
  const { tables, starts, nodes, tree } = merged;
  const table = tables[layer];
  const start = starts[layer] ?? 0;
  for (let at = 0; table && at < table.count; at++)
    if (table.kinds[at] === kindOf.file) yield tree.path(nodes[start + at] ?? 0);
}
