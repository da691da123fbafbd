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
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    // The mark is one in a file of mixed encodings, too: BuildKit takes it off whatever follows.
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const rest = Buffer.from(marked ? bytes.subarray(3) : bytes).toString('latin1');
    return { path, text: marked ? byteOrderMark + rest : rest, encoding: 'latin1' };
  }
}

/** The bytes to write for an artifact's (possibly edited) text: the reverse of {@link decodeArtifact}. */
export function encodeArtifact({ text, encoding }: Pick<Artifact, 'text' | 'encoding'>): Uint8Array {
  if (encoding === 'utf-8' || !text.startsWith(byteOrderMark)) return Buffer.from(text, encoding);
  return Buffer.concat([Buffer.from(byteOrderMark, 'utf-8'), Buffer.from(text.slice(1), 'latin1')]);
}
