/** The root's number. */
export const rootNode = 0;

/**
 * All paths of an image, each once, as numbers from 0: names in one block of bytes, and a column for each field, because a string and a place in a
 * map for each of a million paths take hundreds of megabytes.
 */
export interface PathTree {
  readonly count: number;
  /** The node of a name in a directory, made where there is none. */
  child(parent: number, text: Uint8Array, start: number, end: number): number;
  /** The same; -1 where there is none. */
  find(parent: number, text: Uint8Array, start: number, end: number): number;
  /** Of the root: itself. */
  parent(node: number): number;
  /** -1 where there is none. */
  firstChild(node: number): number;
  /** -1 behind the last one. */
  nextSibling(node: number): number;
  name(node: number): Uint8Array;
  /** The same as text: UTF-8, or every byte as one character. */
  nameText(node: number, encoding: 'utf8' | 'latin1'): string;
  path(node: number): string;
  /** What it consists of now, without room to grow. */
  columns(): PathTreeColumns;
}

/** What a tree consists of, a column a field. Plain data. */
export interface PathTreeColumns {
  readonly count: number;
  readonly parents: Uint32Array;
  readonly firstChildren: Int32Array;
  readonly nextSiblings: Int32Array;
  readonly nameStarts: Uint32Array;
  readonly nameLengths: Uint16Array;
  readonly hashes: Uint32Array;
  readonly names: Buffer;
  /** Nodes by hash, open addressing; a power of two of them. */
  readonly slots: Int32Array;
}

/** A tree to which nothing is added any more. */
export type FinishedPathTree = Omit<PathTree, 'child'>;

export function pathTree(): PathTree {
  let capacity = 1 << 12;
  const tree: { -readonly [Field in keyof PathTreeColumns]: PathTreeColumns[Field] } = {
    count: 1,
    parents: new Uint32Array(capacity),
    firstChildren: new Int32Array(capacity),
    nextSiblings: new Int32Array(capacity),
    nameStarts: new Uint32Array(capacity),
    nameLengths: new Uint16Array(capacity),
    hashes: new Uint32Array(capacity),
    names: Buffer.alloc(capacity * 16),
    slots: new Int32Array(capacity * 2).fill(-1),
  };
  tree.firstChildren[0] = -1;
  tree.nextSiblings[0] = -1;
  let namesEnd = 0;

  function grow(): void {
    capacity *= 2;
    tree.parents = larger(tree.parents, new Uint32Array(capacity));
    tree.firstChildren = larger(tree.firstChildren, new Int32Array(capacity));
    tree.nextSiblings = larger(tree.nextSiblings, new Int32Array(capacity));
    tree.nameStarts = larger(tree.nameStarts, new Uint32Array(capacity));
    tree.nameLengths = larger(tree.nameLengths, new Uint16Array(capacity));
    tree.hashes = larger(tree.hashes, new Uint32Array(capacity));
    const slots = new Int32Array(capacity * 2).fill(-1);
    const { hashes, count } = tree;
    for (let node = 1; node < count; node++) {
      let at = (hashes[node] ?? 0) & (slots.length - 1);
      while ((slots[at] ?? -1) >= 0) at = (at + 1) & (slots.length - 1);
      slots[at] = node;
    }
    tree.slots = slots;
  }

  function add(hash: number, parent: number, text: Uint8Array, start: number, end: number, slot: number): number {
    const length = end - start;
    if (namesEnd + length > tree.names.length)
      tree.names = larger(tree.names, Buffer.alloc(Math.max(tree.names.length * 2, namesEnd + length)));
    const { names, firstChildren } = tree;
    for (let from = start, to = namesEnd; from < end; from++, to++) names[to] = text[from] ?? 0;
    const node = tree.count++;
    tree.parents[node] = parent;
    tree.nameStarts[node] = namesEnd;
    tree.nameLengths[node] = length;
    tree.hashes[node] = hash;
    firstChildren[node] = -1;
    tree.nextSiblings[node] = firstChildren[parent] ?? -1;
    firstChildren[parent] = node;
    tree.slots[slot] = node;
    namesEnd += length;
    if (tree.count === capacity) grow();
    return node;
  }

  return Object.assign(finishedTree(tree), {
    child(parent: number, text: Uint8Array, start: number, end: number) {
      const hash = hashOf(parent, text, start, end);
      const slot = slotOf(tree, hash, parent, text, start, end);
      return slot >= 0 ? (tree.slots[slot] ?? -1) : add(hash, parent, text, start, end, -1 - slot);
    },
  });
}

