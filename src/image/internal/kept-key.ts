import type { CacheFiles } from './cache-files.ts';
import { isKey, newKey } from './content-names.ts';

const name = 'content-key';
const held = new Map<string, Uint8Array | undefined>();

/**
 * The key of what is kept in a directory: contents of layers that were read at different times are compared. One for the whole process, whatever becomes
 * of its file meanwhile: contents of two images are compared, too. Undefined where none can be kept.
 */
export function keptKey(directory: string, files: CacheFiles): Uint8Array | undefined {
  if (!held.has(directory)) held.set(directory, readKey(files) ?? madeKey(files));
  return held.get(directory);
}

function readKey(files: CacheFiles): Uint8Array | undefined {
  const kept = files.read(name);
  return isKey(kept) ? Uint8Array.from(kept) : undefined;
}

function madeKey(files: CacheFiles): Uint8Array | undefined {
  try {
    files.writeFirst(name, newKey());
  } catch {}
  // Another process may have been first.
  return readKey(files);
}
