import { inflateRawSync } from 'node:zlib';

/** A file in a zip archive. */
export interface ZipEntry {
  /** As written, one character a byte where it is no UTF-8. */
  readonly name: string;
  /** Unpacked, as the directory claims. */
  readonly bytes: number;
  /** Undefined where it is packed in an unknown way, is longer than asked for, or does not unpack. */
  read(maximumBytes: number): Uint8Array | undefined;
}

const signatures = {
  end: 0x06054b50,
  directory: 0x02014b50,
  local: 0x04034b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;
const endBytes = 22;
const locatorBytes = 20;
const directoryBytes = 46;
const localBytes = 30;
const methods = { stored: 0, deflated: 8 } as const;
const maximumComment = 65_535;
const maximumEntries = 500_000;

/**
 * The entries of an archive by its directory, in order (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). What stands before the
 * archive (a start script) is stepped over. Nothing where it is no archive; an entry that does not hold together ends the list.
 */
export function* zipEntries(content: Uint8Array, wanted: (name: string) => boolean): Generator<ZipEntry> {
  const archive = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const directory = findDirectory(archive);
  let at = directory?.offset ?? archive.length;
  for (let index = 0; index < Math.min(directory?.entries ?? 0, maximumEntries); index++) {
    if (at + directoryBytes > archive.length || archive.readUInt32LE(at) !== signatures.directory) return;
    const nameBytes = archive.readUInt16LE(at + 28);
    const next = at + directoryBytes + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    const name = archive.toString('latin1', at + directoryBytes, at + directoryBytes + nameBytes);
    if (wanted(name)) yield entryAt(archive, at, Buffer.from(name, 'latin1').toString('utf8'), directory?.shift ?? 0);
    at = next;
  }
}

/**
 * Whether an archive begins as one and does not hold together: no directory at its end, fewer entries in it than it says, or one of those that are wanted
 * does not unpack.
 * @param maximumBytes larger entries are not tried
 */
export function isZipDamaged(content: Uint8Array, wanted: (name: string) => boolean, maximumBytes: number): boolean {
  const archive = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (archive.length < 4 || archive.readUInt32LE(0) !== signatures.local) return false;
  const directory = findDirectory(archive);
  if (directory === undefined) return true;
  let entries = 0;
  const listed = zipEntries(content, () => {
    entries++;
    return true;
  });
  for (const entry of listed)
    if (wanted(entry.name) && entry.bytes <= maximumBytes && entry.read(maximumBytes) === undefined) return true;
  return entries < Math.min(directory.entries, maximumEntries);
}

/** Where the directory begins, and how far all offsets are off by what was put before the archive. */
function findDirectory(archive: Buffer): { offset: number; entries: number; shift: number } | undefined {
  const first = Math.max(0, archive.length - endBytes - maximumComment);
  for (let at = archive.length - endBytes; at >= first; at--) {
    if (archive.readUInt32LE(at) !== signatures.end) continue;
    const wide = wideDirectory(archive, at);
    if (wide) return wide;
    const [entries, bytes, offset] = [
      archive.readUInt16LE(at + 10),
      archive.readUInt32LE(at + 12),
      archive.readUInt32LE(at + 16),
    ];
    const shift = at - bytes - offset;
    if (shift >= 0) return { offset: offset + shift, entries, shift };
  }
  return undefined;
}

/** Archives with more than 65,535 entries. */
function wideDirectory(archive: Buffer, end: number): { offset: number; entries: number; shift: number } | undefined {
  const locator = end - locatorBytes;
  if (locator < 0 || archive.readUInt32LE(locator) !== signatures.locator64) return undefined;
  const told = Number(archive.readBigUInt64LE(locator + 8));
  const record = locator - 56;
  if (record < 0 || archive.readUInt32LE(record) !== signatures.end64 || told > record) return undefined;
  const shift = record - told;
  return {
    offset: Number(archive.readBigUInt64LE(record + 48)) + shift,
    entries: Number(archive.readBigUInt64LE(record + 32)),
    shift,
  };
}

function entryAt(archive: Buffer, at: number, name: string, shift: number): ZipEntry {
  const method = archive.readUInt16LE(at + 10);
  const [packed, bytes] = [archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 24)];
  const local = archive.readUInt32LE(at + 42) + shift;
  return {
    name,
    bytes,
    read(maximumBytes) {
      if (bytes > maximumBytes || local + localBytes > archive.length) return undefined;
      if (archive.readUInt32LE(local) !== signatures.local) return undefined;
      const from = local + localBytes + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      if (from + packed > archive.length) return undefined;
      const stored = archive.subarray(from, from + packed);
      if (method === methods.stored) return stored.length <= maximumBytes ? stored : undefined;
      return method === methods.deflated ? inflated(stored, bytes) : undefined;
    },
  };
}

function inflated(stored: Uint8Array, maximumBytes: number): Uint8Array | undefined {
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(maximumBytes, 1) });
  } catch {
    return undefined;
  }
}
