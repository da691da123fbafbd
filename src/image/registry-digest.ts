import type { ImageReference } from '../core/image-reference.ts';
import { parseChallenge } from './internal/bearer-challenge.ts';

/** The part of `fetch` that is asked. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RegistryOptions {
  readonly fetch: Fetch;
  /** `user:password` in Base64 for a registry host, as Docker's configuration keeps it; undefined asks as nobody. */
  credentials(registry: string): string | undefined;
  /** How long one request may take, in seconds. */
  readonly timeoutSeconds: number;
}

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

/** Docker's own name for its registry is not the host that answers. */
const dockerHub = { name: 'docker.io', host: 'registry-1.docker.io' };

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/**
 * Asks a registry for the digest that a tag (default `latest`) names now: a HEAD of its manifest, with a token where the registry asks for one
 * ([distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests)). Registries on loopback are
 * asked without TLS, as Docker does. Never rejects: a registry that cannot be reached is a reason.
 */
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
  const host = registry === dockerHub.name ? dockerHub.host : registry;
  const url = `${loopback.test(host) ? 'http' : 'https'}://${host}/v2/${repository}/manifests/${tag}`;
  const ask = (authorization?: string) =>
    options.fetch(url, {
      method: 'HEAD',
      headers: { accept: manifestTypes, ...(authorization !== undefined && { authorization }) },
      signal: AbortSignal.timeout(options.timeoutSeconds * 1000),
    });
  let response = await ask();
  if (response.status === 401) {
    const authorization = await authorizationFor(response, registry, options);
    if (authorization === undefined) return unknown(`${registry} asks for a login that is not known`);
    response = await ask(authorization);
  }
  if (response.status === 404) return unknown(`${registry} has no ${repository}:${tag}`);
  if (!response.ok) return unknown(`${registry} answered ${response.status} for ${repository}:${tag}`);
  const digest = response.headers.get('docker-content-digest') ?? '';
  return /^sha256:[0-9a-f]{64}$/.test(digest)
    ? { kind: 'digest', digest }
    : unknown(`${registry} names no digest for ${repository}:${tag}`);
}

/** Basic where the registry wants it; a token of its token server otherwise (https://distribution.github.io/distribution/spec/auth/token/). */
async function authorizationFor(
  response: Response,
  registry: string,
  { fetch, credentials, timeoutSeconds }: RegistryOptions,
): Promise<string | undefined> {
  const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '');
  const known = credentials(registry);
  const basic = known === undefined ? undefined : `Basic ${known}`;
  if (challenge?.scheme === 'basic') return basic;
  const realm = challenge?.parameters.get('realm');
  if (challenge?.scheme !== 'bearer' || realm === undefined) return undefined;
  const url = new URL(realm);
  // A password must not go over the network in the open because a registry says so.
  if (url.protocol !== 'https:' && !loopback.test(url.host)) return undefined;
  for (const name of ['service', 'scope']) {
    const value = challenge.parameters.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await fetch(url.href, {
    ...(basic !== undefined && { headers: { authorization: basic } }),
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  if (!answer.ok) return undefined;
  const token = tokenOf(await answer.json());
  return token === undefined ? undefined : `Bearer ${token}`;
}

function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const found = 'token' in answer ? answer.token : 'access_token' in answer ? answer.access_token : undefined;
  return typeof found === 'string' ? found : undefined;
}

function unknown(reason: string): TagDigest {
  return { kind: 'unknown', reason };
}
