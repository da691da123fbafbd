import { type EntryTable, entryKinds, hashWords } from '../entry-table.ts';
import type { FileSystemView, ImageFile } from '../image-analysis.ts';
import type { MergedLayers } from './merge-layers.ts';
import { type FinishedPathTree, findPath, rootNode } from './path-tree.ts';

/** What a container sees, made into objects only when they are asked for. */
export function fileSystemView(merged: MergedLayers): FileSystemView {
  const { tree, current } = merged;
  let size = 0;
  for (const entry of current) if (entry >= 0) size++;
  return {
    size,
    find(path) {
      const node = findPath(tree, path);
      return node < 0 || (current[node] ?? -1) < 0 ? undefined : fileOf(merged, node, current[node] ?? -1);
    },
    *[Symbol.iterator]() {
      yield* filesBelow(merged, rootNode);
    },
  };
}

function* filesBelow(merged: MergedLayers, top: number): Generator<ImageFile> {
  const pending = sortedChildren(merged.tree, top).reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const entry = merged.current[node] ?? -1;
    if (entry >= 0) yield fileOf(merged, node, entry);
    if (merged.tree.firstChild(node) >= 0) pending.push(...sortedChildren(merged.tree, node).reverse());
  }
}

/** By their bytes. */
export function sortedChildren(tree: FinishedPathTree, parent: number): number[] {
  const children: number[] = [];
  for (let node = tree.firstChild(parent); node >= 0; node = tree.nextSibling(node)) children.push(node);
  return children.sort((one, other) => Buffer.compare(tree.name(one), tree.name(other)));
}

/** The file that an entry is. */
export function fileOf(merged: MergedLayers, node: number, entry: number): ImageFile {
  const layer = merged.layers[entry] ?? 0;
  const table = merged.tables[layer];
  const at = entry - (merged.starts[layer] ?? 0);
  const kind = entryKinds[table?.kinds[at] ?? 0] ?? 'file';
  const target = table?.targets.get(at);
  return {
    path: merged.tree.path(node),
    kind: kind === 'whiteout' || kind === 'opaque' ? 'file' : kind,
    bytes: table?.bytes[at] ?? 0,
    mode: table?.modes[at] ?? 0,
    user: table?.users[at] ?? 0,
    group: table?.groups[at] ?? 0,
    ...(target !== undefined && { target }),
    layer,
    ...(kind === 'file' && table && { content: contentName(table, at) }),
  };
}

function contentName(table: EntryTable, at: number): string {
  const words = table.hashes.subarray(at * hashWords, (at + 1) * hashWords);
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}
