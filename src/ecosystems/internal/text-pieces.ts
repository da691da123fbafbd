/** Texts of so many bytes are read one after the other. */
const pieceBytes = 2 ** 20;
/** An entry of a database of packages that is longer is cut in two: the largest have a list of some ten thousand files. */
const longestEntry = 8 * 2 ** 20;

/** Takes a text as it comes and gives it on in pieces of about a mebibyte that end at an empty line. */
export interface TextPieces {
  /** What can be read by now. */
  push(chunk: Uint8Array): string | undefined;
  /** What is left. */
  end(): string;
  /** Whether an entry was so long that a piece ends within it. */
  isCut(): boolean;
}

/**
 * Of a database of packages never more is held than a piece, however long it is. What is no UTF-8 becomes U+FFFD.
 * Places are searched for an empty line once each time that what is held has doubled: linear in the text.
 */
export function textPieces(): TextPieces {
  let held = Buffer.alloc(0);
  let used = 0;
  let next = pieceBytes;
  let cut = false;

  function hold(chunk: Uint8Array): void {
    if (held.length < used + chunk.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(used + chunk.length, held.length * 2));
      held.copy(larger, 0, 0, used);
      held = larger;
    }
    held.set(chunk, used);
    used += chunk.length;
  }

  function take(length: number): string {
    const text = held.toString('utf8', 0, length);
    held.copyWithin(0, length, used);
    used -= length;
    return text;
  }

  return {
    push(chunk) {
      hold(chunk);
      if (used < next) return undefined;
      const end = lastEmptyLine(held.subarray(0, used));
      next = pieceBytes;
      if (end > 0) return take(end);
      if (used < longestEntry) {
        next = Math.min(used * 2, longestEntry);
        return undefined;
      }
      cut = true;
      // A line that is as long holds nothing that is looked for.
      const line = held.subarray(0, used).lastIndexOf('\n') + 1;
      return take(line > 0 ? line : used);
    },
    end: () => take(used),
    isCut: () => cut,
  };
}

/** Where what follows the last empty line begins; 0 where there is none. */
function lastEmptyLine(bytes: Buffer): number {
  const plain = bytes.lastIndexOf('\n\n');
  const withReturn = bytes.lastIndexOf('\n\r\n');
  return Math.max(plain === -1 ? 0 : plain + 2, withReturn === -1 ? 0 : withReturn + 3);
}
