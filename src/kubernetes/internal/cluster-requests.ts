import type http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { ClusterClient, ListOptions, PatchType, WatchEvent, WriteOptions } from '../cluster-client.ts';
import { type AskedOf, answerError, ClusterError, connectionError } from '../cluster-error.ts';
import {
  type ClusterObject,
  clusterObjectOf,
  groupOf,
  type ResourceType,
  resourcePath,
  resources,
} from '../cluster-object.ts';
import { type ClusterTransport, timeoutError, type WireAnswer, type WireRequest } from './cluster-transport.ts';
import { jsonLines, readBody } from './read-body.ts';

const pageSize = 500;
/** Seconds after which the server ends a watch. */
const watchSeconds = 300;
/** A server that asks for more is not waited for. Seconds. */
const longestWait = 20;
const restarts = 3;

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

interface RequestSettings {
  readonly timeout: number;
  readonly retries: number;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Request extends Pick<WireRequest, 'method' | 'body' | 'contentType' | 'signal'> {
  readonly path: string;
  readonly query?: Query | undefined;
  readonly asked: AskedOf;
}

/** The requests of a client over a transport. */
export function clusterRequests(
  transport: ClusterTransport,
  { timeout, retries }: RequestSettings,
): Omit<ClusterClient, 'server' | 'context' | 'namespace' | 'configuration' | 'close'> {
  /** The answer's stream of a success. Credentials that are refused are read once more: a token may just have been renewed. */
  async function open(request: Request): Promise<WireAnswer> {
    const attempts = request.method === 'GET' ? retries : 0;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await transport.send({ ...request, path: withQuery(request.path, request.query), timeout });
        if (answer.status >= 200 && answer.status < 300) return answer;
        const body = await readBody(answer.stream, { timeout, maximum: 1024 * 1024, server: transport.server });
        throw answerError({ ...answer, body: body.toString('utf8') }, request.asked, transport.server);
      } catch (error) {
        const told = connectionError(error, transport.server);
        if (told.fault === 'unauthorized' && !renewed) {
          renewed = true;
          transport.forgetCredentials();
          continue;
        }
        // A connection that was kept open may just have been closed at the other end.
        if (request.method === 'GET' && attempt === 0 && isReset(told)) continue;
        const wait = told.retryAfterSeconds ?? 0.2 * 2 ** attempt;
        const passing = told.fault === 'throttled' || told.status === 503;
        if (!passing || attempt >= attempts || wait > longestWait) throw told;
        await pause(wait * 1000, undefined, request.signal ? { signal: request.signal } : {});
      }
    }
  }

  async function json(request: Request): Promise<JsonObject> {
    const { stream } = await open(request);
    const body = await readBody(stream, { timeout, maximum: 256 * 1024 * 1024, server: transport.server });
    const value = parseJsonObject(body.toString('utf8'));
    if (!value)
      throw new ClusterError('the API server answered something else than JSON', {
        fault: 'server',
        server: transport.server,
        remedy: 'Look whether the address is that of an API server.',
      });
    return value;
  }

  async function objectFrom(request: Request, of: ResourceType): Promise<ClusterObject> {
    const object = clusterObjectOf(await json(request), of);
    if (!object)
      throw new ClusterError('the API server answered something else than an object', {
        fault: 'server',
        server: transport.server,
      });
    return object;
  }

  async function page(of: ResourceType, options: ListOptions, token: string | undefined) {
    const value = await json({
      method: 'GET',
      path: resourcePath(of, options.namespace),
      query: { ...selectors(options), limit: pageSize, continue: token },
      asked: askedOf('list', of, options.namespace),
      signal: options.signal,
    });
    const { continue: next, resourceVersion } = jsonObjectOf(value.metadata);
    const items = Array.isArray(value.items) ? value.items : [];
    return {
      items: items.flatMap((item: unknown) => withoutManagedFields(clusterObjectOf(item, of)) ?? []),
      next: typeof next === 'string' && next !== '' ? next : undefined,
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    };
  }

  async function* versionedPages(of: ResourceType, options: ListOptions) {
    const given = new Set<string>();
    let token: string | undefined;
    for (let expired = 0; ; ) {
      let got: Awaited<ReturnType<typeof page>>;
      try {
        got = await page(of, options, token);
      } catch (error) {
        if (!(error instanceof ClusterError) || error.fault !== 'gone' || expired++ >= restarts) throw error;
        // https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
        token = error.continueToken;
        continue;
      }
      const fresh = expired === 0 ? got.items : got.items.filter((item) => !given.has(keyOf(item)));
      for (const item of fresh) given.add(keyOf(item));
      yield { items: fresh, resourceVersion: got.resourceVersion };
      if (got.next === undefined) return;
      token = got.next;
    }
  }

  async function listWithVersion(of: ResourceType, options: ListOptions = {}) {
    const items: ClusterObject[] = [];
    let version = '';
    for await (const each of versionedPages(of, options)) {
      for (const item of each.items) items.push(item);
      version = each.resourceVersion;
    }
    return { items, resourceVersion: version };
  }

  return {
    async get(of, { name, namespace }, signal) {
      try {
        return await objectFrom(
          {
            method: 'GET',
            path: resourcePath(of, namespace, name),
            asked: askedOf('get', of, namespace, name),
            signal,
          },
          of,
        );
      } catch (error) {
        if (error instanceof ClusterError && error.fault === 'not-found') return undefined;
        throw error;
      }
    },
    async *pages(of, options = {}) {
      for await (const { items } of versionedPages(of, options)) yield items;
    },
    list: async (of, options) => (await listWithVersion(of, options)).items,
    listWithVersion,
    async *watch(of, options) {
      const { stream } = await open({
        method: 'GET',
        path: resourcePath(of, options.namespace),
        query: {
          ...selectors(options),
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: options.resourceVersion,
          timeoutSeconds: watchSeconds,
        },
        asked: askedOf('watch', of, options.namespace),
        signal: options.signal,
      });
      // The server ends it; one that has gone without a word does not.
      const overdue = setTimeout(
        () => stream.destroy(timeoutError(watchSeconds * 1000, transport.server)),
        (watchSeconds + 30) * 1000,
      );
      overdue.unref();
      try {
        for await (const value of jsonLines(stream, transport.server)) {
          const event = watchEvent(value, of, transport.server);
          if (event) yield event;
        }
      } finally {
        clearTimeout(overdue);
        stream.destroy();
      }
    },
    create: (of, namespace, body, options) =>
      objectFrom(
        { ...write('POST', body, options), path: resourcePath(of, namespace), asked: askedOf('create', of, namespace) },
        of,
      ),
    replace: (of, { name, namespace }, body, options) =>
      objectFrom(
        {
          ...write('PUT', body, options),
          path: resourcePath(of, namespace, name),
          asked: askedOf('update', of, namespace, name),
        },
        of,
      ),
    patch(of, { name, namespace }, body, options) {
      const { subresource } = options;
      const resource = subresource === undefined ? of.resource : `${of.resource}/${subresource}`;
      const request = {
        ...write('PATCH', body, options),
        contentType: patchTypes[options.type],
        path: resourcePath(of, namespace, name, subresource),
        asked: askedOf('patch', { ...of, resource }, namespace, name),
      };
      return objectFrom({ ...request, query: { ...request.query, force: options.force } }, of);
    },
    async delete(of, { name, namespace }, options) {
      const asked = askedOf('delete', of, namespace, name);
      const { method, query, signal } = write('DELETE', undefined, options);
      try {
        await json({ method, query, signal, path: resourcePath(of, namespace, name), asked });
        return true;
      } catch (error) {
        if (error instanceof ClusterError && error.fault === 'not-found') return false;
        throw error;
      }
    },
    async *log({ name, namespace }, { signal, ...query } = {}) {
      const { stream } = await open({
        method: 'GET',
        path: resourcePath(resources.pods, namespace, name, 'log'),
        query,
        asked: askedOf('get', { ...resources.pods, resource: 'pods/log' }, namespace, name),
        signal,
      });
      yield* chunks(stream, transport.server);
    },
    json: (path, signal) =>
      json({ method: 'GET', path, asked: { verb: 'get', group: '', resource: path.split('?')[0] ?? path }, signal }),
  };
}

