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

/** The name of a content (internal/content-names.ts), as 32-bit words: enough that nobody can make two files that share one. */
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
  /** Entries that are links, in order; where the target of each ends in `targetText`; and the targets, one behind the other, UTF-8. */
  readonly links: Uint32Array;
  readonly targetEnds: Uint32Array;
  readonly targetText: Uint8Array;
}

export interface EntryTableBuilder {
  readonly count: number;
  /**
   * @param path UTF-8, without slashes at its ends; copied
   * @param target of a link; likewise
   */
  add(
    kind: EntryKind,
    path: Uint8Array,
    bytes: number,
    mode: number,
    user: number,
    group: number,
    target?: Uint8Array,
  ): void;
  /** Of the entry that was added last. */
  setName(name: Uint8Array): void;
  /** Bytes of all rests of paths and of all targets of links so far. */
  textBytes(): number;
  /** The last thing before `clear`. */
  finish(): EntryTable;
  /** Begins another table, which shares nothing with the one before. */
  clear(): void;
}

const kindNumbers = new Map(entryKinds.map((kind, number) => [kind, number]));

export function entryTableBuilder(): EntryTableBuilder {
  let capacity = 0;
  let count = 0;
  let kinds = new Uint8Array(0);
  let bytesOf = new Float64Array(0);
  let modes = new Uint16Array(0);
  let users = new Uint32Array(0);
  let groups = new Uint32Array(0);
  let shared = new Uint16Array(0);
  let ends = new Uint32Array(0);
  let hashes = new Uint32Array(0);
  let text = new Uint8Array(0);
  let textEnd = 0;
  let links = 0;
  let linkAt = new Uint32Array(0);
  let targetEnds = new Uint32Array(0);
  let targetText = new Uint8Array(0);
  let targetEnd = 0;
  const previous = new Uint8Array(0x10000);
  let previousLength = 0;

  function clear(): void {
    capacity = 1024;
    kinds = new Uint8Array(capacity);
    bytesOf = new Float64Array(capacity);
    modes = new Uint16Array(capacity);
    users = new Uint32Array(capacity);
    groups = new Uint32Array(capacity);
    shared = new Uint16Array(capacity);
    ends = new Uint32Array(capacity);
    hashes = new Uint32Array(capacity * hashWords);
    count = 0;
    text = new Uint8Array(capacity * 16);
    textEnd = 0;
    links = 0;
    linkAt = new Uint32Array(64);
    targetEnds = new Uint32Array(64);
    targetText = new Uint8Array(1024);
    targetEnd = 0;
    previousLength = 0;
  }

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

  function addTarget(target: Uint8Array): void {
    if (links === linkAt.length) {
      linkAt = resized(linkAt, new Uint32Array(links * 2));
      targetEnds = resized(targetEnds, new Uint32Array(links * 2));
    }
    const end = targetEnd + target.length;
    if (end > targetText.length) targetText = resized(targetText, new Uint8Array(Math.max(targetText.length * 2, end)));
    targetText.set(target, targetEnd);
    targetEnd = end;
    linkAt[links] = count;
    targetEnds[links] = targetEnd;
    links++;
  }

  clear();
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
      if (target !== undefined) addTarget(target);
      count++;
    },
    setName(name) {
      const view = new DataView(name.buffer, name.byteOffset, name.length);
      for (let word = 0; word < hashWords; word++)
        hashes[(count - 1) * hashWords + word] = view.getUint32(word * 4, true);
    },
    textBytes: () => textEnd + targetEnd,
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
        links: linkAt.slice(0, links),
        targetEnds: targetEnds.slice(0, links),
        targetText: targetText.slice(0, targetEnd),
      };
    },
    clear,
  };
}

/** Buffers of a table, for handing it over to another thread. */
export function tableBuffers(table: EntryTable): ArrayBuffer[] {
  const { kinds, bytes, modes, users, groups, shared, ends, text, hashes, links, targetEnds, targetText } = table;
  return [kinds, bytes, modes, users, groups, shared, ends, text, hashes, links, targetEnds, targetText].flatMap(
    ({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []),
  );
}

/** Where a link points to; undefined for an entry that is none. */
export function targetOf(table: EntryTable, entry: number): string | undefined {
  const { links } = table;
  let low = 0;
  for (let high = links.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((links[middle] ?? 0) < entry) low = middle + 1;
    else high = middle;
  }
  return links[low] === entry ? targetText(table, low) : undefined;
}

/** All links with their targets. */
export function* linksOf(table: EntryTable): Generator<readonly [entry: number, target: string]> {
  for (let at = 0; at < table.links.length; at++) yield [table.links[at] ?? 0, targetText(table, at)];
}

function targetText({ targetText, targetEnds }: EntryTable, at: number): string {
  const start = at === 0 ? 0 : (targetEnds[at - 1] ?? 0);
  return Buffer.from(targetText.buffer, targetText.byteOffset + start, (targetEnds[at] ?? 0) - start).toString();
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
