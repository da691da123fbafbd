import { createHash } from 'node:crypto';
import { boundedText } from '../core/bounded-text.ts';
import type { ImageReference } from '../core/image-reference.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject, textFieldsOf } from '../core/json-object.ts';
import {
  maximumBytes,
  type RegistryConnection,
  type RegistryOptions,
  registryConnection,
} from './internal/registry-request.ts';

export interface RegistryLayer {
  readonly digest: string;
  /** Packed, as it is transferred. */
  readonly bytes: number;
}

/** What a registry tells of an image without any of its layers. */
export interface RegistryImage {
  /** Of the manifest of the platform that was asked for. */
  readonly digest: string;
  /** Seconds since 1970 when it was built; undefined where its configuration does not say, or says what reproducible builds write. */
  readonly created: number | undefined;
  readonly layers: readonly RegistryLayer[];
  readonly labels: ReadonlyMap<string, string>;
  /** Digests of its layers unpacked, the lowest first. */
  readonly diffIds: readonly string[];
}

export type RegistryAnswer =
  | { readonly kind: 'image'; readonly image: RegistryImage }
  | { readonly kind: 'unknown'; readonly reason: string };

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The first of 1980 and earlier are what builds write that want the same bytes each time (Bazel 1970, Jib a second later, zip 1980). */
const earliestDate = Date.UTC(1980, 0, 2) / 1000;

/** An image of more layers than any runtime takes. */
const maximumLayers = 512;

/**
 * Asks a registry for an image's manifest and configuration. Never rejects: a registry that cannot be reached is a reason. What a digest names is
 * held against it.
 * @param architecture of the platform that is taken from an index: `amd64`
 * @param connection where one is open already, whose token is used
 */
export async function registryImage(
  reference: ImageReference,
  architecture: string,
  options: RegistryOptions,
  connection: RegistryConnection = registryConnection(reference, options),
): Promise<RegistryAnswer> {
  try {
    return { kind: 'image', image: await readImage(reference, architecture, connection) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unknown', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function readImage(
  reference: ImageReference,
  architecture: string,
  connection: RegistryConnection,
): Promise<RegistryImage> {
  const accept = [...indexTypes, ...manifestTypes].join(', ');
  const get = (path: string, digest: string | undefined) => getJson(reference, path, accept, digest, connection);
  const named = reference.digest ?? reference.tag ?? 'latest';
  let found = await get(`manifests/${named}`, reference.digest);
  if (Array.isArray(found.object.manifests)) {
    const chosen = platformIn(found.object.manifests, architecture);
    if (chosen === undefined) throw new Error(`${reference.text} has no image for linux/${architecture}`);
    found = await get(`manifests/${chosen}`, chosen);
  }
  const config = textOf(jsonObjectOf(found.object.config).digest);
  if (!isDigest(config)) throw new Error(`${reference.text} has no manifest that can be read`);
  const configuration = await get(`blobs/${config}`, config);
  return {
    digest: found.digest,
    created: buildDate(configuration.object.created),
    layers: layersOf(found.object),
    labels: textFieldsOf(jsonObjectOf(configuration.object.config).Labels),
    diffIds: textsOf(jsonObjectOf(configuration.object.rootfs).diff_ids),
  };
}

async function getJson(
  reference: ImageReference,
  path: string,
  accept: string,
  digest: string | undefined,
  connection: RegistryConnection,
): Promise<{ readonly object: JsonObject; readonly digest: string }> {
  const response = await connection.request(path, { method: 'GET', accept });
  if (response === undefined) throw new Error(`${reference.registry} asks for a login that is not known`);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${reference.registry} answered ${response.status} for ${reference.repository}`);
  }
  const text = await boundedText(response, maximumBytes);
  const actual = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  if (digest?.startsWith('sha256:') && digest !== actual)
    throw new Error(`${reference.registry} gave other bytes than ${digest} names`);
  const object = parseJsonObject(text);
  if (!object) throw new Error(`${reference.registry} gave no JSON for ${reference.repository}`);
  return { object, digest: actual };
}

/** Attestations stand in an index as images of the platform «unknown». */
function platformIn(manifests: readonly unknown[], architecture: string): string | undefined {
  const found = manifests.filter(isJsonObject).find(({ platform }) => {
    const { os, architecture: of } = jsonObjectOf(platform);
    return os === 'linux' && of === architecture;
  });
  const digest = textOf(found?.digest);
  return isDigest(digest) ? digest : undefined;
}

function layersOf(manifest: JsonObject): RegistryLayer[] {
  const layers = Array.isArray(manifest.layers) ? manifest.layers.slice(0, maximumLayers) : [];
  return layers
    .filter(isJsonObject)
    .flatMap(({ digest, size }) =>
      typeof digest === 'string' && isDigest(digest) && typeof size === 'number' && size >= 0
        ? [{ digest, bytes: size }]
        : [],
    );
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, maximumLayers) : [];
}

/** Seconds since 1970 that a configuration or an annotation says it was made; undefined as in {@link RegistryImage.created}. */
export function buildDate(text: unknown): number | undefined {
  const seconds = Date.parse(textOf(text)) / 1000;
  return seconds >= earliestDate ? seconds : undefined;
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
