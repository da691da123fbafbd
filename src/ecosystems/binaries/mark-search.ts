import { byteSearch } from '../../core/byte-search.ts';

/** A version that stands behind a text. */
export interface Mark {
  /** One character a byte. */
  readonly mark: string;
  /** Holds the version in its first group; sees what follows the mark, one character a byte. */
  readonly version: RegExp;
  /** What of the version the mark has taken already. */
  readonly prefix?: string;
}

/** A version with what has to follow it is shorter. */
const behind = 64;

/** Looks for a mark's version in a file that comes in pieces; the first that fits ends the search. Holds some bytes between two pieces. */
export function markSearch({ mark, version, prefix = '' }: Mark): {
  push(chunk: Uint8Array): void;
  end(): string | undefined;
} {
  const needle = Buffer.from(mark, 'latin1');
  const search = byteSearch(needle);
  let held = Buffer.alloc(0);
  let found: string | undefined;

  const look = (bytes: Buffer, last: boolean): void => {
    let at = search(bytes);
    for (; at !== -1 && found === undefined; at = search(bytes, at + 1)) {
      const from = at + needle.length;
      if (!last && from + behind > bytes.length) break;
      const match = version.exec(bytes.toString('latin1', from, from + behind))?.[1];
      if (match !== undefined) found = prefix + match;
    }
    held = Buffer.from(bytes.subarray(at === -1 ? Math.max(0, bytes.length - needle.length + 1) : at));
  };
  return {
    push(chunk) {
      if (found === undefined) look(Buffer.concat([held, chunk]), false);
    },
    end() {
      if (found === undefined) look(held, true);
      return found;
    },
  };
}
