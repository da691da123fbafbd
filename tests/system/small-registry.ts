import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';

/** An image of the machine's static busybox and one file more, as a registry serves it. */
export interface SmallImage {
  /** `web`, under which it is pulled with the tag `1`. */
  readonly name: string;
  /** What stands in its configuration: `2026-01-01T00:00:00Z`. */
  readonly created: string;
  /** A layer of its own, of so many bytes. */
  readonly bytes: number;
}

/** A registry on loopback that can be read, made for one test (https://github.com/opencontainers/distribution-spec). */
export interface SmallRegistry {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  stop(): void;
}

const layerType = 'application/vnd.oci.image.layer.v1.tar';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';

/** All images share the layer with busybox. */
export async function startSmallRegistry(images: readonly SmallImage[]): Promise<SmallRegistry> {
  const blobs = new Map<string, Buffer>();
  const tags = new Map<string, { readonly type: string; readonly body: Buffer }>();
  const keep = (mediaType: string, body: Buffer) => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    blobs.set(digest, body);
    return { mediaType, digest, size: body.length };
  };
  const shared = keep(
    layerType,
    tarOf((directory) => cpSync('/bin/busybox', path.join(directory, 'busybox'))),
  );
  for (const { name, created, bytes } of images) {
    const own = keep(
      layerType,
      tarOf((directory) => writeFileSync(path.join(directory, name), Buffer.alloc(bytes, name))),
    );
    const configuration = {
      architecture: 'amd64',
      os: 'linux',
      created,
      config: { Entrypoint: ['/busybox', 'sleep', '3600'] },
      rootfs: { type: 'layers', diff_ids: [shared.digest, own.digest] },
    };
    const config = keep(configType, Buffer.from(JSON.stringify(configuration)));
    const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [shared, own] };
    const body = Buffer.from(JSON.stringify(manifest));
    for (const reference of ['1', keep(manifestType, body).digest])
      tags.set(`/v2/${name}/manifests/${reference}`, { type: manifestType, body });
  }
  const server = createServer(({ url = '', method }, response) => {
    const tag = tags.get(url);
    const body = tag?.body ?? blobs.get(/^\/v2\/[^/]+\/blobs\/(sha256:[0-9a-f]{64})$/.exec(url)?.[1] ?? '');
    if (url === '/v2/') return void response.writeHead(200).end();
    if (!body) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': tag?.type ?? 'application/octet-stream',
      'content-length': body.length,
      'docker-content-digest': `sha256:${createHash('sha256').update(body).digest('hex')}`,
    });
    response.end(method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A layer of the files that are put into a directory. */
export function tarOf(fill: (directory: string) => void): Buffer {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-layer-'));
  const root = path.join(directory, 'root');
  mkdirSync(root);
  fill(root);
  const file = path.join(directory, 'layer.tar');
  const { status, stderr } = spawnSync('tar', ['-C', root, '-cf', file, '.'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const body = readFileSync(file);
  rmSync(directory, { recursive: true });
  return body;
}
