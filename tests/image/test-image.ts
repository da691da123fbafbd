import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Image, ImageConfiguration, ImageLayer } from '../../src/image/image.ts';
import { type TarFile, tarOf } from './tar-archive.ts';

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A layer of these bytes, read from memory. Fields that a test wants otherwise are given. */
export function layerOfBytes(bytes: Uint8Array, given: Partial<ImageLayer> = {}): ImageLayer {
  return {
    digest: digestOf(bytes),
    packing: 'unknown',
    bytes: bytes.length,
    foreign: false,
    content: {
      kind: 'stream',
      async *open() {
        yield bytes;
      },
    },
    ...given,
  };
}

/** A gzipped layer of these files. */
export function layerOf(files: readonly TarFile[], given: Partial<ImageLayer> = {}): ImageLayer {
  const tar = tarOf(files);
  return layerOfBytes(gzipSync(tar), { diffId: digestOf(tar), packing: 'gzip', ...given });
}

export function imageOf(layers: readonly ImageLayer[], given: Partial<ImageConfiguration> = {}): Image {
  return {
    name: 'test',
    annotations: new Map(),
    configuration: {
      digest: digestOf(Buffer.from('{}')),
      platform: { os: 'linux', architecture: 'amd64' },
      user: '',
      exposedPorts: [],
      environment: [],
      volumes: [],
      workingDirectory: '',
      labels: new Map(),
      history: [],
      diffIds: layers.map(({ diffId }) => diffId ?? ''),
      ...given,
    },
    layers,
    close: async () => undefined,
  };
}
