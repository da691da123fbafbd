import { type FileHandle, open } from 'node:fs/promises';
import type { LayerBytes } from '../image.ts';

/** Large enough that a system call and a switch of threads do not count; small enough that a few of them are no memory. */
export const chunkBytes = 1 << 20;

/**
 * A layer's bytes as they are stored, from a file or a connection. A chunk is valid until the one after the next is asked for: two buffers take turns, so that
 * one is read while the other one is unpacked.
 */
export async function* packedBytes(
  content: Exclude<LayerBytes, { kind: 'directory' }>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (content.kind === 'stream') {
    const stopped = new AbortController();
    const { signal: own } = stopped;
    try {
      yield* content.open(signal ? AbortSignal.any([signal, own]) : own);
    } finally {
      stopped.abort();
    }
    return;
  }
  const file = await open(content.path, 'r');
  try {
    yield* rangeOf(file, content.offset, content.length, signal);
  } finally {
    await file.close();
  }
}

async function* rangeOf(
  file: FileHandle,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const buffers = [0, 1, 2].map(() => new Uint8Array(Math.min(chunkBytes, Math.max(length, 1))));
  let at = 0;
  let turn = 0;
  // The next chunk is read while this one is looked at.
  const next = () => {
    const buffer = buffers[turn++ % buffers.length] ?? new Uint8Array(chunkBytes);
    const reading = file.read(buffer, 0, Math.min(buffer.length, length - at), offset + at);
    reading.catch(() => undefined);
    return reading;
  };
  let reading = next();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await reading;
      at += bytesRead;
      if (bytesRead > 0 && at < length) reading = next();
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      if (bytesRead === 0 || at >= length) return;
    }
  } finally {
    await reading.catch(() => undefined);
  }
}