/** The tree that columns are of. */
export function finishedTree(tree: PathTreeColumns): FinishedPathTree {
  const nameText = (node: number, encoding: 'utf8' | 'latin1') => {
    const start = tree.nameStarts[node] ?? 0;
    return tree.names.toString(encoding, start, start + (tree.nameLengths[node] ?? 0));
  };
  return {
    get count() {
      return tree.count;
    },
    find(parent, text, start, end) {
      const slot = slotOf(tree, hashOf(parent, text, start, end), parent, text, start, end);
      return slot >= 0 ? (tree.slots[slot] ?? -1) : -1;
    },
    parent: (node) => tree.parents[node] ?? 0,
    firstChild: (node) => tree.firstChildren[node] ?? -1,
    nextSibling: (node) => tree.nextSiblings[node] ?? -1,
    name(node) {
      const start = tree.nameStarts[node] ?? 0;
      return tree.names.subarray(start, start + (tree.nameLengths[node] ?? 0));
    },
    nameText,
    path(node) {
      const parts: string[] = [];
      for (let at = node; at !== rootNode; at = tree.parents[at] ?? 0) parts.push(nameText(at, 'utf8'));
      return parts.reverse().join('/');
    },
    columns() {
      const { count, nameStarts, nameLengths } = tree;
      return {
        count,
        parents: tree.parents.subarray(0, count),
        firstChildren: tree.firstChildren.subarray(0, count),
        nextSiblings: tree.nextSiblings.subarray(0, count),
        nameStarts: nameStarts.subarray(0, count),
        nameLengths: nameLengths.subarray(0, count),
        hashes: tree.hashes.subarray(0, count),
        names: tree.names.subarray(0, (nameStarts[count - 1] ?? 0) + (nameLengths[count - 1] ?? 0)),
        slots: tree.slots,
      };
    },
  };
}

/** FNV-1a over the name, begun with the parent; mixed at its end, because the table takes its low bits. */
function hashOf(parent: number, text: Uint8Array, start: number, end: number): number {
  let hash = Math.imul(parent ^ 0x811c9dc5, 0x9e3779b1);
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (text[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Where a node stands in the table, or as a negative number where it would. */
function slotOf(
  { slots, hashes, parents, names, nameStarts, nameLengths }: PathTreeColumns,
  hash: number,
  parent: number,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  const mask = slots.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const node = slots[slot] ?? -1;
    if (node < 0) return -1 - slot;
    if (hashes[node] !== hash || parents[node] !== parent || nameLengths[node] !== end - start) continue;
    const own = (nameStarts[node] ?? 0) - start;
    let at = start;
    while (at < end && names[own + at] === text[at]) at++;
    if (at === end) return slot;
  }
}

/** The node of a path; -1 where there is none. */
export function findPath(tree: FinishedPathTree, path: string): number {
  const text = Buffer.from(path);
  let node = rootNode;
  for (let start = 0; start <= text.length && node >= 0; ) {
    const slash = text.indexOf(0x2f, start);
    const end = slash < 0 ? text.length : slash;
    if (end > start) node = tree.find(node, text, start, end);
    start = end + 1;
  }
  return node;
}

function larger<Column extends Buffer | Uint16Array | Uint32Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
