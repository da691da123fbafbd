import { boundedText } from '../core/bounded-text.ts';
import { UserError } from '../core/errors.ts';
import type { ImageReference } from '../core/image-reference.ts';
import { parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import { belongsToRegistry, guardedFetch } from './guarded-fetch.ts';
import { type CacheFiles, cacheFiles, type NamedResults, namedResults } from './internal/cache-files.ts';
import { nextPart } from './internal/next-part.ts';
import {
  type Fetch,
  maximumBytes,
  type RegistryConnection,
  type RegistryOptions,
  type RegistryRequest,
  registryConnection,
} from './internal/registry-request.ts';
import { isLasting, longestAskedWait, retryAfter, silenceText, wait } from './internal/registry-retries.ts';
import { isNearlySpent, quotaText, type RequestQuota, requestQuota } from './internal/request-quota.ts';
import { type TagDigest, tagDigest } from './registry-digest.ts';
import { type RegistryAnswer, type RegistryImage, registryImage } from './registry-image.ts';

/** All tags of a repository, or why they are not known. */
export type TagList =
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Registries asked for many things in one run, each thing once. Nothing here rejects: a registry that cannot be reached is a reason. */
export interface RegistrySession {
  /** The digest that a tag (default `latest`) names now. */
  digest(reference: ImageReference): Promise<TagDigest>;
  tags(reference: ImageReference): Promise<TagList>;
  /** The manifest and configuration that a digest names. */
  image(reference: ImageReference, digest: string, architecture: string): Promise<RegistryAnswer>;
  /** Requests that were sent so far, tokens among them, by registry. */
  readonly requests: ReadonlyMap<string, number>;
  /** Registries that did not answer something: no connection, an answer that broke off, a limit, or a fault of their own. */
  readonly unanswered: ReadonlySet<string>;
  /** Registries that let nothing be read of all that was asked so far: the login is not known, or may not. */
  closed(): readonly string[];
  /** Tidies the cache. */
  end(): void;
}

export interface SessionOptions extends RegistryOptions {
  /** Where answers are kept between runs: pages of tags with their ETags, and what digests name. Absent: nowhere. */
  readonly cacheDirectory?: string;
  /** Names come from others: private addresses are asked only as the registry that an image names. */
  readonly guarded?: boolean;
}

/** Timeouts and broken connections after which a host is asked no more. */
const mostFailures = 4;

/** Requests under way at once to one registry. */
const atOnce = 6;

const pageLength = 1000;
const maximumPages = 200;
const cacheBytes = 64 * 2 ** 20;

interface TagPage {
  readonly etag: string | undefined;
  readonly tags: readonly string[];
  /** Where the next page is, below the repository. */
  readonly next: string | undefined;
}

interface RegistryState {
  /** Those that wait for one that is under way to end. */
  readonly waiting: (() => void)[];
  underWay: number;
  /** It asked to be left alone until then; milliseconds of Date.now(). */
  resumesAt: number;
  /** Whether it let anything be read, and whether it wanted a login that is not known, or may not. */
  answered: boolean;
  refused: boolean;
}

/** A host that answers for a registry: itself, a mirror, its token server. */
interface HostState {
  /** Why it is asked no more. */
  silent: string | undefined;
  /** Requests one after the other that it did not answer, for reasons that may pass. */
  failures: number;
  /** What it last said is left, where that is nearly nothing and does not come back soon. */
  spent: RequestQuota | undefined;
}

/**
 * Asks politely: HEAD before GET, one token for a repository, its requests one after the other and few at once to a registry; what it answered
 * before is asked with its ETag; who says 429 is left alone as long as it asks for, who says that little is left of its limit keeps that, and a registry that does
 * not answer is not asked again.
 */
export function registrySession(options: SessionOptions): RegistrySession {
  const states = new Map<string, RegistryState>();
  const hosts = new Map<string, HostState>();
  const repositories = new Map<string, { readonly connection: RegistryConnection; last: Promise<unknown> }>();
  const [digests, lists, contents] = [
    new Map<string, Promise<TagDigest>>(),
    new Map<string, Promise<TagList>>(),
    new Map<string, Promise<RegistryAnswer>>(),
  ] as const;
  const requests = new Map<string, number>();
  const unanswered = new Set<string>();
  const challenges = new Map<string, Promise<string | undefined>>();
  const files = options.cacheDirectory === undefined ? undefined : cacheFiles(options.cacheDirectory, cacheBytes);
  const pages = files && namedResults<TagPage>(files, ['tags', '1']);
  const images = files && namedResults<RegistryImage>(files, ['image', '1']);

  function stateOf(registry: string): RegistryState {
    const state = states.get(registry) ?? {
      waiting: [],
      underWay: 0,
      resumesAt: 0,
      answered: false,
      refused: false,
    };
    states.set(registry, state);
    return state;
  }

  /** Counts what is sent, and hears what is said of waiting. */
  function observed(registry: string): Fetch {
    const state = stateOf(registry);
    const reached = options.guarded
      ? guardedFetch(options.fetch, (host) => belongsToRegistry(host, registry))
      : options.fetch;
    return async (url, init) => {
      const { host } = new URL(url);
      const known = hosts.get(host) ?? { silent: undefined, failures: 0, spent: undefined };
      hosts.set(host, known);
      // An error of this kind is not tried again.
      if (known.silent !== undefined) throw new UserError(known.silent);
      if (known.spent && (!known.spent.ofPulls || isPull(url, init)))
        throw new UserError(quotaText(host, known.spent), { where: host });
      requests.set(registry, (requests.get(registry) ?? 0) + 1);
      try {
        const response = await reached(url, init);
        known.failures = 0;
        const quota = requestQuota(response.headers);
        if (quota !== undefined && !isNearlySpent(quota)) known.spent = undefined;
        else if (quota?.resetsIn !== undefined && quota.resetsIn <= longestAskedWait)
          state.resumesAt = Math.max(state.resumesAt, Date.now() + quota.resetsIn);
        else known.spent = quota ?? known.spent;
        if (response.status === 429 || response.status === 503) {
          const asked = retryAfter(response.headers.get('retry-after'));
          if (asked === Number.POSITIVE_INFINITY) known.silent = limitReason(host, response);
          else if (asked !== undefined) state.resumesAt = Math.max(state.resumesAt, Date.now() + asked);
        }
        return response;
      } catch (error) {
        if (isLasting(error) || ++known.failures >= mostFailures) known.silent ??= reasonOf(error);
        throw error;
      }
    };
  }

  function repositoryOf(reference: ImageReference) {
    const { registry, repository } = reference;
    const key = `${registry}/${repository}`;
    let known = repositories.get(key);
    if (known === undefined) {
      const connection = registryConnection(reference, { ...options, challenges, fetch: observed(registry) });
      known = { connection: polite(connection, reference), last: Promise.resolve() };
      repositories.set(key, known);
    }
    return known;
  }

  function polite(connection: RegistryConnection, { registry }: ImageReference): RegistryConnection {
    const state = stateOf(registry);
    return {
      async request(path: string, request: RegistryRequest) {
        if (state.underWay >= atOnce) await new Promise<void>((resolve) => state.waiting.push(resolve));
        state.underWay++;
        try {
          const left = state.resumesAt - Date.now();
          if (left > 0) await (options.sleep ?? wait)(left, options.signal);
          const answer = await connection.request(path, request);
          if (answer === undefined || answer.status === 403) state.refused = true;
          else if (answer.status === 429 || answer.status >= 500) unanswered.add(registry);
          else state.answered = true;
          return answer;
        } catch (error) {
          unanswered.add(registry);
          throw error;
        } finally {
          state.underWay--;
          state.waiting.shift()?.();
        }
      },
    };
  }

  /** Asks for a thing once, behind what is asked of its repository already: the first request brings the token for all. */
  function once<Answer>(
    answers: Map<string, Promise<Answer>>,
    reference: ImageReference,
    of: string,
    ask: (connection: RegistryConnection) => Promise<Answer>,
  ): Promise<Answer> {
    const key = `${reference.registry}/${reference.repository} ${of}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const repository = repositoryOf(reference);
    const answer = repository.last.then(() => ask(repository.connection));
    repository.last = answer.catch(() => {});
    answers.set(key, answer);
    return answer;
  }

  return {
    requests,
    unanswered,
    closed: () => [...states].flatMap(([registry, { answered, refused }]) => (refused && !answered ? [registry] : [])),
    digest: (reference) =>
      once(digests, reference, reference.tag ?? 'latest', (connection) => tagDigest(reference, options, connection)),
    tags: (reference) => once(lists, reference, '', (connection) => allTags(reference, connection, pages, unanswered)),
    image: (reference, digest, architecture) =>
      once(contents, reference, `${digest} ${architecture}`, async (connection): Promise<RegistryAnswer> => {
        const kept = images?.find(digest, architecture);
        if (kept !== undefined) return { kind: 'image', image: kept };
        const answer = await registryImage({ ...reference, digest }, architecture, options, connection);
        if (answer.kind === 'image') keep(images, answer.image, digest, architecture);
        return answer;
      }),
    end: () => tidy(files),
  };
}

function isPull(url: string, { method = 'GET' }: RequestInit): boolean {
  return method === 'GET' && url.includes('/manifests/');
}

async function allTags(
  reference: ImageReference,
  connection: RegistryConnection,
  pages: NamedResults<TagPage> | undefined,
  unanswered: Set<string>,
): Promise<TagList> {
  const { registry, repository } = reference;
  const tags: string[] = [];
  const seen = new Set<string>();
  try {
    for (let path: string | undefined = `tags/list?n=${pageLength}`; path !== undefined; ) {
      if (seen.has(path) || seen.size >= maximumPages)
        return { kind: 'unknown', reason: `${registry} gives no end of the tags of ${repository}` };
      seen.add(path);
      const kept: TagPage | undefined = pages?.find(registry, repository, path);
      const answer = await connection.request(path, {
        method: 'GET',
        accept: 'application/json',
        ...(kept?.etag !== undefined && { etag: kept.etag }),
      });
      if (answer?.status === 304 && kept !== undefined) {
        await answer.body?.cancel();
        tags.push(...kept.tags);
        path = kept.next;
        continue;
      }
      if (answer === undefined) return { kind: 'unknown', reason: `${registry} asks for a login that is not known` };
      if (!answer.ok) {
        await answer.body?.cancel();
        return { kind: 'unknown', reason: `${registry} answered ${answer.status} for the tags of ${repository}` };
      }
      const page: TagPage = {
        etag: answer.headers.get('etag') ?? undefined,
        tags: tagsIn(await boundedText(answer, maximumBytes)),
        next: nextPart(answer.headers.get('link'), 'tags/list', reference),
      };
      if (page.etag !== undefined) keep(pages, page, registry, repository, path);
      tags.push(...page.tags);
      path = page.next;
    }
    return { kind: 'tags', tags };
  } catch (error) {
    unanswered.add(registry);
    return { kind: 'unknown', reason: silenceText(registry, error) };
  }
}

function tagsIn(text: string): string[] {
  const { tags } = parseJsonObject(text) ?? {};
  if (!Array.isArray(tags)) return [];
  return tags.filter((tag): tag is string => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag));
}

/** Best effort: a cache that cannot be written is none. */
function keep<Value>(results: NamedResults<Value> | undefined, value: Value, ...of: readonly string[]): void {
  try {
    results?.keep(value, ...of);
  } catch {}
}

function tidy(files: CacheFiles | undefined): void {
  try {
    files?.makeRoom();
  } catch {}
}

function limitReason(host: string, response: Response): string {
  const asked = printable((response.headers.get('retry-after') ?? '').slice(0, 40));
  return `${host} answered ${response.status}, and asks to wait ${/^\d+$/.test(asked) ? `${asked} s` : `until ${asked}`}`;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return printable(cause instanceof Error ? cause.message : String(cause));
}
