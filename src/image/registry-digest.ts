import { createHash } from 'node:crypto';
import { boundedBytes } from '../core/bounded-text.ts';
import type { ImageReference } from '../core/image-reference.ts';
import {
  maximumBytes,
  type RegistryConnection,
  type RegistryOptions,
  registryConnection,
} from './internal/registry-request.ts';
import { silenceText } from './internal/registry-retries.ts';

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

/**
 * Asks a registry for the digest that a tag (default `latest`) names now: its HEAD, and the manifest itself where that tells none. Never rejects: a
 * registry that cannot be reached is a reason.
 * @param connection where one is open already, whose token is used
 */
export async function tagDigest(
  reference: ImageReference,
  options: RegistryOptions,
  connection: RegistryConnection = registryConnection(reference, options),
): Promise<TagDigest> {
  try {
    return await askManifest(reference, connection);
  } catch (error) {
    return unknown(silenceText(reference.registry, error));
  }
}

async function askManifest(reference: ImageReference, connection: RegistryConnection): Promise<TagDigest> {
  const { registry, repository, tag = 'latest' } = reference;
  const path = `manifests/${tag}`;
  const head = await connection.request(path, { method: 'HEAD', accept: manifestTypes });
  if (head === undefined) return unknown(`${registry} asks for a login that is not known`);
  if (head.status === 404) return unknown(`${registry} has no ${repository}:${tag}`);
  const named = head.headers.get('docker-content-digest') ?? '';
  if (head.ok && isDigest(named)) return { kind: 'digest', digest: named };
  if (head.ok && named !== '') return unknown(`${registry} names no digest for ${repository}:${tag}`);
  if (!head.ok && head.status !== 405 && head.status !== 501)
    return unknown(`${registry} answered ${head.status} for ${repository}:${tag}`);
  const answer = await connection.request(path, { method: 'GET', accept: manifestTypes });
  if (!answer?.ok) {
    await answer?.body?.cancel();
    return unknown(`${registry} answered ${answer?.status ?? 401} for ${repository}:${tag}`);
  }
  const bytes = await boundedBytes(answer, maximumBytes);
  return { kind: 'digest', digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function unknown(reason: string): TagDigest {
  return { kind: 'unknown', reason };
}
