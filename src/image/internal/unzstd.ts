import { type ZstdFrames, zstdFrames } from './zstd-frames.ts';

/** What fzstd is given at a time: it gives all that it makes of that before it returns. */
const pieceBytes = 128 * 1024;
const pieceBlocks = 64;
/** So small that no more than 128 blocks begin in it. */
const stepBytes = 512;

/**
 * What is packed with Zstandard (RFC 8878). Node.js has it from 22.15 on only: fzstd, which is JavaScript, is loaded when such bytes are met.
 * @throws what `failed` makes of the reason: corrupt, cut off, or a frame that asks for more than 32 MiB of memory
 */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
  failed: (why: string, cause: unknown) => Error,
): AsyncGenerator<Uint8Array> {
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
      throw failed(why, cause);
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
