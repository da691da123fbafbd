import { boundedText } from '../../core/bounded-text.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { parseChallenge } from './bearer-challenge.ts';

/** The part of `fetch` that is asked. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RegistryOptions {
  readonly fetch: Fetch;
  /** `user:password` in Base64 for a registry host, as Docker's configuration keeps it; undefined asks as nobody. */
  credentials(registry: string): string | undefined;
  /** How long one request may take, in seconds. */
  readonly timeoutSeconds: number;
}

/** Tokens and lists of tags are far shorter. */
export const maximumBytes = 4 * 1024 * 1024;

/** Docker's own name for its registry is not the host that answers. */
const dockerHub = { name: 'docker.io', host: 'registry-1.docker.io' };

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/**
 * Asks the registry of an image for something below its repository (`manifests/1.2`), with a token where the registry wants one
 * ([distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md)). Registries on loopback are asked without TLS, as
 * Docker does. Undefined where a login is wanted that is not known.
 */
export async function requestRegistry(
  { registry, repository }: ImageReference,
  path: string,
  { method, accept }: { readonly method: 'GET' | 'HEAD'; readonly accept: string },
  options: RegistryOptions,
): Promise<Response | undefined> {
  const host = registry === dockerHub.name ? dockerHub.host : registry;
  const url = `${loopback.test(host) ? 'http' : 'https'}://${host}/v2/${repository}/${path}`;
  const ask = (authorization?: string) =>
    options.fetch(url, {
      method,
      headers: { accept, ...(authorization !== undefined && { authorization }) },
      signal: AbortSignal.timeout(options.timeoutSeconds * 1000),
    });
  const response = await ask();
  if (response.status !== 401) return response;
  const authorization = await authorizationFor(response, registry, options);
  return authorization === undefined ? undefined : ask(authorization);
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
  // Nor does one elsewhere say what is asked of this machine.
  if (loopback.test(url.host) && !loopback.test(registry)) return undefined;
  for (const name of ['service', 'scope']) {
    const value = challenge.parameters.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await fetch(url.href, {
    ...(basic !== undefined && { headers: { authorization: basic } }),
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  if (!answer.ok) return undefined;
  const token = tokenOf(JSON.parse(await boundedText(answer, maximumBytes)));
  return token === undefined ? undefined : `Bearer ${token}`;
}

function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const found = 'token' in answer ? answer.token : 'access_token' in answer ? answer.access_token : undefined;
  return typeof found === 'string' ? found : undefined;
}
