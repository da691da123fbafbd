import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterError, connectionError } from '../cluster-error.ts';

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** Milliseconds until the answer must have begun; for what is no stream: until it must be complete. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly stream: http.IncomingMessage;
}

/** Sends requests to one API server with the credentials of a kubeconfig. */
export interface ClusterTransport {
  readonly server: string;
  /** Until the answer begins; the caller reads or destroys its stream. @throws ClusterError */
  send(request: WireRequest): Promise<WireAnswer>;
  /** Asks for the credentials again before the next request: a token may have been renewed. */
  forgetCredentials(): void;
  close(): void;
}

interface Credentials {
  readonly agent: http.Agent;
  readonly headers: http.OutgoingHttpHeaders;
  readonly readAt: number;
}

/** Credentials come from files and programs, which are not asked for every request. */
const credentialsHold = 30_000;

export function clusterTransport(configuration: KubeConfig, userAgent: string): ClusterTransport {
  const server = configuration.getCurrentCluster()?.server ?? '';
  const base = new URL(server);
  const secure = base.protocol === 'https:';
  let held: Credentials | undefined;
  let agents: { readonly key: string; readonly agent: http.Agent } | undefined;

  async function credentials(timeout: number): Promise<Credentials> {
    if (held && Date.now() - held.readAt < credentialsHold) return held;
    // To an address without TLS, such as that of `kubectl proxy`, nothing secret is sent.
    if (!secure) {
      held = { agent: new http.Agent({ keepAlive: true }), headers: {}, readAt: Number.POSITIVE_INFINITY };
      return held;
    }
    const options: https.RequestOptions = {};
    try {
      await within(configuration.applyToHTTPSOptions(options), timeout, server);
    } catch (error) {
      if (error instanceof ClusterError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ClusterError(`the credentials of the kubeconfig cannot be had: ${reason.trim().slice(0, 300)}`, {
        fault: 'credentials',
        server,
        remedy: 'Look at the files and the sign-in program that the kubeconfig names for its user.',
        cause: error,
      });
    }
    held = { agent: agentFor(options), headers: headersOf(options), readAt: Date.now() };
    return held;
  }

  /** The client makes an agent, and with it connections, for every request: one is kept as long as nothing about it changes. */
  function agentFor(options: https.RequestOptions): http.Agent {
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const same = JSON.stringify(
      [ca, cert, key, servername, rejectUnauthorized].map((each) => each?.toString() ?? null),
    );
    if (agents?.key === same) return agents.agent;
    agents?.agent.destroy();
    const proxied = configuration.getCurrentCluster()?.proxyUrl && options.agent instanceof http.Agent;
    const agent =
      proxied && options.agent instanceof http.Agent
        ? options.agent
        : new https.Agent({
            keepAlive: true,
            maxSockets: 32,
            ...defined({ ca, cert, key, servername, rejectUnauthorized }),
          });
    agents = { key: same, agent };
    return agent;
  }

  return {
    server,
    forgetCredentials() {
      held = undefined;
    },
    close() {
      agents?.agent.destroy();
      held?.agent.destroy();
      held = undefined;
    },
    async send(request) {
      const { agent, headers } = await credentials(request.timeout);
      const path = base.pathname.replace(/\/$/, '') + request.path;
      return new Promise((resolve, reject) => {
        const fail = (error: unknown) => {
          clearTimeout(timer);
          reject(connectionError(error, server));
        };
        const outgoing = (secure ? https : http).request(
          {
            ...(base.hostname !== '' && { hostname: base.hostname.replace(/^\[|\]$/g, '') }),
            port: base.port || (secure ? 443 : 80),
            method: request.method,
            path,
            agent,
            headers: {
              ...headers,
              accept: 'application/json, */*',
              'user-agent': userAgent,
              ...(request.body !== undefined && {
                'content-type': request.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(request.body),
              }),
            },
            ...(request.signal && { signal: request.signal }),
          },
          (stream) => {
            clearTimeout(timer);
            const { 'retry-after': retryAfter } = stream.headers;
            resolve({ status: stream.statusCode ?? 0, retryAfter, stream });
          },
        );
        const timer = setTimeout(() => outgoing.destroy(timeoutError(request.timeout, server)), request.timeout);
        outgoing.on('error', fail);
        outgoing.end(request.body);
      });
    },
  };
}

export function timeoutError(milliseconds: number, server: string): ClusterError {
  return new ClusterError(`the API server did not answer within ${Math.round(milliseconds / 100) / 10} s`, {
    fault: 'timeout',
    server,
    remedy: 'Look whether the cluster is up and the network lets requests through; then try again.',
  });
}

async function within<Value>(promise: Promise<Value>, milliseconds: number, server: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError(milliseconds, server)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function headersOf(options: https.RequestOptions): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {};
  // A token that was read from a file ends with a line end.
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined && value !== null)
      headers[name.toLowerCase()] = typeof value === 'string' ? value.trim() : value;
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

function defined<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  const kept: { [Key in keyof Value]?: NonNullable<Value[Key]> } = {};
  for (const key in value) if (value[key] !== undefined && value[key] !== null) kept[key] = value[key];
  return kept;
}
