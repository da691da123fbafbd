import type { ImageLayer } from '../image.ts';
import type { LayerAnalysis } from '../image-analysis.ts';
import type { LayerScan } from '../layer-scan.ts';
import { hiding, kindOf, type MergedLayers } from './merge-layers.ts';

interface Count {
  files: number;
  bytes: number;
}

const nothing = (): Count => ({ files: 0, bytes: 0 });

/** What each layer does to those below it, and what those above do to it. */
export function layerFigures(
  layers: readonly ImageLayer[],
  scans: readonly LayerScan[],
  merged: MergedLayers,
): LayerAnalysis[] {
  const figures = layers.map((layer, at) => ({
    layer,
    unpackedBytes: scans[at]?.unpacked?.unpackedBytes ?? 0,
    contentBytes: 0,
    added: nothing(),
    changed: nothing(),
    removed: nothing(),
    hiddenBytes: 0,
  }));
  merged.tables.forEach((table, layer) => {
    const own = figures[layer];
    const start = merged.starts[layer] ?? 0;
    for (let at = 0; own && at < table.count; at++) {
      const kind = table.kinds[at] ?? 0;
      if (kind >= kindOf.whiteout) continue;
      const bytes = table.bytes[at] ?? 0;
      own.contentBytes += bytes;
      if (kind === kindOf.directory) continue;
      const entry = start + at;
      const isHidden = merged.hidden[entry] !== hiding.not;
      const by = merged.hiddenBy[entry] ?? 0;
      if (isHidden) own.hiddenBytes += bytes;
      // One that another of the same layer replaces never was in the image.
      if (isHidden && by === layer) continue;
      count(merged.isChange[entry] === 1 ? own.changed : own.added, bytes);
      const taker = figures[by];
      if (isHidden && taker) count(taker.removed, bytes);
    }
  });
  return figures;
}

function count(into: Count, bytes: number): void {
  into.files++;
  into.bytes += bytes;
}
