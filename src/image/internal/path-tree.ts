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
}

export function pathTree(): PathTree {
  let capacity = 1 << 12;
  let parents = new Uint32Array(capacity);
  let firstChildren = new Int32Array(capacity);
  let nextSiblings = new Int32Array(capacity);
  let nameStarts = new Uint32Array(capacity);
  let nameLengths = new Uint16Array(capacity);
  let hashes = new Uint32Array(capacity);
  let names = Buffer.alloc(capacity * 16);
  let namesEnd = 0;
  let count = 1;
  let slots = slotsOf(capacity * 2);
  firstChildren[0] = -1;
  nextSiblings[0] = -1;

  function slotsOf(size: number): Int32Array {
    return new Int32Array(size).fill(-1);
  }

  function grow(): void {
    capacity *= 2;
    parents = larger(parents, new Uint32Array(capacity));
    firstChildren = larger(firstChildren, new Int32Array(capacity));
    nextSiblings = larger(nextSiblings, new Int32Array(capacity));
    nameStarts = larger(nameStarts, new Uint32Array(capacity));
    nameLengths = larger(nameLengths, new Uint16Array(capacity));
    hashes = larger(hashes, new Uint32Array(capacity));
    slots = slotsOf(capacity * 2);
    for (let node = 1; node < count; node++) {
      let at = (hashes[node] ?? 0) & (slots.length - 1);
      while ((slots[at] ?? -1) >= 0) at = (at + 1) & (slots.length - 1);
      slots[at] = node;
    }
  }

  function isNamed(node: number, text: Uint8Array, start: number, length: number): boolean {
    if (nameLengths[node] !== length) return false;
    const own = nameStarts[node] ?? 0;
    for (let at = 0; at < length; at++) if (names[own + at] !== text[start + at]) return false;
    return true;
  }

  /** FNV-1a over the name, begun with the parent; mixed at its end, because the table takes its low bits. */
  function hashOf(parent: number, text: Uint8Array, start: number, end: number): number {
    let hash = Math.imul(parent ^ 0x811c9dc5, 0x9e3779b1);
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (text[at] ?? 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  /** Where a node stands in the table, or as a negative number where it would. */
  function slotOf(hash: number, parent: number, text: Uint8Array, start: number, end: number): number {
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const node = slots[at] ?? -1;
      if (node < 0) return -1 - at;
      if (hashes[node] === hash && parents[node] === parent && isNamed(node, text, start, end - start)) return at;
    }
  }

  function add(hash: number, parent: number, text: Uint8Array, start: number, end: number, slot: number): number {
    const length = end - start;
    if (namesEnd + length > names.length)
      names = larger(names, Buffer.alloc(Math.max(names.length * 2, namesEnd + length)));
    for (let from = start, to = namesEnd; from < end; from++, to++) names[to] = text[from] ?? 0;
    const node = count++;
    parents[node] = parent;
    nameStarts[node] = namesEnd;
    nameLengths[node] = length;
    hashes[node] = hash;
    firstChildren[node] = -1;
    nextSiblings[node] = firstChildren[parent] ?? -1;
    firstChildren[parent] = node;
    slots[slot] = node;
    namesEnd += length;
    if (count === capacity) grow();
    return node;
  }

  const tree: PathTree = {
    get count() {
      return count;
    },
    child(parent, text, start, end) {
      const hash = hashOf(parent, text, start, end);
      const slot = slotOf(hash, parent, text, start, end);
      return slot >= 0 ? (slots[slot] ?? -1) : add(hash, parent, text, start, end, -1 - slot);
    },
    find(parent, text, start, end) {
      const slot = slotOf(hashOf(parent, text, start, end), parent, text, start, end);
      return slot >= 0 ? (slots[slot] ?? -1) : -1;
    },
    parent: (node) => parents[node] ?? 0,
    firstChild: (node) => firstChildren[node] ?? -1,
    nextSibling: (node) => nextSiblings[node] ?? -1,
    name(node) {
      const start = nameStarts[node] ?? 0;
      return names.subarray(start, start + (nameLengths[node] ?? 0));
    },
    nameText(node, encoding) {
      const start = nameStarts[node] ?? 0;
      return names.toString(encoding, start, start + (nameLengths[node] ?? 0));
    },
    path(node) {
      const parts: string[] = [];
      for (let at = node; at !== rootNode; at = parents[at] ?? 0) parts.push(tree.nameText(at, 'utf8'));
      return parts.reverse().join('/');
    },
  };
  return tree;
}

/** The node of a path; -1 where there is none. */
export function findPath(tree: PathTree, path: string): number {
  let node = rootNode;
  for (const part of path.split('/')) {
    if (part === '') continue;
    const name = Buffer.from(part);
    node = tree.find(node, name, 0, name.length);
    if (node < 0) return -1;
  }
  return node;
}

function larger<Column extends Buffer | Uint16Array | Uint32Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
