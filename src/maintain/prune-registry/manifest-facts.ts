import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import { buildDate } from '../../image/registry-image.ts';
import { isDigest } from '../../image/sources/digest.ts';
import { indexTypes, manifestTypes } from '../../image/sources/read-manifest.ts';
import type { BlobFacts, ManifestFacts } from './inventory.ts';

/** What a manifest says of itself, and the configuration that has to be read for its date. */
export interface ReadFacts {
  readonly facts: ManifestFacts;
  /** Only of an image: other artifacts have no date in it. */
  readonly dateIn: string | undefined;
}

/** More than any index or image has: what names more is not looked through, and kept. */
const mostNamed = 10_000;

const artifactManifest = 'application/vnd.oci.artifact.manifest.v1+json';
const manifests: readonly string[] = [...indexTypes, ...manifestTypes, artifactManifest];
const imageConfigurations = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/**
 * Reads whatever lies in a registry as a manifest: images, indexes, artifacts, caches of BuildKit.
 * @throws Error where not all that it names can be told: then nobody knows what it needs
 */
export function manifestFacts(digest: string, bytes: Buffer, contentType: string | undefined): ReadFacts {
  const object = parseJsonObject(bytes.toString('utf8'));
  if (object === undefined) throw new Error(`the manifest ${digest} is no JSON object`);
  const type = typeof object.mediaType === 'string' ? object.mediaType : (contentType ?? '').split(';')[0]?.trim();
  if (object.schemaVersion === 1 || !isObjectOf(object))
    throw new Error(
      `the manifest ${digest} is of a kind that cannot be looked through: ${printable(type || 'unknown')}`,
    );
  const listed = descriptors(object.manifests, digest);
  const named = [...descriptors(object.layers, digest), ...descriptors(object.blobs, digest)];
  const configuration = isJsonObject(object.config) ? descriptors([object.config], digest)[0] : undefined;
  // Caches of BuildKit list layers, and registries hold kinds of manifests that nobody here knows: what may be either counts as both.
  const isManifest = ({ mediaType }: Named) => manifests.includes(mediaType);
  const blobs = [...(configuration ? [configuration] : []), ...named, ...listed.filter((each) => !isManifest(each))];
  const isIndex = Array.isArray(object.manifests);
  const isImage = configuration !== undefined && imageConfigurations.includes(configuration.mediaType);
  const { subject } = object;
  const hasSubject = subject !== undefined && subject !== null;
  const about = hasSubject ? jsonObjectOf(subject).digest : undefined;
  if (hasSubject && !isDigest(about)) throw new Error(`the manifest ${digest} refers to what is no digest`);
  const date = buildDate(jsonObjectOf(object.annotations)['org.opencontainers.image.created']);
  return {
    facts: {
      digest,
      kind: isIndex
        ? 'index'
        : isImage && object.artifactType === undefined && about === undefined
          ? 'image'
          : 'artifact',
      bytes: bytes.length,
      children: listed.map((each) => each.digest),
      subject: isDigest(about) ? about : undefined,
      configuration: configuration?.digest,
      blobs: blobs.map((each): BlobFacts => ({ digest: each.digest, bytes: each.bytes })),
      date,
      dated: date === undefined ? undefined : 'built',
    },
    dateIn: isImage && !isIndex ? configuration.digest : undefined,
  };
}

interface Named extends BlobFacts {
  readonly mediaType: string;
}

function isObjectOf(object: JsonObject): boolean {
  return [object.manifests, object.layers, object.blobs].some(Array.isArray) || isJsonObject(object.config);
}

function descriptors(value: unknown, of: string): Named[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`the manifest ${of} names its parts in no list`);
  if (value.length > mostNamed)
    throw new Error(`the manifest ${of} names ${value.length} parts; at most ${mostNamed} are read`);
  return value.map((entry: unknown) => {
    const { digest, size, mediaType } = jsonObjectOf(entry);
    if (!isDigest(digest)) throw new Error(`the manifest ${of} names a part by what is no digest`);
    return {
      digest,
      bytes: typeof size === 'number' && size >= 0 && Number.isSafeInteger(size) ? size : 0,
      mediaType: typeof mediaType === 'string' ? mediaType : '',
    };
  });
}
