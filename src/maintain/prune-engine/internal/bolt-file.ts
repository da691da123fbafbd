import { readFileSync, statSync } from 'node:fs';

/** A bucket of a bbolt database: its keys with their values, and its buckets. */
export interface BoltBucket {
  readonly values: ReadonlyMap<string, Buffer>;
  readonly buckets: ReadonlyMap<string, BoltBucket>;
}

const magic = 0xed0cdaed;
const [branchPage, leafPage, bucketEntry] = [0x01, 0x02, 0x01];

/** Databases of layers have some hundred bytes a layer: larger ones are none. */
const maximumBytes = 256 * 1024 * 1024;
const maximumDepth = 64;
const maximumTries = 5;

/**
 * Reads a bbolt database (https://github.com/etcd-io/bbolt) that its owner holds open: a commit never changes a page that the last one used, so a file
 * whose last commit is the same before and after the reading was read whole. Undefined where it is none, is damaged or never holds still.
 */
export function readBoltFile(file: string): BoltBucket | undefined {
  for (let tries = 0; tries < maximumTries; tries++) {
    try {
      if (statSync(file).size > maximumBytes) return undefined;
      const bytes = readFileSync(file);
      const meta = newestMeta(bytes);
      if (meta === undefined) return undefined;
      const bucket = readBucket(bytes, meta.pageSize, meta.root);
      if (newestMeta(readFileSync(file))?.transaction === meta.transaction) return bucket;
    } catch {
      // Not there, or torn by a commit: once more.
    }
  }
  return undefined;
}

interface Meta {
  readonly pageSize: number;
  readonly root: number;
  readonly transaction: bigint;
}

/** The first two pages tell of the last two commits. */
function newestMeta(bytes: Buffer): Meta | undefined {
  const first = metaAt(bytes, 0);
  const second = metaAt(bytes, first?.pageSize ?? 4096);
  if (first === undefined || second === undefined) return first ?? second;
  return second.transaction > first.transaction ? second : first;
}

function metaAt(bytes: Buffer, page: number): Meta | undefined {
  const at = page + 16;
  if (bytes.length < at + 64 || bytes.readUInt32LE(at) !== magic) return undefined;
  const pageSize = bytes.readUInt32LE(at + 8);
  return { pageSize, root: wholeNumber(bytes, at + 16), transaction: bytes.readBigUInt64LE(at + 48) };
}

function readBucket(bytes: Buffer, pageSize: number, root: number): BoltBucket {
  const bucket = { values: new Map<string, Buffer>(), buckets: new Map<string, BoltBucket>() };
  readPage(bytes, pageSize, root * pageSize, bucket, 0);
  return bucket;
}

type OpenBucket = { values: Map<string, Buffer>; buckets: Map<string, BoltBucket> };

function readPage(bytes: Buffer, pageSize: number, start: number, into: OpenBucket, depth: number): void {
  if (depth > maximumDepth) throw new RangeError('pages in a circle');
  const [flags, count] = [bytes.readUInt16LE(start + 8), bytes.readUInt16LE(start + 10)];
  for (let index = 0; index < count; index++) {
    const at = start + 16 + index * 16;
    if (flags & branchPage) {
      readPage(bytes, pageSize, wholeNumber(bytes, at + 8) * pageSize, into, depth + 1);
      continue;
    }
    if (!(flags & leafPage)) throw new RangeError('no page of keys');
    const key = at + bytes.readUInt32LE(at + 4);
    const value = key + bytes.readUInt32LE(at + 8);
    const end = value + bytes.readUInt32LE(at + 12);
    if (end > bytes.length) throw new RangeError('a value beyond the end');
    const name = bytes.toString('utf8', key, value);
    if (!(bytes.readUInt32LE(at) & bucketEntry)) into.values.set(name, bytes.subarray(value, end));
    else into.buckets.set(name, bucketIn(bytes, pageSize, value, depth));
  }
}

/** A small bucket stands in its entry itself. */
function bucketIn(bytes: Buffer, pageSize: number, at: number, depth: number): BoltBucket {
  const root = wholeNumber(bytes, at);
  const bucket = { values: new Map<string, Buffer>(), buckets: new Map<string, BoltBucket>() };
  readPage(bytes, pageSize, root === 0 ? at + 16 : root * pageSize, bucket, depth + 1);
  return bucket;
}

function wholeNumber(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
