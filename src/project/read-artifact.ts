import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Artifact, decodeArtifact } from '../core/artifact.ts';
import { errorCode } from '../core/errors.ts';
import type { ReadProblem } from '../core/report.ts';

/** A file's text, or why there is none. */
export type ReadResult =
  | { readonly kind: 'read'; readonly artifact: Artifact }
  | ({ readonly kind: 'problem' } & ReadProblem);

/** No Dockerfile or manifest that is meant is larger, and a larger one would take seconds. */
export const defaultMaximumBytes = 16 * 1024 * 1024;

/** Reads one text file of a project. Never throws. */
export function readArtifact(root: string, path: string, maximumBytes: number = defaultMaximumBytes): ReadResult {
  const place = join(root, path);
  try {
    const file = openSync(place, 'r');
    try {
      return artifactOfBytes(path, readUpTo(file, maximumBytes + 1), maximumBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Reads all of a stream, standard input for one, as the artifact of the given path. Never rejects. */
export async function readStandardInput(
  stream: AsyncIterable<Uint8Array | string>,
  path = '-',
  maximumBytes: number = defaultMaximumBytes,
): Promise<ReadResult> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      chunks.push(bytes);
      size += bytes.length;
      if (size > maximumBytes) break;
    }
  } catch (error) {
    return unreadable(path, error);
  }
  return artifactOfBytes(path, Buffer.concat(chunks), maximumBytes);
}

/** Decodes what was read: text only, and no more than the bound. */
export function artifactOfBytes(
  path: string,
  bytes: Uint8Array,
  maximumBytes: number = defaultMaximumBytes,
): ReadResult {
  if (bytes.length > maximumBytes)
    return problem(
      path,
      `the file is larger than ${inMegabytes(maximumBytes)} and was not read`,
      'Exclude it in plimsoll.yaml, or make it smaller.',
    );
  if (isUtf16(bytes))
    return problem(path, 'the file is UTF-16, which Docker and Kubernetes do not read', 'Save it as UTF-8.');
  if (bytes.includes(0))
    return problem(
      path,
      'the file is binary and was not read',
      'Exclude it in plimsoll.yaml, or give it another name.',
    );
  return { kind: 'read', artifact: decodeArtifact(path, bytes) };
}

/** A byte order mark says so. Without one, UTF-16 is as good as binary. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

const chunkBytes = 256 * 1024;

/** One for all files: what was read is decoded before the next file is. */
let firstChunk: Buffer | undefined;

function readUpTo(file: number, maximum: number): Uint8Array {
  firstChunk ??= Buffer.allocUnsafeSlow(chunkBytes);
  const first = fill(firstChunk.subarray(0, Math.min(chunkBytes, maximum)), file);
  if (first.length < chunkBytes) return first;
  const chunks = [first];
  for (let size = first.length; size < maximum; ) {
    const chunk = fill(Buffer.allocUnsafe(Math.min(chunkBytes, maximum - size)), file);
    if (chunk.length === 0) break;
    chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** Reads until the buffer is full or the file ends, and gives what was filled. */
function fill(buffer: Buffer, file: number): Buffer {
  let size = 0;
  while (size < buffer.length) {
    const count = readSync(file, buffer, size, buffer.length - size, null);
    if (count === 0) break;
    size += count;
  }
  return buffer.subarray(0, size);
}

function inMegabytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;
}

const causes: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  ENOENT: ['there is no such file', 'Check the name.'],
  EACCES: [
    'the file cannot be read: permission denied',
    'Give the permission to read it, or exclude it in plimsoll.yaml.',
  ],
  EPERM: [
    'the file cannot be read: permission denied',
    'Give the permission to read it, or exclude it in plimsoll.yaml.',
  ],
  EISDIR: ['this is a directory, not a file', 'Name a file.'],
  ELOOP: ['the link leads back to itself', 'Mend the link, or exclude it in plimsoll.yaml.'],
};

function unreadable(path: string, error: unknown): ReadResult {
  const code = errorCode(error) ?? 'unknown error';
  const [message, remedy] = causes[code] ?? [`the file cannot be read (${code})`, 'Exclude it in plimsoll.yaml.'];
  return problem(path, message, remedy);
}

function problem(path: string, message: string, remedy: string): ReadResult {
  return { kind: 'problem', path, message, remedy };
}
