import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { LayerBytes } from '../image.ts';
import { type FileState, watchFile } from './file-state.ts';

/** Large enough that a system call and a switch of threads do not count; small enough that a few of them are no memory. */
export const chunkBytes = 1 << 20;

/** Some milliseconds of work. */
const turnsAtOnce = 8;

/**
 * A layer's bytes as they are stored, from a file or a connection. A chunk is valid until the one after the next is asked for: two buffers take turns, so that
 * one is read while the other one is unpacked.
 * @param onEnd is called when all bytes of a file were read that did not change meanwhile and whose later changes can be seen
 */
export async function* packedBytes(
  content: Exclude<LayerBytes, { kind: 'directory' }>,
  signal: AbortSignal | undefined,
  onEnd: (state: FileState) => void = () => undefined,
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
    const watch = watchFile(file.fd);
    yield* rangeOf(file, content.offset, content.length, signal);
    const state = watch.unchanged();
    if (state) onEnd(state);
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
  for (let turn = 0; at < length; turn++) {
    // Reading without waiting takes a tenth of what handing it to another thread and back takes; others have their turn now and then.
    if (turn % turnsAtOnce === turnsAtOnce - 1) await setImmediate();
    signal?.throwIfAborted();
    const buffer = buffers[turn % buffers.length] ?? new Uint8Array(chunkBytes);
    const bytesRead = readSync(file.fd, buffer, 0, Math.min(buffer.length, length - at), offset + at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
