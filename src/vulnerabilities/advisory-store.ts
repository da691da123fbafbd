import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { errorCode, UserError } from '../core/errors.ts';
import { jsonObjectOf } from '../core/json-object.ts';
import type { AdvisoryDetails } from './advisory.ts';
import { readDetails } from './internal/read-details.ts';
import {
  checksum,
  cveNumber,
  exploitEntryBytes,
  footerBytes,
  hashOf,
  indexEntryBytes,
  magic,
  packageKey,
  readRecord,
  type Section,
  type StoredRecord,
  storeFileName,
} from './internal/store-format.ts';
import { readInformation, type StoreInformation } from './store-information.ts';

export type { StoredRecord };

/** Published advisories, read by position: what is in memory is the index alone. Every block is checked as it is read. */
export interface AdvisoryStore {
  readonly file: string;
  readonly bytes: number;
  readonly information: StoreInformation;
  /** Names as {@link advisoryKey} gives them. */
  recordsOf(ecosystem: string, name: string): readonly StoredRecord[];
  detailsOf(record: StoredRecord): AdvisoryDetails;
  /** EPSS and CISA's catalogue, where they were loaded and have the CVE. */
  exploitOf(cve: string): Exploit | undefined;
  /** Throws a UserError unless the whole file is as it was written. Reads all of it. */
  verify(): void;
  close(): void;
}

export interface Exploit {
  /** 0 to 1. */
  readonly epss?: number;
  readonly known: boolean;
}

/** More is no index of ours: 16 million packages. */
const maximumIndexBytes = 300 * 1024 * 1024;
const maximumBlockBytes = 64 * 1024 * 1024;
const sharedBytes = 64 * 1024;

/** Where the store is unless something else is said: `PLIMSOLL_DB`, else in the user's cache directory. */
export function storeDirectory(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  if (environment.PLIMSOLL_DB) return environment.PLIMSOLL_DB;
  return path.join(environment.XDG_CACHE_HOME || path.join(home, '.cache'), 'plimsoll', 'advisories');
}

/** Opens the store of a directory; undefined where there is none. Throws a UserError where it is damaged or of another format. */
export function openStore(directory: string): AdvisoryStore | undefined {
  const file = path.join(directory, storeFileName);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new UserError('the advisory store cannot be opened', { where: file, cause });
  }
  try {
    return storeOf(file, descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function damaged(file: string, what: string): UserError {
  return new UserError(`the advisory store is damaged: ${what}`, {
    where: file,
    remedy: '«plimsoll db update» writes it anew.',
  });
}

function storeOf(file: string, descriptor: number): AdvisoryStore {
  const bytes = fstatSync(descriptor).size;
  const read = (offset: number, length: number): Buffer => {
    const content = Buffer.allocUnsafe(length);
    if (offset < 0 || offset + length > bytes || readSync(descriptor, content, 0, length, offset) !== length)
      throw damaged(file, 'it ends too early');
    return content;
  };
  const footer = readFooter(file, bytes, read);
  const index = read(footer.index.offset, footer.index.length);
  if (!createHash('sha256').update(index).digest().equals(footer.indexSum))
    throw damaged(file, 'its index is not what was written');
  const entries = viewOf(index);
  let exploits: DataView | undefined;
  // Nearly all blocks fit into the one buffer that is used for them in turn.
  const shared = Buffer.allocUnsafe(sharedBytes);
  const block = (section: Section): unknown =>
    readBlock(file, section, (offset, length) => {
      if (length > sharedBytes) return read(offset, length);
      if (offset + length > bytes || readSync(descriptor, shared, 0, length, offset) !== length)
        throw damaged(file, 'it ends too early');
      return shared.subarray(0, length);
    });
  return {
    file,
    bytes,
    information: readInformation(jsonObjectOf(block(footer.information))),
    recordsOf(ecosystem, name) {
      const key = packageKey(ecosystem, name);
      for (const section of sectionsOf(entries, key)) {
        const content = block(section);
        if (Array.isArray(content) && content[0] === key) return recordsIn(content);
      }
      return [];
    },
    detailsOf: (record) => readDetails(record.id, block(record.details)),
    exploitOf(cve) {
      // Read when it is first asked for: a few megabytes, and then no more reading.
      exploits ??= viewOf(read(footer.exploits.offset, footer.exploits.length));
      return findExploit(cve, exploits);
    },
    verify() {
      if (!digestOf(descriptor, bytes - footerBytes).equals(footer.fileSum))
        throw damaged(file, 'it is not what was written');
    },
    close: () => closeSync(descriptor),
  };
}

interface Footer {
  readonly exploits: Section;
  readonly index: Section;
  readonly information: Section;
  readonly indexSum: Buffer;
  readonly fileSum: Buffer;
}

function readFooter(file: string, bytes: number, read: (offset: number, length: number) => Buffer): Footer {
  if (bytes < magic.length + footerBytes) throw damaged(file, 'it ends too early');
  if (!read(0, magic.length).equals(magic))
    throw new UserError('this is no advisory store that this version of plimsoll reads', {
      where: file,
      remedy: '«plimsoll db update» writes it anew.',
    });
  const footer = read(bytes - footerBytes, footerBytes);
  if (!footer.subarray(footerBytes - magic.length).equals(magic)) throw damaged(file, 'it ends too early');
  const section = (at: number): Section => ({
    offset: footer.readUIntBE(at * 12, 6),
    length: footer.readUIntBE(at * 12 + 6, 6),
  });
  const [exploits, index, information] = [section(0), section(1), section(2)];
  if (exploits.length > maximumIndexBytes || exploits.length % exploitEntryBytes !== 0)
    throw damaged(file, 'its table of exploits has no possible size');
  if (index.length > maximumIndexBytes || index.length % indexEntryBytes !== 0)
    throw damaged(file, 'its index has no possible size');
  return { exploits, index, information, indexSum: footer.subarray(36, 68), fileSum: footer.subarray(68, 100) };
}

function readBlock(
  file: string,
  { offset, length }: Section,
  read: (offset: number, length: number) => Buffer,
): unknown {
  if (length < 5 || length > maximumBlockBytes) throw damaged(file, 'a block has no possible size');
  const content = read(offset, length);
  if (checksum(content.subarray(4)) !== content.readUInt32BE(0)) throw damaged(file, 'a block is not what was written');
  const plain =
    content[4] === 1
      ? inflateRawSync(content.subarray(5), { maxOutputLength: maximumBlockBytes * 8 }).toString('utf8')
      : content.toString('utf8', 5);
  const value: unknown = JSON.parse(plain);
  return value;
}

/** Its numbers are read without the checks of a Buffer's methods, which take long as long as they are not compiled. */
function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Of a package's block, in which they follow the key. */
function recordsIn(content: readonly unknown[]): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let at = 1; at < content.length; at++) {
    const record = readRecord(content[at]);
    if (record) records.push(record);
  }
  return records;
}

