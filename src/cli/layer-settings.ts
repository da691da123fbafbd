import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LayerCacheOptions } from '../image/layer-cache.ts';
import { cacheDirectory } from './code-cache.ts';

/** Names the code that reads layers: the hash of its bundle. Only built code has one. */
declare const PLIMSOLL_LAYER_CODE: string | undefined;

/**
 * With what `analyseImage` reads layers on this machine: threads, and what was found in layers before. Both need the built program; run from its
 * sources, layers are read in one thread and always anew. PLIMSOLL_LAYER_CACHE=off keeps nothing.
 */
export function layerSettings(): { readonly cache?: LayerCacheOptions; readonly threads?: string } {
  const threads = fileURLToPath(new URL('./layer-worker.js', import.meta.url));
  const directory = process.env.PLIMSOLL_LAYER_CACHE === 'off' ? undefined : cacheDirectory();
  return {
    ...(existsSync(threads) && { threads }),
    ...(directory !== undefined &&
      typeof PLIMSOLL_LAYER_CODE === 'string' && {
        cache: { directory: path.join(directory, 'plimsoll', 'layers'), code: PLIMSOLL_LAYER_CODE },
      }),
  };
}
