import { UserError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { Platform } from '../image.ts';
import type { Descriptor } from './blob-source.ts';
import { isDigest } from './digest.ts';

/** One image of an index. */
export interface IndexEntry extends Descriptor {
  readonly platform: Platform | undefined;
  /** Of another kind than an image: an attestation, a signature. */
  readonly attachment: boolean;
}

export type Manifest =
  | {
      readonly kind: 'index';
      readonly entries: readonly IndexEntry[];
      readonly annotations: ReadonlyMap<string, string>;
    }
  | {
      readonly kind: 'image';
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      readonly annotations: ReadonlyMap<string, string>;
    };

export const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const configurationTypes = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** An image of more layers than any runtime takes. */
const maximumLayers = 512;

const maximumEntries = 1000;

/**
 * Reads a manifest or an index and holds it to the specification as far as what is read depends on it: one kind, one media type, an image's
 * configuration (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
 * @param types under which the bytes were found: of the descriptor and of the answer over HTTP, where there are any
 * @param where for messages
 * @throws UserError
 */
export function readManifest(bytes: Buffer, types: readonly (string | undefined)[], where: string): Manifest {
  const object = parseJsonObject(bytes.toString('utf8'));
  if (object === undefined) throw wrong('This is no manifest: it is no JSON object.', where);
  if (object.schemaVersion === 1)
    throw wrong('This image has a manifest of schema 1, which names no configuration.', where, pushAgain);
  const kind = kindOf(object, where);
  for (const type of [...types, object.mediaType]) {
    const said = typeof type === 'string' ? kindOfType(type) : undefined;
    // Two readers that believe different fields see different images: CVE-2021-41190.
    if (said !== undefined && said !== kind)
      throw wrong(`This manifest says it is ${printable(String(type))} and holds ${heldBy[kind]}.`, where, rebuild);
  }
  const annotations = textFieldsOf(object.annotations);
  return kind === 'index'
    ? { kind, entries: entriesOf(object, where), annotations }
    : { kind, ...imageOf(object, where), annotations };
}

const pushAgain = 'Push it again with a current Docker or Podman.';
const rebuild = 'Build and push the image again: what wrote this manifest is at fault, or it was tampered with.';
const heldBy = { index: 'a list of manifests', image: 'layers' };

function kindOf(object: JsonObject, where: string): Manifest['kind'] {
  const isIndex = object.manifests !== undefined;
  const isImage = object.layers !== undefined || object.config !== undefined;
  if (isIndex && isImage)
    throw wrong('This manifest is an index and an image at once: it has both manifests and layers.', where, rebuild);
  if (isIndex) return 'index';
  if (isImage) return 'image';
  throw wrong('This is no manifest of an image: it has neither manifests nor layers.', where);
}

function kindOfType(type: string): Manifest['kind'] | undefined {
  const name = type.split(';')[0]?.trim() ?? '';
  if (indexTypes.includes(name)) return 'index';
  return manifestTypes.includes(name) ? 'image' : undefined;
}

function entriesOf({ manifests }: JsonObject, where: string): IndexEntry[] {
  if (!Array.isArray(manifests)) throw wrong('The manifests of this index are no list.', where);
  if (manifests.length > maximumEntries)
    throw wrong(`This index names ${manifests.length} manifests; at most ${maximumEntries} are read.`, where);
  return manifests.map((entry) => {
    const object = jsonObjectOf(entry);
    const descriptor = descriptorOf(object, where);
    const platform = isJsonObject(object.platform) ? platformOf(object.platform) : undefined;
    return { ...descriptor, platform, attachment: isAttachment(object, descriptor, platform) };
  });
}

/** What `cosign save` writes beside the image (https://github.com/sigstore/cosign/blob/main/pkg/oci/layout/index.go), and Hauler after it. */
export function isOfCosign({ annotations }: Pick<Descriptor, 'annotations'>): boolean {
  return /^dev\.(?:cosignproject\.cosign|hauler)\/(?:sigs|atts|sboms)$/.test(annotations.get('kind') ?? '');
}

/** BuildKit's attestations are images of the platform «unknown» (https://docs.docker.com/build/metadata/attestations/attestation-storage/). */
function isAttachment(
  object: JsonObject,
  { mediaType, annotations }: Descriptor,
  platform: Platform | undefined,
): boolean {
  if (mediaType !== '' && kindOfType(mediaType) === undefined) return true;
  if (isOfCosign({ annotations })) return true;
  if (annotations.has('vnd.docker.reference.type') || typeof object.artifactType === 'string') return true;
  return platform?.os === 'unknown' && platform.architecture === 'unknown';
}

export function platformOf({ os, architecture, variant }: JsonObject): Platform {
  return {
    os: textOf(os),
    architecture: textOf(architecture),
    ...(typeof variant === 'string' && variant !== '' && { variant }),
  };
}

function imageOf(object: JsonObject, where: string): { config: Descriptor; layers: readonly Descriptor[] } {
  const config = descriptorOf(jsonObjectOf(object.config), where);
  if (!configurationTypes.includes(config.mediaType))
    throw wrong(
      `This is no container image: its configuration is ${printable(config.mediaType) || 'of no type'}.`,
      where,
      'Name an image. Helm charts, signatures and other artifacts have no layers of files.',
    );
  if (!Array.isArray(object.layers)) throw wrong('The layers of this manifest are no list.', where);
  if (object.layers.length > maximumLayers)
    throw wrong(`This image has ${object.layers.length} layers; at most ${maximumLayers} are read.`, where);
  return { config, layers: object.layers.map((layer) => descriptorOf(jsonObjectOf(layer), where)) };
}

/** @throws UserError for what names no blob */
export function descriptorOf({ mediaType, digest, size, annotations }: JsonObject, where: string): Descriptor {
  if (!isDigest(digest))
    throw wrong(`This is no digest: ${printable(JSON.stringify(digest) ?? 'nothing').slice(0, 200)}.`, where);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw wrong(`The size of ${digest} is no number of bytes.`, where);
  return { mediaType: textOf(mediaType), digest, bytes: size, annotations: textFieldsOf(annotations) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wrong(message: string, where: string, remedy?: string): UserError {
  return new UserError(message, { where: printable(where), ...(remedy !== undefined && { remedy }) });
}
