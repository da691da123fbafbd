import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

/** What happens to one request: it passes; is answered with a status; never answered; or something is done before or after it is carried out. */
export type Fate =
  | 'pass'
  | 'hang'
  | { readonly status: number; readonly retryAfter?: number }
  | { readonly before: () => void }
  /** Carried out by the API server, and not answered. */
  | { readonly after: () => void };

/** A proxy before a real API server that lets requests pass, or fail as the test wants. */
export interface ApiProxy {
  readonly kubeconfig: string;
  /** `PATCH /apis/apps/v1/…` of every request so far, whatever became of it. */
  readonly requests: string[];
  /** Asked for every request, in the order in which they come. */
  decide: (request: string, index: number) => Fate;
  stop(): void;
}

/** Starts it; its kubeconfig is for programs under test, and the API server's administrator is who asks. */
export async function startApiProxy(kubeconfig: string): Promise<ApiProxy> {
  const text = readFileSync(kubeconfig, 'utf8');
  const server = new URL(/server: '?(https:[^',}\s]+)/.exec(text)?.[1] ?? '');
  const token = /token: ([^\s,}]+)/.exec(text)?.[1] ?? '';
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
  const proxy: ApiProxy = {
    kubeconfig: '',
    requests: [],
    decide: () => 'pass',
    stop: () => {
      listener.closeAllConnections();
      listener.close();
      agent.destroy();
    },
  };
  const listener = http.createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    const index = proxy.requests.push(name) - 1;
    const fate = proxy.decide(name, index);
    if (fate === 'hang') return;
    if (fate !== 'pass' && 'status' in fate) {
      request.resume();
      response.writeHead(fate.status, {
        'content-type': 'application/json',
        ...(fate.retryAfter !== undefined && { 'retry-after': String(fate.retryAfter) }),
      });
      response.end(
        JSON.stringify({
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          message: 'fault of the test',
          code: fate.status,
        }),
      );
      return;
    }
    if (fate !== 'pass' && 'before' in fate) {
      fate.before();
      response.destroy();
      return;
    }
    const outgoing = https.request(
      {
        agent,
        hostname: server.hostname,
        port: server.port,
        method: request.method,
        path: request.url,
        headers: { ...request.headers, host: server.host, authorization: `Bearer ${token}` },
      },
      (answer) => {
        if (fate !== 'pass') {
          answer.resume();
          fate.after();
          response.destroy();
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    request.pipe(outgoing);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return Object.assign(proxy, {
    kubeconfig: `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: 'http://127.0.0.1:${port}'}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`,
  });
}
