import type { EntryTable } from '../entry-table.ts';
import {
  type FinishedPathTree,
  findPath,
  finishedTree,
  type PathTreeColumns,
  pathTree,
  rootNode,
} from './path-tree.ts';
import { placeEntries } from './place-entries.ts';
import { type StepBudget, stepBudget } from './step-budget.ts';

/** Why a file of a layer is not seen in the image. */
export const hiding = { not: 0, deleted: 1, replaced: 2 } as const;

/**
 * All layers on top of each other. An entry is a number: those of the base come first. Columns by entry; `current` by node.
 */
export interface MergedLayers {
  readonly tree: FinishedPathTree;
  readonly tables: readonly EntryTable[];
  /** The first entry of each layer, and behind the last one how many there are. */
  readonly starts: readonly number[];
  readonly nodes: Uint32Array;
  readonly layers: Uint16Array;
  /** The entry that a container sees at a node; -1 for none. */
  readonly current: Int32Array;
  /** One of {@link hiding}. */
  readonly hidden: Uint8Array;
  /** The layer that hides it; its own one for an entry that a later one of the same name replaces. */
  readonly hiddenBy: Uint16Array;
  /** The entry that stands in its place; -1 for none. */
  readonly replacedBy: Int32Array;
  /** Something was there before, in a lower layer. */
  readonly isChange: Uint8Array;
}

export const kindOf = {
  file: 0,
  directory: 1,
  symlink: 2,
  hardlink: 3,
  device: 4,
  fifo: 5,
  whiteout: 6,
  opaque: 7,
} as const;

/**
 * Puts layers on top of each other as overlayfs does (https://docs.kernel.org/filesystems/overlayfs.html): what a layer takes away is taken from lower layers
 * only, whatever the order in it; a directory on a directory is both; anything else stands in the place of what was there and of all below it.
 * @param names of the layers, for messages
 * @throws UserError where layers were made so that this takes forever
 */
export function mergeLayers(tables: readonly EntryTable[], names: readonly string[] = []): MergedLayers {
  const starts = startsOf(tables);
  const total = starts[starts.length - 1] ?? 0;
  const tree = pathTree();
  const budget = stepBudget(total, names);
  const nodes = new Uint32Array(total);
  for (const [layer, table] of tables.entries()) {
    budget.begin(layer);
    nodes.set(placeEntries(tree, table, budget), starts[layer] ?? 0);
  }
  const merged = {
    tree,
    tables,
    starts,
    nodes,
    layers: layersOf(starts),
    current: new Int32Array(tree.count).fill(-1),
    hidden: new Uint8Array(total),
    hiddenBy: new Uint16Array(total),
    replacedBy: new Int32Array(total).fill(-1),
    isChange: new Uint8Array(total),
  };
  const marks = { directory: new Uint16Array(tree.count), taken: new Uint16Array(tree.count) };
  tables.forEach((table, layer) => {
    budget.begin(layer);
    takeAway(merged, table, layer, marks, budget);
    putOn(merged, table, layer, marks, budget);
  });
  return merged;
}

function startsOf(tables: readonly EntryTable[]): number[] {
  const starts = [0];
  for (const table of tables) starts.push((starts[starts.length - 1] ?? 0) + table.count);
  return starts;
}

function layersOf(starts: readonly number[]): Uint16Array {
  const layers = new Uint16Array(starts[starts.length - 1] ?? 0);
  for (const [layer, start] of starts.entries()) layers.fill(layer, start);
  return layers;
}

/** What putting them together has found. Plain data. */
export type MergedColumns = Omit<MergedLayers, 'tree' | 'tables' | 'starts' | 'layers'> & {
  readonly tree: PathTreeColumns;
};

export function mergedColumns({ tree, tables: _, starts: __, layers: ___, ...columns }: MergedLayers): MergedColumns {
  return { ...columns, tree: tree.columns() };
}

/** The same layers again. */
export function mergedAgain(tables: readonly EntryTable[], { tree, ...columns }: MergedColumns): MergedLayers {
  const starts = startsOf(tables);
  return { ...columns, tree: finishedTree(tree), tables, starts, layers: layersOf(starts) };
}

