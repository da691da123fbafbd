import zlib from 'node:zlib';
import type { RangeEvent } from '../advisory.ts';
import type { VulnerabilitySeverity } from '../vulnerability.ts';

/*
 * The advisory store is one file, written once and read by position:
 *
 *   magic | details, one block an advisory | packages, one block a package | exploits | index | information | footer
 *
 * The index has one entry a package: hash of its key, offset and length of its block, in the order of the hashes. A block is four bytes of checksum, one
 * that says how the rest is written, and JSON. Numbers are big-endian.
 */
export const magic = Buffer.from('plimsoll-advice\u0001', 'latin1');
export const storeFileName = 'advisories.db';

/** hash (4 + 4), offset (6), length (4). */
export const indexEntryBytes = 18;
/** year (2), number (4), EPSS as a float (4), known to be exploited (1). */
export const exploitEntryBytes = 11;
/** Three sections by offset and length (6 × 6), SHA-256 of the index, SHA-256 of all before the footer, magic. */
export const footerBytes = 36 + 32 + 32 + magic.length;

export interface Section {
  readonly offset: number;
  readonly length: number;
}

/** One advisory as a package's block has it: what is needed to match, and where the rest is. */
export interface StoredRecord {
  readonly id: string;
  readonly details: Section;
  readonly ranges: readonly (readonly RangeEvent[])[];
  readonly versions: readonly string[];
  readonly rating?: VulnerabilitySeverity;
  readonly vectors?: readonly string[];
  readonly status?: string;
}

export function packageKey(ecosystem: string, name: string): string {
  return `${ecosystem}\u0000${name}`;
}

/** Two numbers of 32 bits, by MurmurHash3's steps with two seeds. Keys of one hash lie beside each other. */
export function hashOf(key: string): readonly [number, number] {
  let high = 0x9747b28c;
  let low = 0x3c6ef372;
  for (let at = 0; at < key.length; at++) {
    let part = Math.imul(key.charCodeAt(at), 0xcc9e2d51);
    part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
    high ^= part;
    high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
    low ^= part;
    low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
  }
  return [mixed(high ^ key.length), mixed(low ^ key.length)];
}

function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}

let crcTable: Uint32Array | undefined;

/** CRC-32 as zip has it: blocks are small and many, and a hash of the library takes longer to set up than to compute. */
export function checksum(content: Uint8Array): number {
  // Node.js has it from 20.15 on.
  const native: ((content: Uint8Array) => number) | undefined = zlib.crc32;
  if (native) return native(content);
  crcTable ??= tableOfCrc();
  let crc = 0xffffffff;
  for (let at = 0; at < content.length; at++) crc = (crcTable[(crc ^ (content[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function tableOfCrc(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  });
}

/** `CVE-2024-12345` as year and number; undefined for what is no CVE. */
export function cveNumber(id: string): readonly [number, number] | undefined {
  const match = /^CVE-(\d{4})-(\d{4,9})$/.exec(id);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

type WrittenRecord = [
  id: string,
  offset: number,
  length: number,
  ranges: string[][],
  versions: readonly string[],
  rating?: string,
  status?: string,
  vectors?: readonly string[],
];

/** Events in turn, each as a letter and its version. */
export function writeRecord(record: StoredRecord): string {
  const written: WrittenRecord = [
    record.id,
    record.details.offset,
    record.details.length,
    record.ranges.map((events) => events.flatMap(writeEvent)),
    record.versions,
  ];
  if (record.rating !== undefined || record.status !== undefined || record.vectors !== undefined)
    written.push(record.rating ?? '', record.status ?? '', record.vectors ?? []);
  return JSON.stringify(written);
}

function writeEvent(event: RangeEvent): string[] {
  if ('introduced' in event) return ['i', event.introduced];
  if ('fixed' in event) return ['f', event.fixed];
  return 'limit' in event ? ['m', event.limit] : ['l', event.lastAffected];
}

const ratings: ReadonlySet<string> = new Set<VulnerabilitySeverity>([
  'critical',
  'high',
  'medium',
  'low',
  'negligible',
  'unknown',
]);

function isRating(value: unknown): value is VulnerabilitySeverity {
  return typeof value === 'string' && ratings.has(value);
}

/** A record as {@link writeRecord} wrote it; undefined for anything else. */
export function readRecord(value: unknown): StoredRecord | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, offset, length, ranges, versions, rating, status, vectors]: unknown[] = value;
  if (typeof id !== 'string' || typeof offset !== 'number' || typeof length !== 'number') return undefined;
  const record = {
    id,
    details: { offset, length },
    ranges: Array.isArray(ranges) ? ranges.map((events) => readEvents(textsOf(events))) : [],
    versions: textsOf(versions),
  };
  // Most have no more.
  if (rating === undefined) return record;
  return {
    ...record,
    ...(isRating(rating) && { rating }),
    ...(typeof status === 'string' && status !== '' && { status }),
    ...(Array.isArray(vectors) && vectors.length > 0 && { vectors: textsOf(vectors) }),
  };
}

function readEvents(written: readonly string[]): RangeEvent[] {
  const events: RangeEvent[] = [];
  for (let at = 0; at + 1 < written.length; at += 2) {
    const version = written[at + 1] ?? '';
    const kind = written[at];
    if (kind === 'i') events.push({ introduced: version });
    else if (kind === 'f') events.push({ fixed: version });
    else if (kind === 'l') events.push({ lastAffected: version });
    else if (kind === 'm') events.push({ limit: version });
  }
  return events;
}

export function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.every(isText) ? value : value.filter(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
