import { open } from 'node:fs/promises';
import type { LayerBytes, Packing } from '../image.ts';

/** What is packed with these is recognised to say so. */
export type KnownPacking = Packing | 'xz' | 'bzip2';

const magic: readonly (readonly [KnownPacking, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/** How bytes are packed that begin so. A tar begins with a name, and no name of a layer's file begins like these. */
export function packingOfStart(start: Uint8Array): KnownPacking {
  return magic.find(([, bytes]) => bytes.every((byte, index) => start[index] === byte))?.[0] ?? zstdSkippable(start);
}

/** zstd's frames that hold no data come first in what `zstd:chunked` writes (RFC 8878, section 3.1.2). */
function zstdSkippable([first = 0, second, third, fourth]: Uint8Array): KnownPacking {
  return first >> 4 === 5 && second === 0x2a && third === 0x4d && fourth === 0x18 ? 'zstd' : 'none';
}

/** How a range of a file is packed. */
export async function packingOf({ path, offset }: Extract<LayerBytes, { kind: 'file' }>): Promise<Packing> {
  const packing = packingOfStart(await startOf(path, offset));
  return packing === 'xz' || packing === 'bzip2' ? 'unknown' : packing;
}

/** A few bytes of a file. */
export async function startOf(path: string, offset: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
