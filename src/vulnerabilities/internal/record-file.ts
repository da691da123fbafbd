import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { UserError } from '../../core/errors.ts';

/*
 * What was read of one source, kept between updates: pieces, each four bytes of length, four of the length when inflated, and deflated lines of JSON.
 */
const pieceLength = 1024 * 1024;
const longestPiece = 256 * 1024 * 1024;

export interface RecordWriter {
  add(line: string): void;
  /** Puts the file in place; gives its SHA-256 in hexadecimal. */
  finish(): string;
  abandon(): void;
}

export function writeRecords(file: string): RecordWriter {
  const draft = `${file}.${process.pid}`;
  const descriptor = openSync(draft, 'w', 0o644);
  const hash = createHash('sha256');
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    if (lines.length === 0) return;
    const plain = Buffer.from(lines.join('\n'));
    const packed = deflateRawSync(plain, { level: 3 });
    const header = Buffer.alloc(8);
    header.writeUInt32BE(packed.length, 0);
    header.writeUInt32BE(plain.length, 4);
    for (const bytes of [header, packed]) {
      hash.update(bytes);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    }
    lines = [];
    length = 0;
  };
  return {
    add(line) {
      lines.push(line);
      length += line.length;
      if (length >= pieceLength) flush();
    },
    finish() {
      flush();
      closeSync(descriptor);
      renameSync(draft, file);
      return hash.digest('hex');
    },
    abandon() {
      closeSync(descriptor);
      rmSync(draft, { force: true });
    },
  };
}

/** The lines, a piece in memory at a time. Throws a UserError at the end where the file is not the one that was written. */
export function* readRecords(file: string, sum: string): Generator<string> {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  const changed = () =>
    new UserError('what was kept of the last update is damaged', {
      where: file,
      remedy: 'Remove its directory and run «plimsoll db update» again.',
    });
  const read = (length: number): Buffer | undefined => {
    const bytes = Buffer.allocUnsafe(length);
    const count = readSync(descriptor, bytes, 0, length, null);
    if (count === 0) return undefined;
    if (count < length) throw changed();
    hash.update(bytes);
    return bytes;
  };
  try {
    for (let header = read(8); header !== undefined; header = read(8)) {
      const [packed, plain] = [header.readUInt32BE(0), header.readUInt32BE(4)];
      if (packed > longestPiece || plain > longestPiece) throw changed();
      const piece = read(packed);
      if (piece === undefined) throw changed();
      yield* inflated(piece, plain, changed).split('\n');
    }
    if (hash.digest('hex') !== sum) throw changed();
  } finally {
    closeSync(descriptor);
  }
}

function inflated(piece: Buffer, length: number, changed: () => UserError): string {
  try {
    return inflateRawSync(piece, { maxOutputLength: Math.max(1, length) }).toString('utf8');
  } catch {
    throw changed();
  }
}