/** How far from where an even distribution would have it an entry is looked for first. */
const nearby = 512;

/** Blocks of the keys that have a key's hash: nearly always one. */
function sectionsOf(index: DataView, key: string): Section[] {
  const [high, low] = hashOf(key);
  const count = index.byteLength / indexEntryBytes;
  const order = (entry: number) =>
    index.getUint32(entry * indexEntryBytes) - high || index.getUint32(entry * indexEntryBytes + 4) - low;
  // Hashes are spread evenly: half of the steps are spared.
  const guess = Math.floor((high / 2 ** 32) * count);
  let from = Math.max(0, guess - nearby);
  let to = Math.min(count, guess + nearby);
  if (from > 0 && order(from - 1) >= 0) from = 0;
  if (to < count && order(to) < 0) to = count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (order(middle) < 0) from = middle + 1;
    else to = middle;
  }
  const sections: Section[] = [];
  for (let entry = from; entry < count && order(entry) === 0; entry++) {
    const at = entry * indexEntryBytes + 8;
    sections.push({
      offset: index.getUint16(at) * 2 ** 32 + index.getUint32(at + 2),
      length: index.getUint32(at + 6),
    });
  }
  return sections;
}

function findExploit(cve: string, table: DataView): Exploit | undefined {
  const wanted = cveNumber(cve);
  if (wanted === undefined) return undefined;
  let from = 0;
  let to = table.byteLength / exploitEntryBytes;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const at = middle * exploitEntryBytes;
    const order = table.getUint16(at) - wanted[0] || table.getUint32(at + 2) - wanted[1];
    if (order === 0) {
      const epss = table.getFloat32(at + 6);
      return { known: table.getUint8(at + 10) === 1, ...(epss >= 0 && { epss: Math.round(epss * 1e5) / 1e5 }) };
    }
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

function digestOf(descriptor: number, bytes: number): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  for (let at = 0; at < bytes; ) {
    const length = readSync(descriptor, chunk, 0, Math.min(chunk.length, bytes - at), at);
    if (length === 0) break;
    hash.update(chunk.subarray(0, length));
    at += length;
  }
  return hash.digest();
}
