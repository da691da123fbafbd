/** What is no Zstandard, or asks for more memory than it is given. */
export class ZstdError extends Error {}

/** What decoders must be able to take (RFC 8878, section 3.1.1.1.2), and 16 times that: fzstd looks back so far. */
const maximumWindow = 32 * 2 ** 20;

/** Follows the frames of a layer without unpacking them. */
export interface ZstdFrames {
  /**
   * Gives how many blocks begin in these bytes: each may be 128 KiB unpacked.
   * @throws ZstdError where a frame asks for a larger window than 32 MiB, or the bytes are no frames
   */
  push(chunk: Uint8Array): number;
  /** @throws ZstdError where the last frame is not complete */
  end(): void;
}

type Part = 'magic' | 'descriptor' | 'header' | 'block' | 'skip-size';

/**
 * Reads the headers of frames and blocks (https://www.rfc-editor.org/rfc/rfc8878#section-3.1): the memory that a frame is given is what its header says, and a
 * layer may have as many frames as it likes.
 */
export function zstdFrames(): ZstdFrames {
  const field = new Uint8Array(16);
  let filled = 0;
  let wanted = 4;
  let part: Part = 'magic';
  let skip = 0;
  let checksum = 0;
  let blocks = 0;

  function want(next: Part, bytes: number): void {
    part = next;
    wanted = bytes;
    filled = 0;
  }

  function little(from: number, bytes: number): number {
    let value = 0;
    for (let at = from + bytes - 1; at >= from; at--) value = value * 256 + (field[at] ?? 0);
    return value;
  }

  function complete(): void {
    switch (part) {
      case 'magic': {
        const magic = little(0, 4);
        if (magic === 0xfd2fb528) want('descriptor', 1);
        else if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) want('skip-size', 4);
        else throw new ZstdError('what should be a Zstandard frame is none');
        return;
      }
      case 'skip-size':
        skip = little(0, 4);
        want('magic', 4);
        return;
      case 'descriptor': {
        const descriptor = field[0] ?? 0;
        checksum = (descriptor & 4) === 0 ? 0 : 4;
        want('header', headerBytes(descriptor));
        filled = 1;
        return;
      }
      case 'header':
        if (windowOf() > maximumWindow)
          throw new ZstdError(`a Zstandard frame asks for ${windowOf()} bytes of memory, more than ${maximumWindow}`);
        want('block', 3);
        return;
      case 'block': {
        blocks++;
        const header = little(0, 3);
        const kind = (header >> 1) & 3;
        if (kind === 3) throw new ZstdError('a Zstandard block is of no known kind');
        skip = kind === 1 ? 1 : header >> 3;
        const last = (header & 1) === 1;
        if (last) skip += checksum;
        want(last ? 'magic' : 'block', last ? 4 : 3);
      }
    }
  }

  function windowOf(): number {
    const descriptor = field[0] ?? 0;
    if ((descriptor & 0x20) === 0) {
      const window = field[1] ?? 0;
      const base = 2 ** (10 + (window >> 3));
      return base + (base / 8) * (window & 7);
    }
    const size = contentSizeBytes(descriptor);
    return little(wanted - size, size) + (size === 2 ? 256 : 0);
  }

  return {
    push(chunk) {
      let at = 0;
      blocks = 0;
      while (at < chunk.length) {
        if (skip > 0) {
          const step = Math.min(skip, chunk.length - at);
          skip -= step;
          at += step;
        } else {
          field[filled++] = chunk[at++] ?? 0;
          if (filled === wanted) complete();
        }
      }
      return blocks;
    },
    end() {
      if (part !== 'magic' || filled > 0 || skip > 0) throw new ZstdError('unexpected end of file');
    },
  };
}

/** With the descriptor itself. */
function headerBytes(descriptor: number): number {
  const window = (descriptor & 0x20) === 0 ? 1 : 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return 1 + window + dictionary + contentSizeBytes(descriptor);
}

function contentSizeBytes(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 ? ((descriptor & 0x20) === 0 ? 0 : 1) : 2 ** flag;
}