function isReset({ cause }: ClusterError): boolean {
  return errorCode(cause) === 'ECONNRESET' || errorCode(cause) === 'EPIPE';
}

function write(method: WireRequest['method'], body: unknown, options: WriteOptions = {}) {
  return {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    query: { fieldManager: options.fieldManager, dryRun: options.dryRun ? 'All' : undefined },
    signal: options.signal,
  };
}

function selectors({ labelSelector, fieldSelector }: ListOptions): Query {
  return { labelSelector, fieldSelector };
}

function withQuery(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

function askedOf(verb: string, of: ResourceType, namespace?: string, name?: string): AskedOf {
  return { verb, group: groupOf(of), resource: of.resource, namespace, name };
}

function keyOf({ metadata }: ClusterObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Half of what a list sends, of use to the server only. */
function withoutManagedFields(object: ClusterObject | undefined): ClusterObject | undefined {
  if (object?.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function watchEvent(value: JsonObject, of: ResourceType, server: string): WatchEvent | undefined {
  const { type, object } = value;
  if (type === 'ERROR') {
    const status = isJsonObject(object) && typeof object.code === 'number' ? object.code : 500;
    const asked = askedOf('watch', of);
    throw answerError({ status, retryAfter: undefined, body: JSON.stringify(object) }, asked, server);
  }
  const read = clusterObjectOf(object, of);
  const known = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
  return known && read ? { type, object: read } : undefined;
}

async function* chunks(stream: http.IncomingMessage, server: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw connectionError(error, server);
  } finally {
    stream.destroy();
  }
}
