import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { openCluster } from '../../../src/kubernetes/cluster-client.ts';
import { createExporter } from '../../../src/observe/exporter/exporter.ts';
import type { SourceChange } from '../../../src/observe/exporter/source-states.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An exporter of an API server that answers in this way. */
async function exporterOf(answer: RequestListener) {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-faults-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const kubeconfig = path.join(directory, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const cluster = await openCluster({ kubeconfig, environment: {}, cwd: '/' }, { timeout: 500, retries: 0 });
  const log: SourceChange[] = [];
  const exporter = createExporter(
    { cluster, namespaces: [], registry: undefined, audits: undefined },
    { version: '0', clock: () => 0, log: (change) => log.push(change) },
  );
  return { exporter, log };
}

const status = (code: number, body: object = {}, headers: Record<string, string> = {}): RequestListener => {
  return (_, response) =>
    void response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

describe('an API server that', () => {
  it.each<[string, RequestListener, RegExp, RegExp | undefined]>([
    ['does not know the account (401)', status(401), /401/, /token/],
    ['refuses (403)', status(403, { message: 'no' }), /403/, /verbs: \[list\]/],
    ['has too much to do (429)', status(429, {}, { 'retry-after': '1' }), /429/, undefined],
    ['fails (500)', status(500), /500/, undefined],
    ['hangs', () => undefined, /answer|time|aborted/i, undefined],
    ['cuts the connection', (request) => request.socket.destroy(), /reached/, undefined],
    ['answers with no JSON', (_request, response) => void response.end('<html>'), /./, undefined],
  ])(
    '%s: each source is down and says why, the metrics are served all the same',
    async (_, answer, message, remedy) => {
      const { exporter, log } = await exporterOf(answer);
      await exporter.refresh();
      const text = await exporter.text();
      expect(text).toContain('plimsoll_exporter_build_info');
      for (const source of ['pods', 'nodes', 'events', 'jobs'])
        expect(text).toContain(`plimsoll_exporter_up{source="${source}"} 0`);
      expect(log.map(({ source }) => source).sort()).toEqual(['events', 'jobs', 'nodes', 'pods']);
      for (const each of log) {
        expect(each.message).toMatch(message);
        if (remedy) expect(each.remedy).toMatch(remedy);
      }
    },
  );
});
