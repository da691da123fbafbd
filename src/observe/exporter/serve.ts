import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode, UserError } from '../../core/errors.ts';
import type { Exporter } from './exporter.ts';

export interface ListenAddress {
  /** Undefined for all addresses of the machine. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface RunningServer {
  readonly port: number;
  /** Ends within a second, answers under way or not. */
  close(): Promise<void>;
}

/** Prometheus asks with one connection or two; more than these are refused, not queued. */
const maximumConnections = 64;
/** The same text for so long, however often it is asked: for 5,000 pods it takes a second or two to make. */
const textFor = 5000;

/** Serves `/metrics`, `/healthz` and `/readyz`. @throws UserError when it cannot listen */
export async function serveExporter(exporter: Exporter, { host, port }: ListenAddress): Promise<RunningServer> {
  const text = textNowAndThen(exporter);
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8192 },
    (request, response) => {
      answer(request, response, exporter, text).catch(() => {
        if (!response.headersSent) send(response, 500, 'the metrics could not be written\n');
        else response.destroy();
      });
    },
  );
  server.maxConnections = maximumConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
  return {
    port: addressOf(server.address())?.port ?? port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  exporter: Exporter,
  text: () => Promise<string>,
): Promise<void> {
  // No request has a body that matters; what comes anyway is not kept.
  request.resume();
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, 405, 'only GET and HEAD\n', { allow: 'GET, HEAD' });
  const path = (request.url ?? '').split('?', 1)[0];
  switch (path) {
    case '/metrics':
      return send(response, 200, await text(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    case '/healthz':
      return send(response, 200, 'ok\n');
    // A source that fails does not take the others' metrics away: it is a metric itself.
    case '/readyz':
      return exporter.isReady ? send(response, 200, 'ok\n') : send(response, 503, 'nothing was read yet\n');
    case '/':
      return send(response, 200, 'plimsoll exporter: /metrics, /healthz, /readyz\n');
    default:
      return send(response, 404, 'not found\n');
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

function textNowAndThen(exporter: Exporter): () => Promise<string> {
  let made: { readonly at: number; readonly text: Promise<string> } | undefined;
  return () => {
    const now = performance.now();
    if (!made || now - made.at > textFor) made = { at: now, text: exporter.text() };
    return made.text;
  };
}

function addressOf(address: string | AddressInfo | null): AddressInfo | undefined {
  return typeof address === 'object' && address !== null ? address : undefined;
}

function cannotListen(error: Error, host: string | undefined, port: number): UserError {
  const what = errorCode(error) === 'EADDRINUSE' ? 'something listens there already' : error.message;
  return new UserError(`cannot listen: ${what}`, {
    where: `${host ?? ''}:${port}`,
    remedy: 'Name another address: --listen ADDRESS:PORT',
    exitCode: 3,
    cause: error,
  });
}

/** Reads `127.0.0.1:9925`, `[::1]:9925`, `:9925` for all addresses. @throws UserError */
export function listenAddress(text: string): ListenAddress {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (!found || port > 65_535)
    throw new UserError(`--listen: ${JSON.stringify(text)} is no address and port`, {
      remedy: 'Write it as 127.0.0.1:9925, or :9925 for all addresses.',
    });
  const host = found[1] ?? found[2] ?? '';
  return { host: host === '' ? undefined : host, port };
}
