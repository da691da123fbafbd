import { gzipSync } from 'node:zlib';
import type { ImageLayer } from './image.ts';
import { packedBytes } from './internal/packed-bytes.ts';

/** Of a larger layer parts from its whole length are packed. Bytes. */
const packedAtMost = 64 * 2 ** 20;

/**
 * How large a layer that its source has unpacked will be in a registry, in bytes: it is packed here as builders and engines pack it by default, with
 * gzip at its default level. Of a layer of more than 64 MiB every n-th part is packed, of a directory nothing is known.
 * @throws UserError where its bytes cannot be read
 */
export async function packedSize({ content, bytes }: ImageLayer, signal?: AbortSignal): Promise<number | undefined> {
  if (content.kind === 'directory') return undefined;
  const every = Math.max(1, Math.ceil((bytes ?? 0) / packedAtMost));
  let [read, tried, packed, at] = [0, 0, 0, 0];
  for await (const chunk of packedBytes(content, signal)) {
    read += chunk.length;
    if (at++ % every !== 0) continue;
    tried += chunk.length;
    packed += gzipSync(chunk).length;
  }
  return tried === 0 ? 0 : Math.round((packed / tried) * read);
}
