import type { TarReader } from './tar-index.ts';

/** Reads a stream from front to back, in pieces of any size. */
export interface ByteCursor extends TarReader {
  /** Bytes read or passed over so far. */
  readonly position: number;
  /** The next bytes in the pieces in which they come; fewer where the stream ends. */
  pieces(bytes: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** Ends the stream. */
  close(): Promise<void>;
}

export function byteCursor(source: AsyncIterable<Uint8Array>): ByteCursor {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let position = 0;
  async function* pieces(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0; ) {
      if (rest.length === 0) {
        const { done, value } = await iterator.next();
        if (done) return;
        rest = value;
        continue;
      }
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      position += piece.length;
      yield piece;
    }
  }
  return {
    get position() {
      return position;
    },
    pieces,
    async read(bytes) {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces(bytes)) parts.push(piece);
      return Buffer.concat(parts);
    },
    async skip(bytes) {
      const end = position + bytes;
      for await (const _ of pieces(bytes));
      return position === end;
    },
    async close() {
      await iterator.return?.();
    },
  };
}
