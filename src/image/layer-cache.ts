import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ImageLayer } from './image.ts';
import type { LayerScan } from './layer-scan.ts';

/** Where what was found in layers is kept, by the digests of their contents: the same layer is in many images. */
export interface LayerCacheOptions {
  /** Made where there is none. */
  readonly directory: string;
  /** Names the version of the code that reads layers: what another one found does not count. */
  readonly code: string;
  /** What all files together may have; the longest unused ones go. */
  readonly maximumBytes?: number;
}

export interface LayerCache {
  /** Undefined where nothing is known, or what is known cannot be read. */
  find(layer: ImageLayer): LayerScan | undefined;
  /** Best effort: a cache that cannot be written is none. */
  keep(layer: ImageLayer, scan: LayerScan): void;
}

const defaultMaximumBytes = 512 * 2 ** 20;
const ending = '.layer';
const checkBytes = 32;

/** @param settings what else the results depend on: who looked for packages, whether secrets were looked for */
export function layerCache(options: LayerCacheOptions, settings: readonly string[]): LayerCache {
  const { directory, code, maximumBytes = defaultMaximumBytes } = options;
  return {
    find(layer) {
      const file = fileOf(directory, layer, code, settings);
      return file === undefined ? undefined : read(file, layer);
    },
    keep(layer, scan) {
      const file = fileOf(directory, layer, code, settings);
      if (file === undefined) return;
      try {
        const content = serialize(scan);
        if (content.length > maximumBytes) return;
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const draft = `${file}.${process.pid}.part`;
        writeFileSync(draft, Buffer.concat([checkOf(content), content]), { mode: 0o600 });
        renameSync(draft, file);
        makeRoom(directory, maximumBytes);
      } catch {}
    },
  };
}

/** What is in a layer depends on its content only, not on how it is packed. */
function fileOf(directory: string, layer: ImageLayer, code: string, settings: readonly string[]): string | undefined {
  const digest = layer.diffId ?? layer.digest;
  if (digest === undefined || layer.content.kind === 'directory') return undefined;
  const name = createHash('sha256')
    .update(JSON.stringify([digest, code, process.version, settings]))
    .digest('hex');
  return path.join(directory, `${name}${ending}`);
}

function read(file: string, layer: ImageLayer): LayerScan | undefined {
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(checkBytes);
    // Cut off or damaged: it is read again and written anew.
    if (!checkOf(content).equals(bytes.subarray(0, checkBytes))) return undefined;
    const scan: LayerScan = deserialize(content);
    const now = new Date();
    utimesSync(file, now, now);
    return asPackedHere(scan, layer);
  } catch {
    return undefined;
  }
}

/** Another image may have had the layer packed in another way. */
function asPackedHere(scan: LayerScan, layer: ImageLayer): LayerScan {
  const { unpacked } = scan;
  if (unpacked === undefined) return scan;
  const packing =
    layer.digest === layer.diffId ? 'none' : layer.packing === 'unknown' ? unpacked.packing : layer.packing;
  return { ...scan, unpacked: { ...unpacked, packing, packedBytes: layer.bytes ?? unpacked.packedBytes } };
}

function checkOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

function makeRoom(directory: string, maximumBytes: number): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(ending) || name.endsWith('.part'))
    .flatMap((name) => {
      const file = path.join(directory, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ file, bytes: stat.size, used: stat.mtimeMs }];
    })
    .sort((one, other) => other.used - one.used);
  let total = 0;
  for (const { file, bytes } of files) {
    total += bytes;
    if (total > maximumBytes) rmSync(file, { force: true });
  }
}
