import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { freePort } from '../free-port.ts';

/** Alertmanager and amtool of scripts/system-parts. */
export const alertmanagerBinary = path.resolve('.cache/bin/alertmanager');

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt?: string;
}

export interface RunningAlertmanager {
  readonly url: string;
  /** Its log so far. */
  log(): string;
  post(alerts: readonly Alert[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real Alertmanager on loopback, alone, and waits until it is ready. */
export async function startAlertmanager(
  configuration: string,
  storage: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningAlertmanager> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(
    alertmanagerBinary,
    [
      `--config.file=${configuration}`,
      `--storage.path=${storage}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=debug',
    ],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += chunk));
  const until = Date.now() + 30_000;
  for (;;) {
    const ready = await fetch(`${url}/-/ready`)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (ready) break;
    if (child.exitCode !== null || Date.now() > until) throw new Error(`Alertmanager is not ready:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    log: () => log,
    async post(alerts) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      });
      if (!response.ok) throw new Error(`alerts: ${response.status} ${await response.text()}`);
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        if (child.exitCode === null) child.kill('SIGTERM');
        else resolve();
      }),
  };
}

/** A request that a receiver got. */
export interface ReceivedRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface RequestRecorder {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

/** An HTTP server on loopback that keeps what it is sent, and answers as the paths say. */
export async function recordRequests(answers: Readonly<Record<string, string>>): Promise<RequestRecorder> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const asked = request.url ?? '';
    requests.push({ path: asked, authorization: request.headers.authorization, body: await bodyOf(request) });
    response.statusCode = asked in answers ? 200 : 404;
    response.end(answers[asked] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
