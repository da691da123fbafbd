import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type RealRegistry, startRealRegistry } from './real-registry.ts';

/** What goes wrong with an answer. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection is dropped behind so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Nothing more comes behind so many bytes; the connection stays. */
  | { readonly kind: 'stall'; readonly after: number }
  /** One byte each so many milliseconds. */
  | { readonly kind: 'slow'; readonly every: number }
  | { readonly kind: 'change'; change(body: Buffer): Buffer }
  | { readonly kind: 'ignore range' }
  /** It is answered as it should be, once something else has happened. */
  | { readonly kind: 'wait'; readonly until: Promise<unknown> };

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** The real registry (distribution 2.8), behind a server that spoils its answers. */
export interface FaultyRegistry {
  /** Of the spoiling server: `127.0.0.1:40123`. */
  readonly host: string;
  /** Of the real one behind it, whose answers nobody spoils. */
  readonly ownHost: string;
  /** The directory of the real one's storage. */
  readonly data: string;
  /** Puts a blob; a manifest where a tag is given. */
  push(
    repository: string,
    blob: { readonly digest: string; readonly mediaType: string; readonly body: Buffer },
    tag?: string,
  ): Promise<void>;
  /** What to do with a request, from now on. */
  spoil(fault: (asked: Asked, count: number) => Fault | undefined): void;
  /** Since the last `spoil`. */
  readonly asked: readonly Asked[];
  /** To serve the same under another address. */
  readonly answer: RequestListener;
  stop(): void;
}

/** @param settings of the real registry, or one that runs and is left running */
export async function startFaultyRegistry(
  settings: { readonly deletion?: boolean; readonly before?: RealRegistry } = {},
): Promise<FaultyRegistry> {
  const registry = settings.before ?? (await startRealRegistry(settings));
  const own = registry.port;
  let spoil: (asked: Asked, count: number) => Fault | undefined = () => undefined;
  let asked: Asked[] = [];
  const answer: RequestListener = (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const one = { method, url, host: headers.host ?? '', authorization: headers.authorization, range: headers.range };
    const count = asked.push(one);
    void forward(incoming, response, own, spoil(one, count));
  };
  const server = createServer(answer);
  const port = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    ownHost: `127.0.0.1:${own}`,
    data: registry.data,
    answer,
    async push(repository, { digest, mediaType, body }, tag) {
      const base = `http://127.0.0.1:${own}/v2/${repository}`;
      const put = async (url: string, type: string) => {
        const { ok, status } = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });
        if (!ok) throw new Error(`PUT ${url}: ${status}`);
      };
      if (tag !== undefined) return put(`${base}/manifests/${tag}`, mediaType);
      const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      const upload = new URL(begun.headers.get('location') ?? '', base);
      upload.searchParams.set('digest', digest);
      await put(upload.href, 'application/octet-stream');
    },
    spoil(fault) {
      spoil = fault;
      asked = [];
    },
    get asked() {
      return asked;
    },
    stop() {
      server.closeAllConnections();
      server.close();
      if (settings.before === undefined) registry.stop();
    },
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  port: number,
  fault: Fault | undefined,
): Promise<void> {
  const { method, url } = incoming;
  if (fault?.kind === 'answer') return void response.writeHead(fault.status, fault.headers).end(fault.body);
  if (fault?.kind === 'wait') await fault.until;
  const { authorization: _, range, ...headers } = incoming.headers;
  const kept = fault?.kind === 'ignore range' || range === undefined ? headers : { ...headers, range };
  const body = await new Promise<{ answer: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: url, headers: kept }, async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part);
      resolve({ answer, bytes: Buffer.concat(parts) });
    });
    sent.on('error', reject);
    sent.end();
  }).catch(() => undefined);
  if (body === undefined) return void response.writeHead(502).end();
  const { answer, bytes } = body;
  const given = fault?.kind === 'change' ? fault.change(bytes) : bytes;
  const { 'content-length': length, ...others } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, {
    ...others,
    ...(method === 'HEAD' ? { 'content-length': length } : { 'content-length': given.length }),
  });
  if (method === 'HEAD') return void response.end();
  if (fault?.kind === 'cut')
    response.write(given.subarray(0, fault.after), () => setTimeout(() => response.destroy(), 20));
  else if (fault?.kind === 'stall') response.write(given.subarray(0, fault.after));
  else if (fault?.kind === 'slow') {
    let at = 0;
    const timer = setInterval(
      () =>
        response.destroyed || at >= given.length ? clearInterval(timer) : response.write(given.subarray(at, ++at)),
      fault.every,
    );
  } else response.end(given);
}
