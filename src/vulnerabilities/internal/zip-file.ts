import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { UserError } from '../../core/errors.ts';

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** One file of an archive; what is larger is skipped and counted. */
const maximumEntryBytes = 64 * 1024 * 1024;
/** The list of an archive's files is read in pieces of this size. */
const pieceBytes = 1024 * 1024;
/** An entry's fixed part, three texts of at most 65,535 bytes each behind it. */
const longestHeader = 46 + 3 * 65_535;

/**
 * Reads a zip archive on disk, file by file, in the order of its list (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, ZIP64 with it): in
 * memory are one file and a piece of the list. Throws a UserError where it is no archive or damaged.
 */
export function* readZip(file: string, onSkipped: (name: string, reason: string) => void): Generator<ZipEntry> {
  const descriptor = openSync(file, 'r');
  try {
    const size = fstatSync(descriptor).size;
    const read = (offset: number, length: number): Buffer => {
      const content = Buffer.allocUnsafe(length);
      if (
        offset < 0 ||
        length < 0 ||
        offset + length > size ||
        readSync(descriptor, content, 0, length, offset) !== length
      )
        throw broken(file, 'it ends too early');
      return content;
    };
    const list = findList(file, size, read);
    for (const header of headersOf(file, list, read)) {
      if (header.name.endsWith('/')) continue;
      if (header.unpacked > maximumEntryBytes) onSkipped(header.name, 'it is larger than 64 MiB');
      else if ((header.flags & 1) !== 0 || (header.method !== 0 && header.method !== 8))
        onSkipped(header.name, 'it is packed in a way that is not read');
      else yield { name: header.name, content: contentOf(file, header, read) };
    }
  } finally {
    closeSync(descriptor);
  }
}

function broken(file: string, what: string): UserError {
  return new UserError(`this is no zip archive, or it is damaged: ${what}`, { where: file });
}

type Read = (offset: number, length: number) => Buffer;

interface List {
  readonly offset: number;
  readonly length: number;
}

/** The end record stands at the end, before a comment of at most 65,535 bytes; that of ZIP64 is named by a locator before it. */
function findList(file: string, size: number, read: Read): List {
  const tail = read(Math.max(0, size - 65_557), Math.min(size, 65_557));
  const at = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (at === -1 || at + 22 > tail.length) throw broken(file, 'its end is missing');
  const length = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  const isLarge = offset === 0xffffffff || length === 0xffffffff || tail.readUInt16LE(at + 10) === 0xffff;
  if (!isLarge || at < 20 || tail.readUInt32LE(at - 20) !== 0x07064b50) return { offset, length };
  const record = read(Number(tail.readBigUInt64LE(at - 12)), 56);
  if (record.readUInt32LE(0) !== 0x06064b50) throw broken(file, 'its list is not where its end says');
  return { offset: Number(record.readBigUInt64LE(48)), length: Number(record.readBigUInt64LE(40)) };
}

interface Header {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

function* headersOf(file: string, { offset, length }: List, read: Read): Generator<Header> {
  let piece = Buffer.alloc(0);
  let at = 0;
  let next = offset;
  const end = offset + length;
  for (;;) {
    if (piece.length - at < longestHeader && next < end) {
      const more = read(next, Math.min(pieceBytes, end - next));
      next += more.length;
      piece = Buffer.concat([piece.subarray(at), more]);
      at = 0;
    }
    if (at >= piece.length) return;
    if (piece.length - at < 46 || piece.readUInt32LE(at) !== 0x02014b50) throw broken(file, 'its list cannot be read');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => piece.readUInt16LE(at + field));
    const whole = 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
    if (at + whole > piece.length) throw broken(file, 'its list ends too early');
    yield headerOf(piece.subarray(at, at + whole), nameLength ?? 0, extraLength ?? 0);
    at += whole;
  }
}

function headerOf(bytes: Buffer, nameLength: number, extraLength: number): Header {
  let packed = bytes.readUInt32LE(20);
  let unpacked = bytes.readUInt32LE(24);
  let offset = bytes.readUInt32LE(42);
  const large = largeFields(bytes.subarray(46 + nameLength, 46 + nameLength + extraLength));
  // In this order, and only those that did not fit.
  if (unpacked === 0xffffffff) unpacked = large.shift() ?? unpacked;
  if (packed === 0xffffffff) packed = large.shift() ?? packed;
  if (offset === 0xffffffff) offset = large.shift() ?? offset;
  return {
    name: bytes.toString('utf8', 46, 46 + nameLength),
    flags: bytes.readUInt16LE(8),
    method: bytes.readUInt16LE(10),
    packed,
    unpacked,
    offset,
  };
}

/** The numbers of the extra field of ZIP64. */
function largeFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const numbers: number[] = [];
      for (let field = at + 4; field + 8 <= Math.min(extra.length, at + 4 + length); field += 8)
        numbers.push(Number(extra.readBigUInt64LE(field)));
      return numbers;
    }
    at += 4 + length;
  }
  return [];
}

function contentOf(file: string, header: Header, read: Read): Buffer {
  const local = read(header.offset, 30);
  if (local.readUInt32LE(0) !== 0x04034b50) throw broken(file, `${header.name} is not where the list says`);
  const start = header.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = read(start, header.packed);
  if (header.method === 0) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, header.unpacked) });
  } catch {
    throw broken(file, `${header.name} cannot be unpacked`);
  }
}
