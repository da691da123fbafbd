import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { command as history } from '../../src/cli/commands/history.ts';
import { command as review } from '../../src/cli/commands/review.ts';
import { runCommand } from './run-command.ts';

// A server that answers as an API server does whose account may or may not list deployments.

let directory: string;
let server: http.Server;
let isAllowed: boolean;

const web = {
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/shop/web:latest' }] },
    },
  },
};

function answer(url: string): readonly [number, unknown] {
  const list = (items: readonly unknown[]) => [200, { items, metadata: {} }] as const;
  const { pathname } = new URL(url, 'http://a.example');
  if (pathname === '/version') return [200, { gitVersion: 'v1.36.0' }];
  if (pathname.endsWith('/namespaces')) return list([{ metadata: { name: 'shop' } }]);
  if (pathname.endsWith('/namespaces/shop')) return [200, { metadata: { name: 'shop' } }];
  if (!pathname.endsWith('/deployments')) return list([]);
  return isAllowed ? list([web]) : [403, { message: 'deployments.apps is forbidden' }];
}

beforeAll(() => import('../../src/cli/perform-cluster-review.ts'), 300_000);
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-cluster-review-'));
  isAllowed = true;
  server = http.createServer((request, response) => {
    const [status, body] = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    path.join(directory, 'kube config'),
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

const reviewed = (...args: readonly string[]) =>
  runCommand(review, directory, ['--cluster', '--kubeconfig', 'kube config', ...args]);

test('what an account may not list is not clean: it is said, has no score, and is neither mended nor new afterwards', async () => {
  const record = () => reviewed('--record', '--store', 'c.db', '--json');
  expect((await record()).code).toBe(0);
  isAllowed = false;
  const { code, stdout, stderr } = await record();
  expect(code).toBe(3);
  expect(stderr).toContain('deployments');
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ loadLine: null, problems: [{ path: 'cluster:' }] });
  const text = (await reviewed('--store', 'c.db')).stdout;
  expect(text).toMatch(/What could not be read\n {5}cluster: .*deployments/);
  expect(text).not.toContain('load line');
  isAllowed = true;
  const { sections } = JSON.parse((await record()).stdout);
  expect(sections.find(({ id }: { id: string }) => id === 'worse').items).toEqual([]);
  const runs = JSON.parse(
    (await runCommand(history, directory, ['--store', 'c.db', '--project', 'x', '--json'])).stdout,
  ).runs;
  expect(runs.map(({ loadLine }: { loadLine: number | null }) => typeof loadLine)).toEqual([
    'number',
    'object',
    'number',
  ]);
});

test('its commands are of the cluster, the namespaces and the store that were reviewed', async () => {
  const args = ['--context', 'x', '--namespace', 'shop', '--store', 'my runs.db'];
  const cluster = "--cluster --kubeconfig 'kube config' --context x --namespace shop";
  await expect(reviewed(...args)).rejects.toMatchObject({
    remedy: `«plimsoll review ${cluster} --store 'my runs.db' --record» begins one.`,
  });
  expect((await reviewed(...args.slice(0, 4))).stdout.replaceAll(/\s+/g, ' ')).toContain(
    `«plimsoll review ${cluster} --record» begins one.`,
  );
  await reviewed(...args, '--record');
  const { sections } = JSON.parse((await reviewed(...args, '--json')).stdout);
  const missing = sections.map(({ missing: text }: { missing: string | null }) => text).join(' ');
  expect(missing).toContain(`«plimsoll bases ${cluster}»`);
});
