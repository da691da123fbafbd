import type { ImageReference } from '../../core/image-reference.ts';
import { dockerHub, isLoopback } from './registry-hosts.ts';
import { type Fetch, followRedirects } from './registry-redirects.ts';
import { backOff, isLasting, isPassing, maximumAttempts, retryAfter } from './registry-retries.ts';
import { askToken } from './registry-token.ts';

export type { Fetch };

export interface RegistryOptions {
  readonly fetch: Fetch;
  /** `user:password` in Base64 for a registry host, as Docker's configuration keeps it; undefined asks as nobody. */
  credentials(registry: string, repository?: string): string | undefined | Promise<string | undefined>;
  /** How long one request may take, in seconds. */
  readonly timeoutSeconds: number;
  /** How often a request is sent that fails for a reason that may pass. 1. */
  readonly attempts?: number;
  /** Asks registries without TLS that are not on loopback. */
  readonly plainHttp?: boolean;
  /** Who is asked before a registry itself, in this order. */
  mirrors?(registry: string): readonly Mirror[];
  /**
   * How registries want to be asked, by host, as each is asked first of all (`GET /v2/`): then no request is sent in vain, and again with a token. Undefined for
   * those that want none.
   */
  readonly challenges?: Map<string, Promise<string | undefined>>;
  /** Ends every request. */
  readonly signal?: AbortSignal;
  /** Waits, in milliseconds; for tests. */
  sleep?(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

/** A registry that has what another one has. */
export interface Mirror {
  /** `mirror.example.com:5000`. */
  readonly host: string;
  /** Before the repository: `docker-hub`; empty for none. */
  readonly prefix: string;
  readonly plainHttp: boolean;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'DELETE';
  readonly accept: string;
  /** Answer 304 where it still is this one. */
  readonly etag?: string;
  /** From this byte on. */
  readonly from?: number;
  /** The time counts until the answer begins, not until it ends: whoever reads it looks after the rest. */
  readonly streaming?: boolean;
  readonly signal?: AbortSignal;
}

/** Requests below one repository, which share a token. */
export interface RegistryConnection {
  /** Undefined where a login is wanted that is not known. Rejects with what the connection threw. */
  request(path: string, request: RegistryRequest): Promise<Response | undefined>;
}

/** Tokens and lists of tags are far shorter. */
export const maximumBytes = 4 * 1024 * 1024;

interface Endpoint {
  readonly registry: string;
  readonly repository: string;
  /** `https://registry-1.docker.io/v2/library/node/`. */
  readonly base: string;
  /** `https://registry-1.docker.io/v2/`. */
  readonly root: string;
  readonly isMirror: boolean;
}

/**
 * Asks the registry of an image for what lies below its repository (`manifests/1.2`; below `/v2/` where the repository is empty), its mirrors first, with a token where one is wanted
 * ([distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md)). Registries on loopback are asked without TLS, as
 * Docker does. What may pass (429, 5xx, a dropped connection) is asked again. Redirects are followed, without credentials where they lead elsewhere.
 */
export function registryConnection(reference: ImageReference, options: RegistryOptions): RegistryConnection {
  const endpoints = endpointsOf(reference, options);
  const authorizations = new Map<Endpoint, string>();
  const authorize = async (challenge: string, endpoint: Endpoint) => {
    const authorization = await askToken(challenge, endpoint, options);
    if (authorization !== undefined) authorizations.set(endpoint, authorization);
    return authorization !== undefined;
  };
  const askEndpoint = async (endpoint: Endpoint, path: string, request: RegistryRequest) => {
    if (options.challenges && !authorizations.has(endpoint)) {
      const challenge = await challengeOf(endpoint, options.challenges, request.signal, options);
      if (challenge !== undefined) await authorize(withScope(challenge, endpoint), endpoint);
    }
    const ask = () => send(endpoint, path, request, authorizations.get(endpoint), options);
    const response = await ask();
    if (response.status !== 401) return response;
    await response.body?.cancel();
    // A token may have run out on the way.
    authorizations.delete(endpoint);
    if (!(await authorize(response.headers.get('www-authenticate') ?? '', endpoint))) return undefined;
    const second = await ask();
    if (second.status !== 401) return second;
    await second.body?.cancel();
    return undefined;
  };
  return {
    async request(path, asked) {
      const signal = asked.signal ?? options.signal;
      const request = signal === undefined ? asked : { ...asked, signal };
      for (const endpoint of endpoints) {
        const answer = await repeat(() => askEndpoint(endpoint, path, request), request.signal, {
          ...options,
          // There is another one to ask.
          attempts: endpoint.isMirror ? 1 : (options.attempts ?? 1),
        }).catch((error: unknown) => {
          if (!endpoint.isMirror || request.signal?.aborted) throw error;
          return undefined;
        });
        if (!endpoint.isMirror || answer?.ok || answer?.status === 304) return answer;
        await answer?.body?.cancel();
      }
      return undefined;
    },
  };
}

function endpointsOf({ registry, repository }: ImageReference, { mirrors, plainHttp }: RegistryOptions): Endpoint[] {
  const rootOf = (host: string, plain: boolean) => `${plain || isLoopback(host) ? 'http' : 'https'}://${host}/v2/`;
  const below = (root: string, path: string) => ({ root, base: path === '' ? root : `${root}${path}/` });
  const host = registry === dockerHub.name ? dockerHub.host : registry;
  return [
    ...(mirrors?.(registry) ?? []).map((mirror) => {
      const mirrored = mirror.prefix === '' ? repository : `${mirror.prefix}/${repository}`;
      const urls = below(rootOf(mirror.host, mirror.plainHttp), mirrored);
      return { registry: mirror.host, repository: mirrored, ...urls, isMirror: true };
    }),
    { registry, repository, ...below(rootOf(host, plainHttp === true), repository), isMirror: false },
  ];
}

/** A registry that is not reached is asked again by the next attempt. */
function challengeOf(
  { registry, root }: Endpoint,
  challenges: Map<string, Promise<string | undefined>>,
  signal: AbortSignal | undefined,
  options: RegistryOptions,
): Promise<string | undefined> {
  const known = challenges.get(registry);
  if (known) return known;
  const asked = send(
    { base: root },
    '',
    { method: 'GET', accept: '*/*', ...(signal && { signal }) },
    undefined,
    options,
  )
    .then(async (response) => {
      await response.body?.cancel();
      return response.status === 401 ? (response.headers.get('www-authenticate') ?? undefined) : undefined;
    })
    .catch((error: unknown) => {
      challenges.delete(registry);
      throw error;
    });
  challenges.set(registry, asked);
  return asked;
}

/** Of the registry as a whole a challenge names no scope (https://distribution.github.io/distribution/spec/auth/scope/). */
function withScope(challenge: string, { repository }: Endpoint): string {
  if (!/^\s*bearer\s/i.test(challenge) || /\bscope=/i.test(challenge)) return challenge;
  return `${challenge},scope="repository:${repository}:pull"`;
}

async function send(
  { base }: Pick<Endpoint, 'base'>,
  path: string,
  { method, accept, etag, from, streaming, signal }: RegistryRequest,
  authorization: string | undefined,
  { fetch, timeoutSeconds }: RegistryOptions,
): Promise<Response> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const done = signal === undefined ? () => {} : endWith(signal, controller);
  const timer = setTimeout(() => {
    controller.abort(new Error(`no answer within ${timeoutSeconds} s`));
    done();
  }, timeoutSeconds * 1000);
  timer.unref();
  const settle = () => {
    clearTimeout(timer);
    done();
  };
  try {
    const response = await followRedirects(fetch, `${base}${path}`, {
      method,
      headers: {
        accept,
        // What a digest names must come as it is stored.
        ...(streaming === true && { 'accept-encoding': 'identity' }),
        ...(etag !== undefined && { 'if-none-match': etag }),
        ...(from !== undefined && from > 0 && { range: `bytes=${from}-` }),
        ...(authorization !== undefined && { authorization }),
      },
      signal: controller.signal,
    });
    // Whoever reads a stream ends it by a signal of its own.
    if (streaming === true) clearTimeout(timer);
    else if (response.body === null) settle();
    return response;
  } catch (error) {
    settle();
    throw controller.signal.aborted ? controller.signal.reason : error;
  }
}

/** Requests that a signal ends: one listener for all of them, of which there may be thousands. */
const underWay = new WeakMap<AbortSignal, Set<AbortController>>();

/** Ends a request with a signal. Gives what has to be called when it is over. */
function endWith(signal: AbortSignal, controller: AbortController): () => void {
  const controllers = underWay.get(signal) ?? new Set();
  if (!underWay.has(signal)) {
    underWay.set(signal, controllers);
    signal.addEventListener('abort', () => {
      for (const each of controllers) each.abort(signal.reason);
    });
  }
  controllers.add(controller);
  return () => controllers.delete(controller);
}

async function repeat(
  ask: () => Promise<Response | undefined>,
  signal: AbortSignal | undefined,
  { attempts = 1, sleep }: RegistryOptions,
): Promise<Response | undefined> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= Math.min(attempts, maximumAttempts);
    let wait: number | undefined;
    try {
      const response = await ask();
      if (last || response === undefined || !isPassing(response.status)) return response;
      wait = retryAfter(response.headers.get('retry-after'));
      // Who says «in an hour» is believed, and not waited for.
      if (wait === Number.POSITIVE_INFINITY) return response;
      await response.body?.cancel();
    } catch (error) {
      if (last || signal?.aborted || isLasting(error)) throw error;
    }
    await backOff(attempt, wait, signal, sleep);
  }
}
