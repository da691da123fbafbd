import type { ImageLayer } from '../image.ts';
import { layerError } from './layer-error.ts';
import { type ZstdFrames, zstdFrames } from './zstd-frames.ts';

/** What fzstd is given at a time: it gives all that it makes of that before it returns. */
const pieceBytes = 128 * 1024;
const pieceBlocks = 64;
/** So small that no more than 128 blocks begin in it. */
const stepBytes = 512;

/**
 * A layer packed with Zstandard (RFC 8878). Node.js has it from 22.15 on only: fzstd, which is JavaScript, is loaded when such a layer is met.
 * @throws UserError naming the layer: corrupt, cut off, or a frame that asks for more than 32 MiB of memory
 */
export async function* unzstd(packed: AsyncGenerator<Uint8Array>, layer: ImageLayer): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const ready: Uint8Array[] = [];
  const frames = zstdFrames();
  const decompress = new Decompress((bytes) => {
    if (bytes.length > 0) ready.push(bytes);
  });
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw layerError(layer, `the layer cannot be unpacked: ${why}`, { cause });
    }
  };
  for await (const chunk of packed)
    for (let at = 0; at < chunk.length; ) {
      attempt(() => {
        const end = pieceEnd(frames, chunk, at);
        // It keeps what it is given.
        decompress.push(chunk.slice(at, end));
        at = end;
      });
      yield* ready.splice(0);
    }
  attempt(() => frames.end());
}

function pieceEnd(frames: ZstdFrames, chunk: Uint8Array, start: number): number {
  let end = start;
  for (let blocks = 0; end < chunk.length && end - start < pieceBytes && blocks < pieceBlocks; ) {
    const next = Math.min(end + stepBytes, chunk.length);
    blocks += frames.push(chunk.subarray(end, next));
    end = next;
  }
  return end;
}
