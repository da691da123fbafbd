import type { ImageFile, LayerFile } from '../../image/image-analysis.ts';

/** A directory or file in the tree that the browser shows. */
export interface TreeNode {
  readonly name: string;
  readonly path: string;
  readonly depth: number;
  file: ImageFile | undefined;
  state: LayerFile['state'];
  /** Its own content and that of all below it that is not removed. */
  bytes: number;
  /** By name; undefined for what holds nothing. */
  children: Map<string, TreeNode> | undefined;
}

export type States = ReadonlySet<LayerFile['state']>;

/** More files than that are not shown: a terminal is no place for them. */
export const mostFiles = 500_000;

/** Puts files into directories. A directory is as changed as what is in it. */
export function treeOf(files: Iterable<LayerFile>): { readonly root: TreeNode; readonly complete: boolean } {
  const root: TreeNode = nodeOf('', '', 0);
  let count = 0;
  for (const { file, state } of files) {
    if (++count > mostFiles) return { root: summed(root), complete: false };
    let node = root;
    for (const name of file.path.split('/')) {
      node.children ??= new Map();
      let next = node.children.get(name);
      if (next === undefined) {
        next = nodeOf(name, node.path === '' ? name : `${node.path}/${name}`, node.depth + 1);
        node.children.set(name, next);
      }
      node = next;
    }
    node.file = file;
    node.state = state;
  }
  return { root: summed(root), complete: true };
}

function nodeOf(name: string, path: string, depth: number): TreeNode {
  return { name, path, depth, file: undefined, state: 'unmodified', bytes: 0, children: undefined };
}

/** Without recursion: a hostile path is thousands of directories deep. */
function summed(root: TreeNode): TreeNode {
  const order: TreeNode[] = [root];
  for (let at = 0; at < order.length; at++) for (const child of order[at]?.children?.values() ?? []) order.push(child);
  for (const node of order.reverse()) {
    node.bytes += node.file?.bytes ?? 0;
    const children = [...(node.children?.values() ?? [])];
    for (const child of children) if (child.state !== 'removed') node.bytes += child.bytes;
    const [first] = children;
    // A directory that a layer implies without naming it is what all in it are.
    if (!node.file && first && children.every(({ state }) => state === first.state)) node.state = first.state;
    else if (node.state === 'unmodified' && children.some(({ state }) => state !== 'unmodified'))
      node.state = 'changed';
  }
  return root;
}

export interface Shown {
  readonly collapsed: ReadonlySet<string>;
  readonly hidden: States;
  /** Only paths that hold this; '' for all. Letters of either case. */
  readonly search: string;
}

/** The rows of the tree that are to be seen, top down. */
export function visibleRows(root: TreeNode, shown: Shown): TreeNode[] {
  const wanted = shown.search === '' ? undefined : matching(root, shown.search.toLowerCase());
  const rows: TreeNode[] = [];
  const pending = children(root).reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (shown.hidden.has(node.state) || (wanted && !wanted.has(node))) continue;
    rows.push(node);
    if (wanted || !shown.collapsed.has(node.path)) for (const child of children(node).reverse()) pending.push(child);
  }
  return rows;
}

/** Nodes whose path holds the text, and the directories that they are in. */
function matching(root: TreeNode, text: string): Set<TreeNode> {
  const found = new Set<TreeNode>();
  const order: { readonly node: TreeNode; readonly parent: number }[] = [{ node: root, parent: -1 }];
  for (let at = 0; at < order.length; at++)
    for (const child of order[at]?.node.children?.values() ?? []) order.push({ node: child, parent: at });
  for (let at = order.length - 1; at >= 0; at--) {
    const { node, parent } = order[at] ?? {};
    if (!node || (!found.has(node) && !node.path.toLowerCase().includes(text))) continue;
    found.add(node);
    const above = order[parent ?? -1]?.node;
    if (above) found.add(above);
  }
  return found;
}

function children(node: TreeNode): TreeNode[] {
  return [...(node.children?.values() ?? [])].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Paths of all directories, to collapse them. */
export function directoryPaths(root: TreeNode): string[] {
  const paths: string[] = [];
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.children && node !== root) paths.push(node.path);
    for (const child of node.children?.values() ?? []) pending.push(child);
  }
  return paths;
}
