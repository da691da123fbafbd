/** One line as bytes, without its line end. What is longer than {@link longestLine} is cut there. */
export interface RawLine {
  readonly bytes: Buffer;
  /** How long the line really is. */
  readonly length: number;
}

/** What is kept of a line: enough for every parser's own limit, and a line of gigabytes costs no more. */
export const longestLine = 1 << 20;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Gives the last line, if it has no line end. */
  end(): void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts a stream of bytes into lines. Keeps at most one line, and of that {@link longestLine} bytes; a line within one
 * chunk is not copied, so `take` must not keep it.
 */
export function lineSplitter(take: (line: RawLine) => void): LineSplitter {
  let parts: Buffer[] = [];
  let kept = 0;
  let length = 0;

  function keep(part: Buffer): void {
    length += part.length;
    const room = longestLine - kept;
    if (room <= 0 || part.length === 0) return;
    const piece = part.subarray(0, room);
    // A copy: the stream may fill its buffer again.
    parts.push(Buffer.from(piece));
    kept += piece.length;
  }

  function finish(): void {
    take(withoutReturn(parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts), length));
    parts = [];
    kept = 0;
    length = 0;
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(lineFeed, start); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        const part = chunk.subarray(start, end);
        start = end + 1;
        if (length === 0 && part.length <= longestLine) {
          take(withoutReturn(part, part.length));
        } else {
          keep(part);
          finish();
        }
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
    end() {
      if (length > 0) finish();
    },
  };
}

function withoutReturn(bytes: Buffer, length: number): RawLine {
  const ends = bytes.length === length && bytes[bytes.length - 1] === carriageReturn;
  return ends ? { bytes: bytes.subarray(0, -1), length: length - 1 } : { bytes, length };
}
