import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJsonObject } from '../core/json-object.ts';
import type { CompressedSizes } from '../image/compressed-size.ts';

/** The file's name and its version: the sizes are those of one way of packing. */
const fileName = 'packed-layers-1.json';
const mostLayers = 2000;

/**
 * How small layers pack, by the digest of their content, as earlier runs measured it: to pack a base image again takes longer than to build on it.
 * Empty where there is no such file, or it is none.
 */
export function readPackedSizes(directory: string): CompressedSizes {
  const sizes: CompressedSizes = new Map();
  try {
    const known = parseJsonObject(readFileSync(path.join(directory, fileName), 'utf8')) ?? {};
    for (const [digest, size] of Object.entries(known))
      if (/^sha256:[0-9a-f]{64}$/.test(digest) && typeof size === 'number' && size >= 0) sizes.set(digest, size);
  } catch {
    // It is measured then.
  }
  return sizes;
}

/** Keeps them for the next run, the latest of them. Never throws. */
export function writePackedSizes(directory: string, sizes: CompressedSizes): void {
  const beside = path.join(directory, `${fileName}.${process.pid}.part`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(beside, JSON.stringify(Object.fromEntries([...sizes].slice(-mostLayers))));
    renameSync(beside, path.join(directory, fileName));
  } catch {
    rmSync(beside, { force: true });
  }
}
