import { kindOf, type MergedLayers } from './merge-layers.ts';
import { rootNode } from './path-tree.ts';

/** As dive has them: https://github.com/wagoodman/dive/blob/main/dive/filetree/efficiency.go */
export interface DiveFigures {
  readonly efficiency: number;
  readonly wastedBytes: number;
}

/** By path: what all layers hold of it, the least that one holds, and in how many it is. */
interface Found {
  readonly sum: Float64Array;
  readonly least: Float64Array;
  readonly times: Uint32Array;
}

/**
 * Efficiency and wasted bytes as dive computes them, so that its users can compare: the least that a layer holds of a path against what all layers hold of
 * it. As there, only files and directories without anything in them count, a directory that was taken away counts what was in it, a file that
 * was taken away nothing more, opaque directories are not known, and a whiteout of what is not there ends the layer.
 */
export function diveFigures(merged: MergedLayers): DiveFigures {
  const { tree } = merged;
  const found: Found = {
    sum: new Float64Array(tree.count),
    least: new Float64Array(tree.count).fill(-1),
    times: new Uint32Array(tree.count),
  };
  const stack = diveStack(merged);
  for (let layer = 0; layer < merged.tables.length; layer++) {
    // Below the base, there is the base itself.
    if (layer === 0) stack.add(0);
    visitLeaves(merged, layer, found, stack);
    if (layer > 0) stack.add(layer);
  }
  let least = 0;
  let sum = 0;
  let wasted = 0;
  for (let node = 0; node < tree.count; node++) {
    const times = found.times[node] ?? 0;
    if (times === 0) continue;
    least += found.least[node] ?? 0;
    sum += found.sum[node] ?? 0;
    if (times > 1) wasted += found.sum[node] ?? 0;
  }
  return { efficiency: sum === 0 ? 1 : least / sum, wastedBytes: wasted };
}

interface Leaf {
  readonly node: number;
  readonly bytes: number;
  readonly whiteout: boolean;
}

function visitLeaves(merged: MergedLayers, layer: number, found: Found, stack: DiveStack): void {
  const leaves = leavesOf(merged, layer);
  const missing = leaves.some(({ node, whiteout }) => whiteout && !stack.has(node));
  for (const { node, bytes, whiteout } of missing ? inOrder(merged, leaves) : leaves) {
    if (whiteout && !stack.has(node)) return;
    const size = whiteout ? stack.directoryBytes(node) : bytes;
    found.sum[node] = (found.sum[node] ?? 0) + size;
    const least = found.least[node] ?? -1;
    if (least < 0 || size < least) found.least[node] = size;
    found.times[node] = (found.times[node] ?? 0) + 1;
  }
}

/** What has nothing in it in this layer. Of entries of one name the last one counts. */
function leavesOf(merged: MergedLayers, layer: number): Leaf[] {
  const { tree, nodes, starts, tables } = merged;
  const table = tables[layer];
  const start = starts[layer] ?? 0;
  const parents = new Set<number>();
  const last = new Map<number, number>();
  const whiteouts = new Set<number>();
  for (let at = 0; table && at < table.count; at++) {
    const node = nodes[start + at] ?? rootNode;
    const kind = table.kinds[at] ?? 0;
    if (kind === kindOf.whiteout) whiteouts.add(node);
    else if (kind !== kindOf.opaque) last.set(node, table.bytes[at] ?? 0);
    // An opaque directory is there itself.
    else if (!last.has(node)) last.set(node, 0);
    for (let up = node; up !== rootNode; ) {
      up = tree.parent(up);
      if (parents.has(up)) break;
      parents.add(up);
    }
  }
  const leaves: Leaf[] = [];
  for (const [node, bytes] of last)
    if (node !== rootNode && !parents.has(node)) leaves.push({ node, bytes, whiteout: false });
  for (const node of whiteouts) leaves.push({ node, bytes: 0, whiteout: true });
  return leaves;
}

/** dive's order: by name, level by level, a whiteout by the name of its own. */
function inOrder({ tree }: MergedLayers, leaves: readonly Leaf[]): Leaf[] {
  const keyed = leaves.map((leaf) => {
    const parts = tree.path(leaf.node).split('/');
    const last = parts.pop() ?? '';
    return { leaf, key: [...parts, leaf.whiteout ? `.wh.${last}` : last].join('\0') };
  });
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ leaf }) => leaf);
}

/** Layers on top of each other as dive has them: what is replaced keeps what was in it. */
interface DiveStack {
  has(node: number): boolean;
  /** Of a directory, all that is in it; 0 for all else. */
  directoryBytes(node: number): number;
  add(layer: number): void;
}

function diveStack({ tree, tables, starts, nodes }: MergedLayers): DiveStack {
  const there = new Uint8Array(tree.count);
  const isDirectory = new Uint8Array(tree.count);
  const bytesOf = new Float64Array(tree.count);

  function* below(top: number): Generator<number> {
    yield top;
    let node = tree.firstChild(top);
    while (node >= 0) {
      if (there[node] === 1) yield node;
      let next = there[node] === 1 ? tree.firstChild(node) : -1;
      for (let up = node; next < 0 && up !== top; up = tree.parent(up)) next = tree.nextSibling(up);
      node = next;
    }
  }

  function put(node: number): void {
    for (let up = node; up !== rootNode && there[up] !== 1; up = tree.parent(up)) there[up] = 1;
  }

  return {
    has: (node) => there[node] === 1,
    directoryBytes(node) {
      if (isDirectory[node] !== 1) return 0;
      let sum = 0;
      for (const each of below(node)) sum += bytesOf[each] ?? 0;
      return sum;
    },
    add(layer) {
      const table = tables[layer];
      const start = starts[layer] ?? 0;
      for (let at = 0; table && at < table.count; at++) {
        if (table.kinds[at] !== kindOf.whiteout) continue;
        for (const node of [...below(nodes[start + at] ?? rootNode)]) {
          there[node] = 0;
          isDirectory[node] = 0;
          bytesOf[node] = 0;
        }
      }
      for (let at = 0; table && at < table.count; at++) {
        const kind = table.kinds[at] ?? 0;
        if (kind >= kindOf.whiteout) continue;
        const node = nodes[start + at] ?? rootNode;
        put(node);
        isDirectory[node] = kind === kindOf.directory ? 1 : 0;
        bytesOf[node] = table.bytes[at] ?? 0;
      }
    },
  };
}
