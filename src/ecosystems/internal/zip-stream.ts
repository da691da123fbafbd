import { inflateRawSync } from 'node:zlib';

/** Takes an archive's bytes as they come. */
export interface ZipStream {
  push(chunk: Uint8Array): void;
  /** At the end: whether all entries were followed, up to the directory of the archive. */
  complete(): boolean;
}

export interface ZipStreamReader {
  /** Whether the content of an entry is asked for. */
  wanted(name: string): boolean;
  /** Each entry that was wanted, in order; undefined where it is too large or does not unpack. */
  entry(name: string, content: Uint8Array | undefined): void;
}

const signatures = { local: 0x04034b50, directory: 0x02014b50, extraData: 0x08064b50 } as const;
const descriptorMark = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
const localMark = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const localBytes = 30;
const descriptorBytes = 16;
/** Of zip64, whose sizes have eight bytes. */
const wideDescriptorBytes = 24;
/** Number of the extra field of zip64, and what stands in the place of a size that it holds. */
const wideField = 0x0001;
const inWideField = 0xffffffff;
const methods = { stored: 0, deflated: 8 } as const;
const sizesFollow = 0x08;
const maximumPrefix = 64 * 1024;

interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  /** Whether it is packed in a way that is known. */
  readonly known: boolean;
  /** Undefined where the descriptor behind it will tell. */
  readonly packed: number | undefined;
  /** That descriptor is one of zip64. */
  readonly wide: boolean;
  /** Bytes of it that have come. */
  taken: number;
  readonly kept: Buffer[] | undefined;
  keptBytes: number;
}

/**
 * Reads an archive that is too large to be held, by the headers before its entries (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7).
 * Where the length stands behind the entry, the descriptor is the one that tells just as many bytes as have come. What it cannot follow ends it, as `complete` says.
 * `maximumEntry` bounds what is held of one entry, packed and unpacked.
 */
export function zipStream(reader: ZipStreamReader, maximumEntry: number): ZipStream {
  let rest: Buffer = Buffer.alloc(0);
  let entry: Entry | undefined;
  let state: 'before' | 'header' | 'data' | 'over' = 'before';
  let sawDirectory = false;

  const isOver = (): boolean => state === 'over';
  const take = (bytes: Buffer): void => {
    if (!entry) return;
    entry.taken += bytes.length;
    if (!entry.kept) return;
    entry.keptBytes += bytes.length;
    if (entry.keptBytes <= maximumEntry) entry.kept.push(Buffer.from(bytes));
    else entry.kept.length = 0;
  };
  const close = (): void => {
    if (entry?.kept) reader.entry(entry.name, unpacked(entry, maximumEntry));
    entry = undefined;
    state = 'header';
  };
  /** Each step uses up some of what is there, or waits for more. */
  const step = (): boolean => {
    if (state === 'before') {
      const at = rest.indexOf(localMark);
      if (at === -1 && rest.length < maximumPrefix) return false;
      state = at === -1 ? 'over' : 'header';
      rest = rest.subarray(Math.max(at, 0));
      return state === 'header';
    }
    if (state === 'header') {
      const header = headerOf(rest);
      if (header === 'more') return false;
      if (header === 'none' || header === 'directory') {
        sawDirectory = header === 'directory';
        state = 'over';
        return false;
      }
      const isWanted = reader.wanted(header.name) && header.known;
      entry = { ...header, taken: 0, kept: isWanted ? [] : undefined, keptBytes: 0 };
      rest = rest.subarray(header.length);
      state = 'data';
      return true;
    }
    if (state !== 'data' || !entry) return false;
    return entry.packed === undefined ? stepToDescriptor(entry) : stepToEnd(entry, entry.packed);
  };
  const stepToEnd = (of: Entry, packed: number): boolean => {
    const part = rest.subarray(0, packed - of.taken);
    take(part);
    rest = rest.subarray(part.length);
    if (of.taken < packed) return false;
    close();
    return true;
  };
  const stepToDescriptor = (of: Entry): boolean => {
    let at = rest.indexOf(descriptorMark);
    // All marks in one go: data may consist of nothing else.
    const length = of.wide ? wideDescriptorBytes : descriptorBytes;
    const told = (from: number) => (of.wide ? Number(rest.readBigUInt64LE(from)) : rest.readUInt32LE(from));
    while (at !== -1 && at + length <= rest.length && told(at + 8) !== of.taken + at)
      at = rest.indexOf(descriptorMark, at + 1);
    const isEnd = at !== -1 && at + length <= rest.length;
    // The mark may be cut in two by the end of what came.
    const data = at === -1 ? Math.max(0, rest.length - descriptorMark.length + 1) : at;
    take(rest.subarray(0, data));
    rest = rest.subarray(isEnd ? data + length : data);
    if (isEnd) close();
    return isEnd;
  };
  return {
    complete: () => sawDirectory,
    push(chunk) {
      if (isOver()) return;
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (step());
      // What is left is some bytes of a header or a mark; the chunk itself belongs to the caller.
      rest = isOver() ? Buffer.alloc(0) : Buffer.from(rest);
    },
  };
}

const behindEntries: ReadonlySet<number> = new Set([signatures.directory, signatures.extraData]);

type Header = Pick<Entry, 'name' | 'deflated' | 'known' | 'packed' | 'wide'> & { readonly length: number };

function headerOf(bytes: Buffer): Header | 'more' | 'none' | 'directory' {
  if (bytes.length < 4) return 'more';
  const signature = bytes.readUInt32LE(0);
  if (signature !== signatures.local) return behindEntries.has(signature) ? 'directory' : 'none';
  if (bytes.length < localBytes) return 'more';
  const nameBytes = bytes.readUInt16LE(26);
  const length = localBytes + nameBytes + bytes.readUInt16LE(28);
  if (bytes.length < length) return 'more';
  const [flags, method] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  const wide = wideSize(bytes.subarray(localBytes + nameBytes, length), bytes.readUInt32LE(22) === inWideField);
  const narrow = bytes.readUInt32LE(18);
  const packed = narrow === inWideField ? wide : narrow;
  // What follows cannot be found.
  if (packed === undefined) return 'none';
  return {
    name: bytes.toString('utf8', localBytes, localBytes + nameBytes),
    deflated: method === methods.deflated,
    known: method === methods.stored || method === methods.deflated,
    packed: (flags & sizesFollow) !== 0 ? undefined : packed,
    wide: wide !== undefined,
    length,
  };
}

/** The packed size in the extra field of zip64 (4.5.3), behind the unpacked one; undefined where there is none. */
function wideSize(extra: Buffer, unpackedIsThere: boolean): number | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== wideField) continue;
    const from = at + 4 + (unpackedIsThere ? 8 : 0);
    return from + 8 <= extra.length ? Number(extra.readBigUInt64LE(from)) : 0;
  }
  return undefined;
}

function unpacked({ deflated, kept = [], keptBytes }: Entry, maximumBytes: number): Uint8Array | undefined {
  if (keptBytes > maximumBytes) return undefined;
  const packed = Buffer.concat(kept);
  if (!deflated) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: maximumBytes });
  } catch {
    return undefined;
  }
}
