import { boundedText } from '../core/bounded-text.ts';
import type { ImageReference } from '../core/image-reference.ts';
import { compareNumbers } from '../core/version-order.ts';
import { maximumBytes, type RegistryOptions, requestRegistry } from './internal/registry-request.ts';

export type { RegistryOptions };

/** What a registry says of a tag, or why nothing is known. */
export type TagDigest =
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The index first: its digest holds for every platform. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Asks a registry for the digest that a tag (default `latest`) names now. Never rejects: a registry that cannot be reached is a reason. */
export async function tagDigest(reference: ImageReference, options: RegistryOptions): Promise<TagDigest> {
  try {
    return await askManifest(reference, options);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return unknown(`${reference.registry} did not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

async function askManifest(reference: ImageReference, options: RegistryOptions): Promise<TagDigest> {
  const { registry, repository, tag = 'latest' } = reference;
  const response = await requestRegistry(
    reference,
    `manifests/${tag}`,
    { method: 'HEAD', accept: manifestTypes },
    options,
  );
  if (response === undefined) return unknown(`${registry} asks for a login that is not known`);
  if (response.status === 404) return unknown(`${registry} has no ${repository}:${tag}`);
  if (!response.ok) return unknown(`${registry} answered ${response.status} for ${repository}:${tag}`);
  const digest = response.headers.get('docker-content-digest') ?? '';
  return /^sha256:[0-9a-f]{64}$/.test(digest)
    ? { kind: 'digest', digest }
    : unknown(`${registry} names no digest for ${repository}:${tag}`);
}

/** Tags that are looked at for the version that `latest` is: the newest ones, which it nearly always is. */
const maximumTags = 10;

/**
 * The version tag (`1.4.2`, `v3`) that names the image with a digest, the most exact of them; undefined where none of the newest does, or the registry does
 * not say.
 */
export async function versionTagOf(
  reference: ImageReference,
  digest: string,
  options: RegistryOptions,
): Promise<string | undefined> {
  try {
    const answer = await requestRegistry(
      reference,
      'tags/list?n=10000',
      { method: 'GET', accept: 'application/json' },
      options,
    );
    const tags = answer?.ok ? tagsIn(JSON.parse(await boundedText(answer, maximumBytes))) : [];
    const versions = tags
      .filter((tag) => /^v?\d+(?:\.\d+){0,3}$/.test(tag))
      .sort((one, other) => compareNumbers(other, one) || other.length - one.length);
    for (const tag of versions.slice(0, maximumTags)) {
      const named = await askManifest({ ...reference, tag }, options);
      if (named.kind === 'digest' && named.digest === digest) return tag;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

function tagsIn(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null || !('tags' in answer) || !Array.isArray(answer.tags)) return [];
  return answer.tags.filter((tag): tag is string => typeof tag === 'string');
}

function unknown(reason: string): TagDigest {
  return { kind: 'unknown', reason };
}
