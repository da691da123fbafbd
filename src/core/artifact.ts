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

/** Decodes a file's bytes losslessly; see {@link Artifact}. */
export function decodeArtifact(path: string, bytes: Uint8Array): Artifact {
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { path, text: Buffer.from(bytes).toString('latin1'), encoding: 'latin1' };
  }
}

/** The bytes to write for an artifact's (possibly edited) text: the reverse of {@link decodeArtifact}. */
export function encodeArtifact(artifact: Pick<Artifact, 'text' | 'encoding'>): Uint8Array {
  return Buffer.from(artifact.text, artifact.encoding);
}
