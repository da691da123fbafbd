import type { Waste } from '../image-analysis.ts';
import type { MergedLayers } from './merge-layers.ts';

/** How many paths of a cause are named. */
const namedPaths = 5;

/** Gathers entries that are wasted by one cause. */
export interface WasteGroup {
  /** @param cause the layer whose instruction is the cause, where that is not the one that holds the bytes */
  add(entry: number, layer: number, bytes: number, cause?: number): void;
  /** Undefined where nothing was added. */
  waste(kind: Waste['kind'], what: string): Waste | undefined;
}

export function wasteGroup(merged: MergedLayers): WasteGroup {
  let bytes = 0;
  let files = 0;
  const byLayer = new Map<number, number>();
  const byCause = new Map<number, number>();
  const largest: { readonly entry: number; readonly bytes: number }[] = [];
  return {
    add(entry, layer, size, cause) {
      bytes += size;
      files++;
      byLayer.set(layer, (byLayer.get(layer) ?? 0) + size);
      if (cause !== undefined) byCause.set(cause, (byCause.get(cause) ?? 0) + size);
      if (largest.length === namedPaths && size <= (largest[namedPaths - 1]?.bytes ?? 0)) return;
      const at = largest.findIndex((other) => other.bytes < size);
      largest.splice(at < 0 ? largest.length : at, 0, { entry, bytes: size });
      largest.length = Math.min(largest.length, namedPaths);
    },
    waste(kind, what) {
      if (files === 0) return undefined;
      const paths = largest.map(({ entry }) => merged.tree.path(merged.nodes[entry] ?? 0));
      return { kind, what, bytes, files, layers: worstFirst(byLayer), causes: worstFirst(byCause), paths };
    },
  };
}

function worstFirst(bytes: ReadonlyMap<number, number>): number[] {
  return [...bytes].sort(([, one], [, other]) => other - one).map(([layer]) => layer);
}
