import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parseJsonObject } from '../../core/json-object.ts';
import type { LayerBytes } from '../image.ts';
import type { CacheFiles } from './cache-files.ts';
import { currentState, type FileState, watchFile } from './file-state.ts';

type FileRange = Extract<LayerBytes, { kind: 'file' }>;

/** Which bytes of files on this machine were held against their digests, and what those files looked like then. */
export interface VerifiedFiles {
  /** Whether a range of a file has a digest. Its bytes are read unless that was done before and the file has not changed since. */
  hasDigest(range: FileRange, algorithm: string, digest: string): Promise<boolean>;
  /** Notes that reading it has shown so. Best effort. */
  note(range: FileRange, digest: string, state: FileState): void;
}

/** Digests of one file: an archive has one for each of its layers. */
interface Known {
  readonly state: string;
  readonly digests: readonly string[];
}

const maximumDigests = 1_024;
const chunkBytes = 1 << 20;

export function verifiedFiles(files: CacheFiles): VerifiedFiles {
  const known = new Map<string, Known | undefined>();
  const knownOf = (file: string) => {
    if (!known.has(file)) known.set(file, readKnown(files.read(nameOf(file))));
    return known.get(file);
  };
  const note = (range: FileRange, digest: string, { file, state }: FileState) => {
    const before = knownOf(file);
    const others = before?.state === state ? before.digests : [];
    const next = { state, digests: [...new Set([...others, inRange(range, digest)])].slice(-maximumDigests) };
    known.set(file, next);
    try {
      files.write(nameOf(file), Buffer.from(JSON.stringify(next)));
    } catch {}
  };
  return {
    async hasDigest(range, algorithm, digest) {
      const now = currentState(range.path);
      const before = now && knownOf(now.file);
      if (before && before.state === now.state && before.digests.includes(inRange(range, digest))) return true;
      const read = await digestOfRange(range, algorithm).catch(() => undefined);
      if (read?.digest !== digest) return false;
      if (read.state) note(range, digest, read.state);
      return true;
    },
    note,
  };
}

function nameOf(file: string): string {
  return `file-${file}`;
}

function inRange({ offset, length }: FileRange, digest: string): string {
  return `${offset}+${length} ${digest}`;
}

function readKnown(content: Buffer | undefined): Known | undefined {
  if (content === undefined) return undefined;
  const { state, digests } = parseJsonObject(content.toString('utf8')) ?? {};
  if (typeof state !== 'string' || !Array.isArray(digests)) return undefined;
  return { state, digests: digests.filter((each) => typeof each === 'string') };
}

async function digestOfRange({ path, offset, length }: FileRange, algorithm: string) {
  const descriptor = openSync(path, 'r');
  try {
    const watch = watchFile(descriptor);
    const hash = createHash(algorithm);
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    for (let at = 0; at < length; ) {
      const bytes = readSync(descriptor, chunk, 0, Math.min(chunkBytes, length - at), offset + at);
      if (bytes === 0) break;
      hash.update(chunk.subarray(0, bytes));
      at += bytes;
      if (at % (8 * chunkBytes) === 0) await setImmediate();
    }
    return { digest: `${algorithm}:${hash.digest('hex')}`, state: watch.unchanged() };
  } finally {
    closeSync(descriptor);
  }
}
