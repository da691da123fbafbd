import { type EntryTable, targetOf } from '../entry-table.ts';
import { type PathTree, rootNode } from './path-tree.ts';
import type { StepBudget } from './step-budget.ts';

/** As the kernel counts before it gives up (https://man7.org/linux/man-pages/man7/path_resolution.7.html). */
const maximumLinks = 40;

const symlinkKind = 2;
const slash = 0x2f;

/**
 * The node of each entry of a layer. A name that leads through a symbolic link of the same layer ends where the link points to, because a layer is
 * unpacked into a directory of its own; links of lower layers do not matter there: the directory then stands in their place.
 */
export function placeEntries(tree: PathTree, table: EntryTable, budget: StepBudget): Uint32Array {
  const nodes = new Uint32Array(table.count);
  const path = new Uint8Array(0x10000);
  /** The layer's links so far, by node. */
  const links: Links = { table, entries: new Map() };
  /** Nodes of the path before, component by component, and where each component ends. */
  const stackNodes: number[] = [];
  const stackEnds: number[] = [];
  let textAt = 0;
  for (let entry = 0; entry < table.count; entry++) {
    const common = table.shared[entry] ?? 0;
    const textEnd = table.ends[entry] ?? 0;
    // Byte by byte: a view for each of a million names takes longer to collect than to copy.
    for (let from = textAt, to = common; from < textEnd; from++, to++) path[to] = table.text[from] ?? 0;
    const length = common + textEnd - textAt;
    textAt = textEnd;
    while (stackEnds.length > 0 && isSpent(stackEnds[stackEnds.length - 1] ?? 0, common, path, length)) {
      stackEnds.pop();
      stackNodes.pop();
    }
    let node = stackNodes[stackNodes.length - 1] ?? rootNode;
    let at = stackEnds.length > 0 ? (stackEnds[stackEnds.length - 1] ?? 0) + 1 : 0;
    if (links.entries.size > 0) node = followed(tree, links, node, at < length, budget);
    while (at < length) {
      let end = at + 1;
      while (end < length && path[end] !== slash) end++;
      node = tree.child(node, path, at, end);
      if (links.entries.size > 0) node = followed(tree, links, node, end < length, budget);
      stackNodes.push(node);
      stackEnds.push(end);
      at = end + 1;
    }
    nodes[entry] = node;
    if (table.kinds[entry] === symlinkKind) links.entries.set(node, entry);
    else if (links.entries.size > 0) links.entries.delete(node);
    budget.holds(tree.count);
  }
  return nodes;
}

/** A component stays where the next path has all of it and ends it there. */
function isSpent(end: number, common: number, path: Uint8Array, length: number): boolean {
  if (end > common) return true;
  return end < length ? path[end] !== slash : end > length;
}

interface Links {
  readonly table: EntryTable;
  readonly entries: Map<number, number>;
}

function followed(
  tree: PathTree,
  { table, entries }: Links,
  node: number,
  inside: boolean,
  budget: StepBudget,
): number {
  let at = node;
  for (let hops = 0; inside && hops < maximumLinks; hops++) {
    const entry = entries.get(at);
    if (entry === undefined) return at;
    const target = targetOf(table, entry) ?? '';
    budget.spend(1 + target.length);
    at = resolved(tree, target.startsWith('/') ? rootNode : tree.parent(at), target);
  }
  return at;
}

/** Lexically, and never above the root. */
function resolved(tree: PathTree, from: number, target: string): number {
  let node = from;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') node = tree.parent(node);
    else {
      const name = Buffer.from(part);
      node = tree.child(node, name, 0, name.length);
    }
  }
  return node;
}
