import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Image, ImageLayer, LayerBytes, Packing, Platform } from '../image.ts';
import { attachmentsOf } from './attachments.ts';
import type { BlobSource, Descriptor } from './blob-source.ts';
import { choosePlatform, hostPlatform, platformText } from './choose-platform.ts';
import { packingOf } from './packing.ts';
import { historyOfLayers, readConfiguration } from './read-configuration.ts';
import { type IndexEntry, type Manifest, readManifest } from './read-manifest.ts';

/** Docker and BuildKit write one index in another at most. One that lists itself would have to hold its own digest. */
const maximumDepth = 4;

export type ManifestImage = Omit<Image, 'name' | 'source' | 'close'>;

/**
 * The image of a manifest, or of the platform's manifest in an index. No layer is read.
 * @param root as the source found it; its size and media type where something names them
 * @param beside entries of a list in which the root stands: what is attached to the image may be among them
 * @throws UserError where a manifest or the configuration is not there, is not what its digest names, or is no image's
 */
export async function imageOfManifest(
  source: BlobSource,
  root: Pick<Descriptor, 'digest'> & Partial<Descriptor>,
  wanted: Platform | undefined,
  beside: readonly IndexEntry[] = [],
): Promise<ManifestImage> {
  const { manifest, digest, indexDigest, indexes, entries } = await manifestOf(source, root, wanted);
  const read = await source.configuration(manifest.config);
  const configuration = readConfiguration(read.bytes, read.digest, manifest.layers.length, source.place);
  const history = historyOfLayers(configuration);
  const layers: ImageLayer[] = [];
  for (const [index, layer] of manifest.layers.entries()) {
    const { packing, foreign } = kindOfLayer(layer, source);
    const content = foreign ? unread(layer) : await source.layer(layer);
    const entry = history[index];
    const diffId = configuration.diffIds[index];
    layers.push({
      digest: layer.digest,
      ...(diffId !== undefined && { diffId }),
      // skopeo writes unpacked layers under the media type of gzip.
      packing: content.kind === 'file' ? await packingOf(content) : packing,
      bytes: layer.bytes,
      ...(entry !== undefined && { history: entry }),
      foreign,
      content,
    });
  }
  return {
    digest,
    ...(indexDigest !== undefined && { indexDigest }),
    annotations: manifest.annotations,
    configuration,
    layers,
    attachments: () => attachmentsOf(source, [digest, ...indexes], entries, beside),
  };
}

interface FoundManifest {
  readonly manifest: Extract<Manifest, { kind: 'image' }>;
  readonly digest: string;
  readonly indexDigest: string | undefined;
  /** Digests of all indexes on the way. */
  readonly indexes: readonly string[];
  /** All that they name. */
  readonly entries: readonly IndexEntry[];
}

async function manifestOf(
  source: BlobSource,
  root: Pick<Descriptor, 'digest'> & Partial<Descriptor>,
  wanted: Platform | undefined,
): Promise<FoundManifest> {
  let indexDigest: string | undefined;
  const indexes: string[] = [];
  const entries: IndexEntry[] = [];
  let next = root;
  for (let depth = 0; depth < maximumDepth; depth++) {
    const { bytes, digest, contentType } = await source.manifest(next);
    const where = `${source.place}, ${digest}`;
    const manifest = readManifest(bytes, [contentType, next.mediaType], where);
    if (manifest.kind === 'image') return { manifest, digest, indexDigest, indexes, entries };
    indexDigest ??= digest;
    indexes.push(digest);
    entries.push(...manifest.entries);
    next = entryIn(manifest.entries, wanted, source, where);
  }
  throw new UserError(`Indexes lie in each other more than ${maximumDepth} deep.`, {
    where: `${printable(source.place)}, ${indexDigest ?? root.digest}`,
  });
}

/** What `docker save` and `oras copy` leave out of an index is still named in it. */
function entryIn(
  entries: readonly IndexEntry[],
  wanted: Platform | undefined,
  source: BlobSource,
  where: string,
): IndexEntry {
  const here = entries.filter(({ digest }) => source.has(digest) !== false);
  const chosen = choosePlatform(here, wanted);
  if (chosen !== undefined) return chosen;
  const platforms = here.flatMap(({ platform, attachment }) =>
    attachment || platform === undefined ? [] : [platformText(platform)],
  );
  throw new UserError(`There is no image for ${platformText(wanted ?? hostPlatform())} here.`, {
    where: printable(where),
    remedy:
      platforms.length === 0
        ? 'The index names no image that is here: export or push it again with its platform.'
        : `Choose with --platform: ${printable(platforms.slice(0, 20).join(', '))}.`,
  });
}

const packings: ReadonlyMap<string, Packing> = new Map([
  ['application/vnd.oci.image.layer.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
]);

function kindOfLayer({ mediaType, digest }: Descriptor, source: BlobSource): { packing: Packing; foreign: boolean } {
  const packing = packings.get(mediaType);
  if (packing === undefined)
    throw new UserError(`A layer of this image is ${printable(mediaType) || 'of no media type'}.`, {
      where: `${printable(source.place)}, ${digest}`,
      remedy: mediaType.endsWith('+encrypted')
        ? 'It is encrypted: decrypt the image first (skopeo copy --decryption-key).'
        : 'Name an image whose layers are tar files, as they are, gzip or zstd.',
    });
  return { packing, foreign: /foreign|nondistributable/.test(mediaType) && source.has(digest) !== true };
}

/** A foreign layer is named and not asked for: its bytes lie wherever its author says. */
function unread({ digest }: Descriptor): LayerBytes {
  return {
    kind: 'stream',
    open() {
      throw new UserError('This layer is not in the registry by licence: it is not read.', { where: digest });
    },
  };
}
