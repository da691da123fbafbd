import { availableParallelism } from 'node:os';
import { entryTableBuilder } from './entry-table.ts';
import type { ImageLayer } from './image.ts';
import { processKey } from './internal/content-names.ts';
import { layerError } from './internal/layer-error.ts';
import { algorithmOf } from './internal/unpack-layer.ts';
import type { LayerCache } from './layer-cache.ts';
import { type LayerScan, layerScanner, type ScanOptions } from './layer-scan.ts';
import { type LayerThread, startLayerThread } from './layer-threads.ts';

export interface ScanLayersOptions extends ScanOptions {
  readonly cache?: LayerCache | undefined;
  /** The file that threads run (layer-threads.ts); without one, or for layers that are small together, this thread reads all. */
  readonly threads?: string | undefined;
  /** How much of the stored bytes was read, 0 to 1, after each layer. */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Entries of all layers. */
  readonly maximumImageEntries?: number;
  /** Packages of all layers. */
  readonly maximumImagePackages?: number;
}

/** Of all layers together: so many are held in memory at a time. */
const mostEntries = 1_500_000;
const mostPackages = 250_000;
/** Threads beside this one; each takes up to 100 MB, and all together are to stay below 300. Unpacking has threads of its own. */
const mostThreads = 1;
/** To start a thread takes as long as reading so much. */
const worthThread = 16 * 2 ** 20;
/** Layers that come over a connection at a time. */
const streamsAtOnce = 3;

/**
 * Reads all layers, the largest first, on all processors. Layers that the cache knows by the digest of their bytes are not read; of those in files the
 * digest is counted. A layer that is in the image twice is read once.
 * @throws UserError that the first of them that cannot be read ends with
 */
export async function scanLayers(layers: readonly ImageLayer[], options: ScanLayersOptions): Promise<LayerScan[]> {
  const { cache } = options;
  const scans = new Map<ImageLayer, LayerScan>();
  const first = new Map<string, ImageLayer>();
  const pending: ImageLayer[] = [];
  const { maximumImageEntries = mostEntries, maximumImagePackages = mostPackages } = options;
  let entries = 0;
  let packages = 0;
  const count = (layer: ImageLayer, scan: LayerScan) => {
    entries += scan.entries.count;
    packages += scan.packages.length;
    const tooMany =
      entries > maximumImageEntries
        ? `${maximumImageEntries} files, directories and links`
        : packages > maximumImagePackages
          ? `${maximumImagePackages} packages`
          : undefined;
    if (tooMany !== undefined)
      throw layerError(layer, `this layer and others of the image have more than ${tooMany}: no more are read`);
  };
  const add = (layer: ImageLayer, scan: LayerScan) => {
    count(layer, scan);
    scans.set(layer, scan);
  };
  for (const layer of layers) {
    const name = identityOf(layer);
    if (name !== undefined && first.has(name)) continue;
    if (name !== undefined) first.set(name, layer);
    const known = layer.foreign ? emptyScan() : await cache?.find(layer);
    if (known) add(layer, known);
    else pending.push(layer);
  }
  const total = pending.reduce((sum, { bytes }) => sum + (bytes ?? 1), 0);
  let read = 0;
  await readAll(pending, options, (layer, scan) => {
    add(layer, scan);
    cache?.keep(layer, scan);
    read += layer.bytes ?? 1;
    options.onProgress?.(read / total);
  });
  return layers.map((layer) => {
    const own = scans.get(layer);
    const scan = own ?? scans.get(first.get(identityOf(layer) ?? '') ?? layer);
    if (scan === undefined) throw new Error('a layer was neither read nor known');
    // One that is there again was read once, and is put on the others again.
    if (own === undefined) count(layer, scan);
    return scan;
  });
}

/**
 * Equal for layers of the same bytes of which the image says the same; undefined where that is not to be seen. A diffId alone names no bytes: anybody
 * can write the one of another layer into a configuration.
 */
function identityOf({ digest, diffId, bytes, foreign, content }: ImageLayer): string | undefined {
  const place =
    content.kind === 'file' ? [content.path, content.offset, content.length] : algorithmOf(digest) && digest;
  return place && JSON.stringify([place, digest, diffId, bytes, foreign]);
}

function emptyScan(): LayerScan {
  return {
    unpacked: undefined,
    entries: entryTableBuilder().finish(),
    packages: [],
    notes: [],
    secrets: [],
    texts: new Map(),
    usedTests: [],
    gaps: ['a foreign layer, which the image only names, was not read'],
  };
}

async function readAll(
  layers: readonly ImageLayer[],
  options: ScanLayersOptions,
  done: (layer: ImageLayer, scan: LayerScan) => void,
): Promise<void> {
  const sorted = [...layers].sort((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0));
  const stored = sorted.filter(({ content }) => content.kind !== 'stream');
  const streams = sorted.filter(({ content }) => content.kind === 'stream');
  const stopped = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopped.signal]) : stopped.signal;
  const threads = threadsFor(stored, options);
  const take = async (queue: ImageLayer[], scan: (layer: ImageLayer) => Promise<LayerScan>) => {
    for (let layer = queue.shift(); layer !== undefined && !signal.aborted; layer = queue.shift())
      done(layer, await scan(layer));
  };
  const takeHere = (queue: ImageLayer[]) => take(queue, layerScanner({ ...options, signal }).scan);
  const takeInThread = async (thread: LayerThread) => {
    try {
      await take(stored, thread.scan);
    } catch (error) {
      const layer = thread.unanswered();
      if (layer === undefined || signal.aborted) throw error;
      // A thread that did not start: this one does its share.
      stored.unshift(layer);
      await takeHere(stored);
    }
  };
  const onAbort = () => Promise.all(threads.map((thread) => thread.stop()));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.all([
      takeHere(stored),
      ...threads.map(takeInThread),
      ...Array.from({ length: Math.min(streamsAtOnce, streams.length) }, () => takeHere(streams)),
    ]);
    options.signal?.throwIfAborted();
  } finally {
    stopped.abort();
    await onAbort();
  }
}

function threadsFor(
  layers: readonly ImageLayer[],
  { threads, cataloguers, secrets, contentKey = processKey() }: ScanLayersOptions,
): LayerThread[] {
  if (threads === undefined) return [];
  // The largest is this thread's own.
  const others = layers.slice(1).filter(({ bytes }) => (bytes ?? 0) > 0);
  const worth = others.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) / worthThread;
  const count = Math.min(mostThreads, availableParallelism() - 1, others.length, Math.floor(worth));
  const settings = { cataloguers: cataloguers.map(({ name }) => name), secrets, contentKey };
  return Array.from({ length: Math.max(count, 0) }, () => startLayerThread(threads, settings));
}