/** By node: the layer, from 1, that made it a directory, and that took something away there. */
interface Marks {
  readonly directory: Uint16Array;
  readonly taken: Uint16Array;
}

function takeAway(merged: MergedLayers, table: EntryTable, layer: number, marks: Marks, budget: StepBudget): void {
  const start = merged.starts[layer] ?? 0;
  for (let at = 0; at < table.count; at++) {
    const kind = table.kinds[at];
    if (kind !== kindOf.whiteout && kind !== kindOf.opaque) continue;
    const node = merged.nodes[start + at] ?? rootNode;
    if (kind === kindOf.whiteout) hide(merged, node, layer, hiding.deleted, -1, marks);
    hideBelow(merged, node, layer, hiding.deleted, -1, marks, budget);
  }
}

function putOn(merged: MergedLayers, table: EntryTable, layer: number, marks: Marks, budget: StepBudget): void {
  const { tree, nodes, current } = merged;
  const start = merged.starts[layer] ?? 0;
  for (let at = 0; at < table.count; at++) {
    const kind = table.kinds[at] ?? 0;
    if (kind === kindOf.whiteout || kind === kindOf.opaque) continue;
    const entry = start + at;
    const node = nodes[entry] ?? rootNode;
    makeDirectories(merged, tree.parent(node), entry, layer, marks);
    const before = current[node] ?? -1;
    merged.isChange[entry] = marks.taken[node] === layer + 1 || (before >= 0 && before < start) ? 1 : 0;
    if (kind !== kindOf.directory) hideBelow(merged, node, layer, hiding.replaced, entry, marks, budget);
    hide(merged, node, layer, hiding.replaced, entry, marks);
    current[node] = entry;
    marks.directory[node] = kind === kindOf.directory ? layer + 1 : 0;
  }
}

/** What a file lies in is a directory, whatever lower layers, or earlier entries of this one, had there. */
function makeDirectories(merged: MergedLayers, from: number, entry: number, layer: number, marks: Marks): void {
  const { tree, current } = merged;
  for (let node = from; marks.directory[node] !== layer + 1; node = tree.parent(node)) {
    const there = current[node] ?? -1;
    if (there >= 0 && kindAt(merged, there) !== kindOf.directory) {
      hide(merged, node, layer, hiding.replaced, entry, marks);
      current[node] = -1;
    }
    marks.directory[node] = layer + 1;
    if (node === rootNode) return;
  }
}

/** Takes what is at a node out of the view. */
function hide(merged: MergedLayers, node: number, layer: number, how: number, by: number, marks: Marks): void {
  const entry = merged.current[node] ?? -1;
  marks.directory[node] = 0;
  if (entry < 0) return;
  merged.current[node] = -1;
  merged.hidden[entry] = how;
  merged.hiddenBy[entry] = layer;
  merged.replacedBy[entry] = by;
  if (merged.layers[entry] !== layer) marks.taken[node] = layer + 1;
}

/** The same for all below it. */
function hideBelow(
  merged: MergedLayers,
  top: number,
  layer: number,
  how: number,
  by: number,
  marks: Marks,
  budget: StepBudget,
): void {
  const { tree } = merged;
  let node = tree.firstChild(top);
  let steps = 0;
  while (node >= 0) {
    steps++;
    hide(merged, node, layer, how, by, marks);
    let next = tree.firstChild(node);
    for (let up = node; next < 0 && up !== top; up = tree.parent(up)) next = tree.nextSibling(up);
    node = next;
  }
  budget.spend(steps);
}

export function kindAt({ tables, layers, starts }: MergedLayers, entry: number): number {
  const layer = layers[entry] ?? 0;
  return tables[layer]?.kinds[entry - (starts[layer] ?? 0)] ?? kindOf.file;
}

/** The layer that brought what a container sees at a path; -1 where it sees nothing. */
export function layerAt({ tree, current, layers }: MergedLayers, path: string): number {
  const node = findPath(tree, path);
  const entry = node < 0 ? -1 : (current[node] ?? -1);
  return entry < 0 ? -1 : (layers[entry] ?? -1);
}
