import type { HiddenHow, LayerAnalysis } from '../image-analysis.ts';
import { hiddenHow } from './find-waste.ts';
import { hiding, kindOf, type MergedLayers } from './merge-layers.ts';
import { type WasteGroup, wasteGroup } from './waste-group.ts';

/** What is told of a layer without knowing how it is packed. */
export type LayerFigures = Omit<LayerAnalysis, 'layer' | 'unpackedBytes'>;

interface Count {
  files: number;
  bytes: number;
}

const nothing = (): Count => ({ files: 0, bytes: 0 });

/** What each layer does to those below it, and what those above do to it. */
export function layerFigures(merged: MergedLayers): LayerFigures[] {
  const figures = merged.tables.map(() => ({
    contentBytes: 0,
    added: nothing(),
    changed: nothing(),
    removed: nothing(),
    hiddenBytes: 0,
  }));
  const taken = merged.tables.map(() => new Map<HiddenHow, WasteGroup>());
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
      if (!isHidden || !taker) continue;
      count(taker.removed, bytes);
      if (bytes > 0) groupOf(merged, taken[by], hiddenHow(merged, entry)).add(entry, layer, bytes);
    }
  });
  return figures.map((figure, at) => ({ ...figure, ...mostTaken(taken[at]) }));
}

function groupOf(merged: MergedLayers, groups: Map<HiddenHow, WasteGroup> | undefined, how: HiddenHow): WasteGroup {
  const group = groups?.get(how) ?? wasteGroup(merged);
  groups?.set(how, group);
  return group;
}

/** Of what a layer takes away, the cause of most bytes and its largest paths. */
function mostTaken(
  groups: ReadonlyMap<HiddenHow, WasteGroup> = new Map(),
): Pick<LayerAnalysis, 'removedPaths' | 'removedHow'> {
  const [most] = [...groups]
    .flatMap(([how, group]) => {
      const waste = group.waste('hidden', how);
      return waste ? [{ how, waste }] : [];
    })
    .sort((one, other) => other.waste.bytes - one.waste.bytes);
  return most ? { removedPaths: most.waste.paths, removedHow: most.how } : {};
}

function count(into: Count, bytes: number): void {
  into.files++;
  into.bytes += bytes;
}
