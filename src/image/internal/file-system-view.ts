import { type EntryTable, entryKinds, hashWords, targetOf } from '../entry-table.ts';
import type { FileSystemView, ImageFile } from '../image-analysis.ts';
import { firstCopies } from './find-waste.ts';
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
      return node < 0 || (current[node] ?? -1) < 0 ? undefined : fileOf(merged, tree.path(node), current[node] ?? -1);
    },
    *[Symbol.iterator]() {
      yield* filesBelow(merged, rootNode);
    },
  };
}

/** By path, the layer that brought a file's bytes. Looked for when it is asked for first. */
export function broughtBy(merged: MergedLayers): (path: string) => number | undefined {
  let first: Int32Array | undefined;
  return (path) => {
    const node = findPath(merged.tree, path);
    const entry = node < 0 ? -1 : (merged.current[node] ?? -1);
    if (entry < 0) return undefined;
    first ??= firstCopies(merged);
    return merged.layers[first[entry] ?? entry];
  };
}

function* filesBelow(merged: MergedLayers, top: number): Generator<ImageFile> {
  const { tree, current } = merged;
  /** Directories that are being looked through, each with what is still to come of it. */
  const open = [{ below: '', children: sortedChildren(tree, top), next: 0 }];
  for (let last = open[0]; last !== undefined; last = open[open.length - 1]) {
    const node = last.children[last.next++];
    if (node === undefined) {
      open.pop();
      continue;
    }
    const path = `${last.below}${tree.nameText(node, 'utf8')}`;
    const entry = current[node] ?? -1;
    if (entry >= 0) yield fileOf(merged, path, entry);
    if (tree.firstChild(node) >= 0) open.push({ below: `${path}/`, children: sortedChildren(tree, node), next: 0 });
  }
}

/** By their bytes. */
export function sortedChildren(tree: FinishedPathTree, parent: number): number[] {
  const children: number[] = [];
  for (let node = tree.firstChild(parent); node >= 0; node = tree.nextSibling(node)) children.push(node);
  if (children.length < 2) return children;
  // Each byte as a character: texts in the order of their bytes, made once and not at each comparison.
  const named = children.map((node) => ({ node, name: tree.nameText(node, 'latin1') }));
  return named.sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ node }) => node);
}

/** The file that an entry is. */
export function fileOf(merged: MergedLayers, path: string, entry: number): ImageFile {
  const layer = merged.layers[entry] ?? 0;
  const table = merged.tables[layer];
  const at = entry - (merged.starts[layer] ?? 0);
  const kind = entryKinds[table?.kinds[at] ?? 0] ?? 'file';
  const target = table && targetOf(table, at);
  return {
    path,
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

function contentName({ hashes }: EntryTable, at: number): string {
  const bytes = hashWords * hashes.BYTES_PER_ELEMENT;
  return Buffer.from(hashes.buffer, hashes.byteOffset + at * bytes, bytes).toString('hex');
}
