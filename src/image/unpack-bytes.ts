import { gunzipSync } from 'node:zlib';
import { unzstd } from './internal/unzstd.ts';

/**
 * What is packed with gzip, Zstandard or xz, as its first bytes tell, unpacked; anything else as it is. Of what is unpacked no more than `maximumBytes` is
 * ever kept.
 * @throws Error where it is corrupt, or unpacks to more
 */
export async function unpackBytes(packed: Buffer, maximumBytes: number): Promise<Buffer> {
  if (packed[0] === 0x1f && packed[1] === 0x8b) return gunzipSync(packed, { maxOutputLength: maximumBytes });
  if (packed.length >= 6) {
    if (packed.readUInt32BE(0) === 0x28b52ffd)
      return collected(
        unzstd(once(packed), (why) => new Error(why)),
        maximumBytes,
      );
    if (packed.readUInt32BE(0) === 0xfd377a58) return unxz(packed, maximumBytes);
  }
  if (packed.length > maximumBytes) throw tooMuch(maximumBytes);
  return packed;
}

interface XzModule {
  readonly XzReadableStream?: new (packed: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
}

async function unxz(packed: Buffer, maximumBytes: number): Promise<Buffer> {
  // A CommonJS module: Node.js gives it as the default, a bundle by its names.
  const loaded: XzModule & { readonly default?: XzModule } = await import('xz-decompress');
  const XzStream = loaded.XzReadableStream ?? loaded.default?.XzReadableStream;
  if (XzStream === undefined) throw new Error('xz-decompress has no XzReadableStream');
  const stream = new XzStream(new Blob([new Uint8Array(packed)]).stream());
  return collected(stream, maximumBytes);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collected(chunks: AsyncIterable<Uint8Array>, maximumBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw tooMuch(maximumBytes);
    parts.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(parts);
}

function tooMuch(maximumBytes: number): Error {
  return new Error(`it unpacks to more than ${maximumBytes} bytes`);
}
