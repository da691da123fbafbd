import { isUtf8 } from 'node:buffer';

/**
 * One text that was read. `text` decodes to the file's exact bytes: a byte order mark stays its first character, and a file
 * that is not valid UTF-8 is read as Latin-1 (`encoding` says so), so that writing it back gives the same bytes.
 */
export interface Artifact {
  /** Relative to the project's root, with forward slashes; `-` for standard input. */
  readonly path: string;
  readonly text: string;
  readonly encoding: 'utf-8' | 'latin1';
}

const byteOrderMark = '\uFEFF';

/** Decodes a file's bytes losslessly; see {@link Artifact}. */
export function decodeArtifact(path: string, bytes: Uint8Array): Artifact {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return { path, text: buffer.toString('utf-8'), encoding: 'utf-8' };
  // The mark is one in a file of mixed encodings, too: BuildKit takes it off whatever follows.
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const rest = (marked ? buffer.subarray(3) : buffer).toString('latin1');
  return { path, text: marked ? byteOrderMark + rest : rest, encoding: 'latin1' };
}

/** The bytes to write for an artifact's (possibly edited) text: the reverse of {@link decodeArtifact}. */
export function encodeArtifact({ text, encoding }: Pick<Artifact, 'text' | 'encoding'>): Uint8Array {
  if (encoding === 'utf-8' || !text.startsWith(byteOrderMark)) return Buffer.from(text, encoding);
  return Buffer.concat([Buffer.from(byteOrderMark, 'utf-8'), Buffer.from(text.slice(1), 'latin1')]);
}
