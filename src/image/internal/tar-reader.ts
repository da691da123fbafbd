import type { FileKind } from '../image-analysis.ts';
import { type PaxRecords, readPaxRecords } from './pax-records.ts';
import { blockBytes, hasContent, isZeroBlock, readTarHeader, TarError, type TarHeader } from './tar-header.ts';

/** A file in an archive, names as the archive spells them. */
export interface TarEntry {
  readonly kind: FileKind;
  /** Valid until `entry` returns. */
  readonly name: Uint8Array;
  /** Of a link. Valid until `entry` returns. */
  readonly target: Uint8Array;
  /** Content in the archive. */
  readonly bytes: number;
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  /** It has holes: it is larger than what the archive holds of it. */
  readonly sparse: boolean;
}

/** What is told of an archive while it is read. */
export interface TarVisitor {
  entry(entry: TarEntry): void;
  /** Content of the last entry, piece by piece; the bytes are valid until this returns. Not called where there is none. */
  content(bytes: Uint8Array): void;
  /** The content of the last entry, a file, is complete. */
  contentEnd(): void;
}

export interface TarReader {
  /** @throws TarError where the bytes are no archive */
  push(chunk: Uint8Array): void;
  /** @throws TarError where the archive ends too early */
  end(): void;
  /** What follows is another archive; of the one before, whole or not, nothing is left. */
  restart(): void;
}

/** Names and PAX records of one file: real ones have a few hundred bytes, capabilities and labels included. */
const maximumRecordBytes = 1 << 20;

const nothing = new Uint8Array(0);

/**
 * Reads a tar archive from chunks of any size without copying content. Understands what the engines understand: ustar, GNU
 * (long names, base-256 numbers, sparse files) and PAX. As theirs, it does not apply global PAX headers, and ends at the first two
 * blocks of zeros, whatever follows.
 */
export function tarReader(visitor: TarVisitor): TarReader {
  const carried = new Uint8Array(blockBytes);
  let carriedBytes = 0;
  /** What the bytes to come are. */
  let state: 'header' | 'content' | 'record' | 'skip' | 'sparse-map' | 'ended' = 'header';
  let left = 0;
  let padding = 0;
  let record = nothing;
  let recordBytes = 0;
  let recordType: TarHeader['type'] = 'other';
  let pax: PaxRecords | undefined;
  let longName: Uint8Array | undefined;
  let longTarget: Uint8Array | undefined;
  let zeroBlocks = 0;
  /** Of the file whose header was read last. */
  let contentBytes = 0;

  function begin(next: typeof state, bytes: number): void {
    state = next;
    left = bytes;
    padding = (blockBytes - (bytes % blockBytes)) % blockBytes;
    if (left === 0) finish();
  }

  /** The content of whatever is read is complete: its padding is left. */
  function finish(): void {
    if (state === 'content') visitor.contentEnd();
    else if (state === 'record') keepRecord();
    state = 'skip';
    left = padding;
    padding = 0;
    if (left === 0) state = 'header';
  }

  function keepRecord(): void {
    const bytes = record.subarray(0, recordBytes);
    record = nothing;
    if (recordType === 'pax') pax = readPaxRecords(bytes);
    else if (recordType === 'long-name') longName = untilNul(bytes);
    else if (recordType === 'long-target') longTarget = untilNul(bytes);
  }

  function header(block: Uint8Array, at: number): void {
    if (isZeroBlock(block, at)) {
      zeroBlocks++;
      if (zeroBlocks === 2) state = 'ended';
      return;
    }
    zeroBlocks = 0;
    const read = readTarHeader(block, at);
    switch (read.type) {
      case 'pax':
      case 'long-name':
      case 'long-target':
        if (read.bytes > maximumRecordBytes) throw new TarError(`a name or record has ${read.bytes} bytes`);
        recordType = read.type;
        record = new Uint8Array(read.bytes);
        recordBytes = 0;
        begin('record', read.bytes);
        return;
      case 'global':
      case 'other':
        forget();
        begin('skip', read.bytes);
        return;
      default:
        fileHeader(read, read.type, block, at);
    }
  }

  function fileHeader(read: TarHeader, type: FileKind | 'sparse', block: Uint8Array, at: number): void {
    const kind = type === 'sparse' ? 'file' : type;
    const bytes = hasContent(type) ? (pax?.bytes ?? read.bytes) : 0;
    visitor.entry({
      kind,
      name: pax?.name ?? longName ?? read.name,
      target: pax?.target ?? longTarget ?? read.target,
      bytes,
      mode: read.mode,
      user: pax?.user ?? read.user,
      group: pax?.group ?? read.group,
      sparse: type === 'sparse' || pax?.sparse === true,
    });
    forget();
    contentBytes = bytes;
    // GNU's old form: a map too long for the header goes on in blocks of its own, each saying at 504 whether one more follows.
    if (type === 'sparse' && block[at + 482] === 1) {
      state = 'sparse-map';
      return;
    }
    beginContent(kind);
  }

  function beginContent(kind: FileKind): void {
    if (kind === 'file') begin('content', contentBytes);
    else begin('skip', 0);
  }

  function forget(): void {
    pax = undefined;
    longName = undefined;
    longTarget = undefined;
  }

  function block(bytes: Uint8Array, at: number): void {
    if (state !== 'sparse-map') header(bytes, at);
    else if (bytes[at + 504] !== 1) beginContent('file');
  }

  /** Takes what the state wants, and says how much that was. */
  function take(chunk: Uint8Array, at: number): number {
    const size = Math.min(left, chunk.length - at);
    if (state === 'content') visitor.content(at === 0 && size === chunk.length ? chunk : chunk.subarray(at, at + size));
    else if (state === 'record') {
      record.set(chunk.subarray(at, at + size), recordBytes);
      recordBytes += size;
    }
    left -= size;
    if (left === 0) finish();
    return size;
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length && state !== 'ended') {
        if (state !== 'header' && state !== 'sparse-map') {
          at += take(chunk, at);
        } else if (carriedBytes === 0 && chunk.length - at >= blockBytes) {
          block(chunk, at);
          at += blockBytes;
        } else {
          const size = Math.min(blockBytes - carriedBytes, chunk.length - at);
          carried.set(chunk.subarray(at, at + size), carriedBytes);
          carriedBytes += size;
          at += size;
          if (carriedBytes === blockBytes) {
            carriedBytes = 0;
            block(carried, 0);
          }
        }
      }
    },
    end() {
      // An archive without its two blocks of zeros is taken, as Go's reader takes it; one that ends inside of something is not.
      const whole = state === 'ended' || (state === 'header' && carriedBytes === 0 && !pax && !longName && !longTarget);
      if (!whole) throw new TarError('the archive ends in the middle of a file');
    },
    restart() {
      carriedBytes = 0;
      state = 'header';
      left = 0;
      padding = 0;
      record = nothing;
      zeroBlocks = 0;
      forget();
    },
  };
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
