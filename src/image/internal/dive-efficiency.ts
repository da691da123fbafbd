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
  /** 1 where dive has met it, though it may have counted nothing. */
  readonly met: Uint8Array;
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
    met: new Uint8Array(tree.count),
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
    if (found.met[node] === 0) continue;
    // -1 for a whiteout of what was nowhere, as there.
    least += found.least[node] ?? 0;
    sum += found.sum[node] ?? 0;
    if (times > 1) wasted += found.sum[node] ?? 0;
  }
  return { efficiency: sum === 0 ? 1 : least / sum, wastedBytes: wasted };
}

function visitLeaves(merged: MergedLayers, layer: number, found: Found, stack: DiveStack): void {
  const table = merged.tables[layer];
  const start = merged.starts[layer] ?? 0;
  if (table === undefined) return;
  const leaves = leavesOf(merged, layer);
  const isWhiteout = (at: number) => table.kinds[at] === kindOf.whiteout;
  const missing = leaves.some((at) => isWhiteout(at) && !stack.has(merged.nodes[start + at] ?? rootNode));
  for (const at of missing ? inOrder(merged, layer, leaves) : leaves) {
    const node = merged.nodes[start + at] ?? rootNode;
    const whiteout = isWhiteout(at);
    const bytes = (table.kinds[at] ?? 0) < kindOf.whiteout ? (table.bytes[at] ?? 0) : 0;
    found.met[node] = 1;
    if (whiteout && !stack.has(node)) return;
    const size = whiteout ? stack.directoryBytes(node) : bytes;
    found.sum[node] = (found.sum[node] ?? 0) + size;
    const least = found.least[node] ?? -1;
    if (least < 0 || size < least) found.least[node] = size;
    found.times[node] = (found.times[node] ?? 0) + 1;
  }
}

/** Entries of what has nothing in it in this layer. Of entries of one name the last one counts. */
function leavesOf({ tree, nodes, starts, tables }: MergedLayers, layer: number): Uint32Array {
  const table = tables[layer];
  const start = starts[layer] ?? 0;
  // By node: 1 for what has something in it, 2 for what was told, 4 for a whiteout that was.
  const marks = new Uint8Array(tree.count);
  for (let at = 0; table && at < table.count; at++)
    for (let up = nodes[start + at] ?? rootNode; up !== rootNode; ) {
      up = tree.parent(up);
      if (((marks[up] ?? 0) & 1) !== 0) break;
      marks[up] = (marks[up] ?? 0) | 1;
    }
  const leaves = new Uint32Array(table?.count ?? 0);
  let count = 0;
  for (let at = (table?.count ?? 0) - 1; table && at >= 0; at--) {
    const node = nodes[start + at] ?? rootNode;
    const kind = table.kinds[at] ?? 0;
    const whiteout = kind === kindOf.whiteout;
    const told = whiteout ? 4 : 2;
    const mark = marks[node] ?? 0;
    // An opaque directory is there itself, unless it has an entry of its own, which says the same.
    if (node === rootNode || (mark & told) !== 0 || (!whiteout && (mark & 1) !== 0)) continue;
    marks[node] = mark | told;
    leaves[count++] = at;
  }
  return leaves.subarray(0, count);
}

/** dive's order: by name, level by level, a whiteout by the name of its own. */
function inOrder({ tree, tables, starts, nodes }: MergedLayers, layer: number, leaves: Uint32Array): number[] {
  const keyed = Array.from(leaves, (at) => {
    const parts = tree.path(nodes[(starts[layer] ?? 0) + at] ?? rootNode).split('/');
    const last = parts.pop() ?? '';
    const name = tables[layer]?.kinds[at] === kindOf.whiteout ? `.wh.${last}` : last;
    return { at, key: [...parts, name].join('\0') };
  });
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ at }) => at);
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
  /** The layer, from 1, that implied a node. */
  const implied = new Uint16Array(tree.count);

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

  function set(node: number, directory: boolean, bytes: number): void {
    for (let up = node; up !== rootNode && there[up] !== 1; up = tree.parent(up)) there[up] = 1;
    isDirectory[node] = directory ? 1 : 0;
    bytesOf[node] = bytes;
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
      // A directory that the layer only implies is none to dive, whatever it was below.
      for (let at = 0; table && at < table.count; at++) {
        const node = nodes[start + at] ?? rootNode;
        const from = table.kinds[at] === kindOf.opaque ? node : tree.parent(node);
        for (let up = from; up !== rootNode && implied[up] !== layer + 1; up = tree.parent(up)) {
          implied[up] = layer + 1;
          set(up, false, 0);
        }
      }
      for (let at = 0; table && at < table.count; at++) {
        const kind = table.kinds[at] ?? 0;
        if (kind < kindOf.whiteout) set(nodes[start + at] ?? rootNode, kind === kindOf.directory, table.bytes[at] ?? 0);
      }
    },
  };
}
