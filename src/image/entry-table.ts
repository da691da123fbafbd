import type { FileKind } from './image-analysis.ts';

/** What an entry of a layer is: a file, or a note of what the layer takes away (https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts). */
export type EntryKind = FileKind | 'whiteout' | 'opaque';

/** Kinds as they are kept. */
export const entryKinds: readonly EntryKind[] = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'device',
  'fifo',
  'whiteout',
  'opaque',
];

/** The first bytes of SHA-256 of a content, as 32-bit words: enough that nobody can make two files that share them. */
export const hashWords = 4;

/**
 * The entries of a layer, in its order, one column a field: an object for each of a million entries would take gigabytes. Plain data, which
 * threads hand over without copying.
 */
export interface EntryTable {
  readonly count: number;
  /** Index into {@link entryKinds}. */
  readonly kinds: Uint8Array;
  readonly bytes: Float64Array;
  /** Permission bits, set-id bits with them. */
  readonly modes: Uint16Array;
  readonly users: Uint32Array;
  readonly groups: Uint32Array;
  /** How many bytes of the path before this one it begins with. */
  readonly shared: Uint16Array;
  /** Where the rest of the path ends in `text`, and before it the rest of the path before. */
  readonly ends: Uint32Array;
  /** Rests of paths, one behind the other, UTF-8. */
  readonly text: Uint8Array;
  /** {@link hashWords} for each entry that has content; zeros for others. */
  readonly hashes: Uint32Array;
  readonly targets: ReadonlyMap<number, string>;
}

export interface EntryTableBuilder {
  readonly count: number;
  /** @param path UTF-8, without slashes at its ends; copied */
  add(
    kind: EntryKind,
    path: Uint8Array,
    bytes: number,
    mode: number,
    user: number,
    group: number,
    target?: string,
  ): void;
  /** Of the entry that was added last. */
  setHash(hash: Uint8Array): void;
  /** Bytes of all rests of paths so far. */
  textBytes(): number;
  finish(): EntryTable;
}

const kindNumbers = new Map(entryKinds.map((kind, number) => [kind, number]));

export function entryTableBuilder(): EntryTableBuilder {
  let capacity = 1024;
  let count = 0;
  let kinds = new Uint8Array(capacity);
  let bytesOf = new Float64Array(capacity);
  let modes = new Uint16Array(capacity);
  let users = new Uint32Array(capacity);
  let groups = new Uint32Array(capacity);
  let shared = new Uint16Array(capacity);
  let ends = new Uint32Array(capacity);
  let hashes = new Uint32Array(capacity * hashWords);
  let text = new Uint8Array(capacity * 16);
  let textEnd = 0;
  const targets = new Map<number, string>();
  const previous = new Uint8Array(0x10000);
  let previousLength = 0;

  function resize(size: number): void {
    capacity = size;
    kinds = resized(kinds, new Uint8Array(size));
    bytesOf = resized(bytesOf, new Float64Array(size));
    modes = resized(modes, new Uint16Array(size));
    users = resized(users, new Uint32Array(size));
    groups = resized(groups, new Uint32Array(size));
    shared = resized(shared, new Uint16Array(size));
    ends = resized(ends, new Uint32Array(size));
    hashes = resized(hashes, new Uint32Array(size * hashWords));
  }

  return {
    get count() {
      return count;
    },
    add(kind, path, bytes, mode, user, group, target) {
      if (count === capacity) resize(capacity * 2);
      const common = commonStart(previous, previousLength, path);
      const rest = path.length - common;
      if (textEnd + rest > text.length) text = resized(text, new Uint8Array(Math.max(text.length * 2, textEnd + rest)));
      for (let at = common; at < path.length; at++) text[textEnd++] = previous[at] = path[at] ?? 0;
      previousLength = path.length;
      kinds[count] = kindNumbers.get(kind) ?? 0;
      bytesOf[count] = bytes;
      modes[count] = mode;
      users[count] = user;
      groups[count] = group;
      shared[count] = common;
      ends[count] = textEnd;
      if (target !== undefined) targets.set(count, target);
      count++;
    },
    setHash(hash) {
      const view = new DataView(hash.buffer, hash.byteOffset, hash.length);
      for (let word = 0; word < hashWords; word++)
        hashes[(count - 1) * hashWords + word] = view.getUint32(word * 4, true);
    },
    textBytes: () => textEnd,
    finish() {
      resize(count);
      return {
        count,
        kinds,
        bytes: bytesOf,
        modes,
        users,
        groups,
        shared,
        ends,
        text: text.slice(0, textEnd),
        hashes,
        targets,
      };
    },
  };
}

/** Buffers of a table, for handing it over to another thread. */
export function tableBuffers(table: EntryTable): ArrayBuffer[] {
  const { kinds, bytes, modes, users, groups, shared, ends, text, hashes } = table;
  return [kinds, bytes, modes, users, groups, shared, ends, text, hashes].flatMap(({ buffer }) =>
    buffer instanceof ArrayBuffer ? [buffer] : [],
  );
}

function commonStart(previous: Uint8Array, length: number, path: Uint8Array): number {
  const end = Math.min(length, path.length);
  let at = 0;
  while (at < end && previous[at] === path[at]) at++;
  return at;
}

function resized<Column extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}
