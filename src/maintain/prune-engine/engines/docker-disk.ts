import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BoltBucket, readBoltFile } from '../internal/bolt-file.ts';
import type { Piece } from '../inventory.ts';

/** Where Docker Engine keeps what on a disk that this process may read. */
export interface DockerDisk {
  /** Whether its store of images has this one: else the disk is another engine's. */
  hasImage(id: string): boolean;
  /** What an image's own description takes. */
  description(id: string): Piece;
  /** A layer by the chain of layers that it ends. Undefined where it is not there. */
  layer(chain: string): Piece | undefined;
  /** The snapshot of a record of the build cache: the same piece as a layer where it is one. */
  cacheRecord(id: string): Piece;
  /** What a container has of its own. */
  container(id: string): Piece;
}

/** Where each driver that keeps a directory a layer keeps it (https://docs.docker.com/engine/storage/drivers/). */
const directoriesOf: Readonly<Record<string, string>> = {
  overlay2: 'overlay2',
  vfs: 'vfs/dir',
  'fuse-overlayfs': 'fuse-overlayfs',
};

/** Undefined where the driver keeps no directories, or they may not be read. */
export function dockerDisk(root: string, driver: string): DockerDisk | undefined {
  const layers = path.join(root, 'image', driver, 'layerdb');
  const kept = directoriesOf[driver];
  if (kept === undefined || !path.isAbsolute(root) || !existsSync(path.join(layers, 'sha256'))) return undefined;
  const directory = (name: string) => path.join(root, kept, name);
  const images = path.join(root, 'image', driver, 'imagedb');
  // BuildKit's names of snapshots and the layers that they are (moby: builder/builder-next/adapters/snapshot).
  const snapshots = readBoltFile(path.join(root, 'buildkit/snapshots.db'));
  const layer = (chain: string): Piece | undefined => {
    const described = path.join(layers, 'sha256', hexOf(chain));
    const name = shortText(path.join(described, 'cache-id'));
    if (name === undefined || !isName(name)) return undefined;
    const bytes = Number(shortText(path.join(described, 'size')));
    return {
      id: `directory:${name}`,
      paths: [directory(name), described],
      bytes: Number.isFinite(bytes) ? bytes : undefined,
    };
  };
  return {
    hasImage: (id) => existsSync(path.join(images, 'content/sha256', hexOf(id))),
    description: (id) => ({
      id: `description:${id}`,
      paths: ['content', 'metadata'].map((kind) => path.join(images, kind, 'sha256', hexOf(id))),
      bytes: 0,
    }),
    layer,
    cacheRecord(id) {
      const bucket = snapshots?.buckets.get(id);
      const chain = textIn(bucket, 'chainid');
      const committed = textIn(bucket, 'committed') ?? id;
      const name = isName(committed) ? committed : id;
      return (
        (chain && layer(chain)) || {
          id: `directory:${name}`,
          paths: isName(name) ? [directory(name)] : [],
          bytes: undefined,
        }
      );
    },
    container(id) {
      const mount = path.join(layers, 'mounts', hexOf(id));
      const names = ['mount-id', 'init-id'].flatMap((file) => shortText(path.join(mount, file)) ?? []);
      return {
        id: `container:${id}`,
        paths: [...names.filter(isName).map(directory), mount, path.join(root, 'containers', hexOf(id))],
        bytes: undefined,
      };
    },
  };
}

/** The identifiers of the chains that end with each layer (https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid). */
export function chainIds(diffIds: readonly string[]): string[] {
  let chain: string | undefined;
  return diffIds.map((diff) => {
    chain = chain === undefined ? diff : `sha256:${createHash('sha256').update(`${chain} ${diff}`).digest('hex')}`;
    return chain;
  });
}

/** Of an identifier, as a name of a file. What is none leads nowhere. */
function hexOf(id: string): string {
  const hex = id.replace(/^sha256:/, '');
  return /^[0-9a-f]{64}$/.test(hex) ? hex : 'none';
}

function isName(text: string): boolean {
  return /^[a-z0-9]{20,70}(?:-init)?$/.test(text);
}

function textIn(bucket: BoltBucket | undefined, key: string): string | undefined {
  const value = bucket?.values.get(key)?.toString('latin1');
  return value === '' ? undefined : value;
}

function shortText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').slice(0, 200).trim();
  } catch {
    return undefined;
  }
}
