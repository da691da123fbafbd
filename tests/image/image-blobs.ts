import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type TarFile, tarOf } from './tar-archive.ts';
import { digestOf } from './test-image.ts';

export const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  tar: 'application/vnd.oci.image.layer.v1.tar',
};

export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly [field: string]: unknown;
}

/** Blobs of images that a test makes, by their digests. */
export interface TestBlobs {
  readonly blobs: ReadonlyMap<string, Buffer>;
  add(mediaType: string, content: Buffer | object, more?: object): TestDescriptor;
  /** A manifest of an image of two layers, one gzipped, each with a file of this text. */
  image(
    text: string,
    given?: { readonly platform?: object; readonly config?: object; readonly manifest?: object },
  ): TestDescriptor;
}

export function testBlobs(): TestBlobs {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer | object, more: object = {}) => {
    const body = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = digestOf(body);
    blobs.set(digest, body);
    return { mediaType, digest, size: body.length, ...more };
  };
  return {
    blobs,
    add,
    image(text, { platform = { os: 'linux', architecture: 'amd64' }, config = {}, manifest = {} } = {}) {
      const base = tarOf([{ name: 'etc/base', content: 'base' }]);
      const own = tarOf([{ name: 'app/text', content: text }]);
      const layers = [add(types.gzip, gzipSync(base)), add(types.tar, own)];
      const configuration = {
        ...platform,
        config: { User: 'web', Env: ['A=1'], Cmd: ['/app'], ExposedPorts: { '80/tcp': {} }, Labels: { from: text } },
        history: [{ created_by: 'ADD base' }, { created_by: 'ENV A=1', empty_layer: true }, { created_by: 'COPY app' }],
        rootfs: { type: 'layers', diff_ids: [digestOf(base), digestOf(own)] },
        ...config,
      };
      return add(
        types.manifest,
        {
          schemaVersion: 2,
          mediaType: types.manifest,
          config: add(types.config, configuration),
          layers,
          ...manifest,
        },
        { platform },
      );
    },
  };
}

/** The files of an OCI layout by their paths, for a directory or an archive. */
export function layoutFiles(
  blobs: ReadonlyMap<string, Buffer>,
  manifests: readonly object[],
  index: object = {},
): TarFile[] {
  return [
    ...[...blobs].map(([digest, content]) => ({ name: `blobs/${digest.replace(':', '/')}`, content })),
    { name: 'oci-layout', content: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests, ...index }) },
  ];
}

/** Writes files into a directory that is made. */
export function writeFiles(directory: string, files: readonly TarFile[]): string {
  for (const { name, content = '' } of files) {
    const file = path.join(directory, String(name));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return directory;
}

/** A Zstandard frame of blocks that are stored as they are (RFC 8878, section 3.1.1). */
export function zstdStored(content: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x50)];
  for (let at = 0; at === 0 || at < content.length; at += 0x20000) {
    const piece = content.subarray(at, at + 0x20000);
    const header = (piece.length << 3) | (at + 0x20000 >= content.length ? 1 : 0);
    blocks.push(Buffer.of(header & 0xff, (header >> 8) & 0xff, header >> 16), piece);
  }
  return Buffer.concat(blocks);
}
