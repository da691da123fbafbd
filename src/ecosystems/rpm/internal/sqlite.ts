/**
 * As much of SQLite's file format (https://www.sqlite.org/fileformat2.html) as one table of blobs needs: rpm's `Packages (hnum, blob)`. A
 * write-ahead log beside the file is not looked at: rpm checkpoints when it closes.
 */
const magic = 'SQLite format 3\0';
const pageTypes = { interiorTable: 5, leafTable: 13 } as const;
const headerBytes = 100;

/** Deeper than any tree of the format's greatest file. */
const maximumDepth = 20;

/** A value longer than this is no header of a package. */
const maximumPayload = 16 * 1024 * 1024;

interface Pages {
  readonly content: Uint8Array;
  readonly view: DataView;
  readonly size: number;
  /** Of a page that the format may use. */
  readonly usable: number;
  readonly count: number;
  /** Pages seen in a tree or a chain: each belongs to one place only. */
  readonly seen: Set<number>;
}

/** The blobs of table `Packages`, in the order of its keys. What does not hold together is left out; each page is read once. */
export function* sqliteBlobs(content: Uint8Array): Generator<Uint8Array> {
  const pages = openPages(content);
  if (!pages) return;
  for (const record of records(pages, 1, 0)) {
    const [type, , table, root] = columns(record);
    if (textColumn(type) !== 'table' || textColumn(table) !== 'Packages' || !root) continue;
    for (const row of records(pages, integerColumn(root), 0)) {
      // The key stands for the first column: it is stored as NULL.
      const blob = columns(row)[1];
      if (blob && blob.length > 0) yield blob;
    }
    return;
  }
}

function openPages(content: Uint8Array): Pages | undefined {
  if (content.length < 512 || Buffer.from(content.subarray(0, 16)).toString('latin1') !== magic) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const size = view.getUint16(16) === 1 ? 65_536 : view.getUint16(16);
  const usable = size - view.getUint8(20);
  if (size < 512 || (size & (size - 1)) !== 0 || usable < 480) return undefined;
  return { content, view, size, usable, count: Math.floor(content.length / size), seen: new Set() };
}

/** The records of a table's b-tree, from its root page down. */
function* records(pages: Pages, page: number, depth: number): Generator<Uint8Array> {
  const { view, size, count, seen } = pages;
  if (depth > maximumDepth || page < 1 || page > count || seen.has(page)) return;
  seen.add(page);
  const start = (page - 1) * size;
  const header = start + (page === 1 ? headerBytes : 0);
  const type = view.getUint8(header);
  if (type !== pageTypes.interiorTable && type !== pageTypes.leafTable) return;
  const pointers = header + (type === pageTypes.leafTable ? 8 : 12);
  const cells = Math.min(view.getUint16(header + 3), Math.floor((start + size - pointers) / 2));
  for (let index = 0; index < cells; index++) {
    const cell = start + view.getUint16(pointers + index * 2);
    if (type === pageTypes.interiorTable) {
      if (cell + 4 <= start + size) yield* records(pages, view.getUint32(cell), depth + 1);
    } else {
      const payload = payloadAt(pages, cell, start + size);
      if (payload) yield payload;
    }
  }
  if (type === pageTypes.interiorTable) yield* records(pages, view.getUint32(header + 8), depth + 1);
}

/** A leaf's cell: length, key, the payload, and where it is too long for the page a chain of pages with its rest. */
function payloadAt(pages: Pages, cell: number, pageEnd: number): Uint8Array | undefined {
  const { content, view, usable } = pages;
  const length = varint(content, cell, pageEnd);
  const key = length && varint(content, length.next, pageEnd);
  if (!length || !key || length.value > maximumPayload || length.value > content.length) return undefined;
  const local = localBytes(length.value, usable);
  const end = key.next + local;
  if (end > pageEnd) return undefined;
  const first = content.subarray(key.next, end);
  if (local === length.value) return first;
  return end + 4 > pageEnd ? undefined : withOverflow(pages, first, length.value, view.getUint32(end));
}

/** https://www.sqlite.org/fileformat2.html#b_tree_pages: how much of a payload stands on the page itself. */
function localBytes(length: number, usable: number): number {
  if (length <= usable - 35) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((length - least) % (usable - 4));
  return wanted <= usable - 35 ? wanted : least;
}

function withOverflow(pages: Pages, first: Uint8Array, length: number, chain: number): Uint8Array | undefined {
  const { content, view, size, usable, count, seen } = pages;
  const parts = [first];
  let held = first.length;
  for (let page = chain; held < length; ) {
    if (page < 1 || page > count || seen.has(page)) return undefined;
    seen.add(page);
    const start = (page - 1) * size;
    const here = Math.min(usable - 4, length - held);
    parts.push(content.subarray(start + 4, start + 4 + here));
    held += here;
    page = view.getUint32(start);
  }
  return Buffer.concat(parts);
}

/** The columns' bytes (https://www.sqlite.org/fileformat2.html#record_format), at most 16 of them. */
function columns(record: Uint8Array): Uint8Array[] {
  const header = varint(record, 0, record.length);
  const found: Uint8Array[] = [];
  if (!header || header.value > record.length) return found;
  let body = header.value;
  for (let at = header.next; at < header.value && found.length < 16; ) {
    const type = varint(record, at, header.value);
    if (!type) return found;
    const bytes = type.value >= 12 ? (type.value - 12 - (type.value % 2)) / 2 : (integerBytes[type.value] ?? 0);
    if (body + bytes > record.length) return found;
    found.push(record.subarray(body, body + bytes));
    body += bytes;
    at = type.next;
  }
  return found;
}

const integerBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function textColumn(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}

/** Of up to six bytes, as root pages are; negative ones and longer ones are no pages. */
function integerColumn(bytes: Uint8Array): number {
  return bytes.length > 6 ? 0 : bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** Big-endian, seven bits a byte, nine bytes at most. */
function varint(
  bytes: Uint8Array,
  from: number,
  end: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let at = from; at < end && at < from + 8; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + 1 };
  }
  // Nine bytes: more than any length or key here.
  return undefined;
}
