import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubernetesNode } from './kubernetes-node.ts';
import { startPlimsollOnNode } from './plimsoll-on-node.ts';
import { send, webhookOf } from './respond-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// The responder from Plimsoll's own image, as its generated Deployment in a namespace that enforces the restricted Pod Security Standard, by its
// generated account, with what its policy has mounted. Building takes minutes: npm run test:node, not on each push.

const asked = process.env.PLIMSOLL_PODS === 'all';
const own = 'respond-pod';
const app = 'respond-pod-app';
const token = 'of-the-test-and-long-enough';

describe('the responder as a pod', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-respond-pod-'));
  const file = (name: string) => path.join(directory, name);
  const told: string[] = [];
  let node: KubernetesNode;
  let listener: http.Server;

  beforeAll(async () => {
    if (!asked) return;
    node = await startPlimsollOnNode(directory);
    listener = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        told.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '0.0.0.0', resolve));
  }, 3_600_000);
  beforeEach((context) => {
    if (!asked) context.skip('asked for with PLIMSOLL_PODS=all (npm run test:node)');
  });
  afterAll(() => {
    if (node) {
      for (const name of [own, app]) node.kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
      node.stop();
    }
    listener?.close();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('starts two of which one leads, acts on an alert by its own account, records it, and tells of it', async () => {
    const server = new URL(
      node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim(),
    );
    for (const name of [own, app]) node.kubectl(['create', 'namespace', name]);
    node.kubectl(['label', 'namespace', own, 'pod-security.kubernetes.io/enforce=restricted']);
    const address = listener.address() as AddressInfo;
    writeFileSync(file('webhook-token'), `${token}\n`);
    writeFileSync(file('webhook-url'), `http://${server.hostname}:${address.port}/hook\n`);
    const secret = ['webhook-token', 'webhook-url'].map((key) => `--from-file=${file(key)}`);
    node.kubectl(['create', 'secret', 'generic', 'plimsoll-respond', '--namespace', own, ...secret]);
    node.kubectl(['apply', '--namespace', app, '--filename', '-'], workload());
    node.kubectl(['rollout', 'status', 'deployment/web', '--namespace', app, '--timeout=60s']);

    writeFileSync(file('policy.yaml'), policy());
    const written = runPlimsoll(['respond', 'manifests', '--policy', file('policy.yaml'), '--namespace', own]);
    expect(written.status, written.stderr).toBe(0);
    node.kubectl(['apply', '--validate=strict', '--filename', '-'], withAddress(written.stdout, server));
    node.kubectl(['rollout', 'status', 'deployment/plimsoll-respond', '--namespace', own, '--timeout=120s']);
    const pods: { readonly ip: string; readonly container: string }[] = JSON.parse(
      node.kubectl(['get', 'pods', '--namespace', own, '--output', 'json']),
    ).items.map(({ status }: { status: { podIP: string; containerStatuses: { containerID: string }[] } }) => ({
      ip: status.podIP,
      container: status.containerStatuses[0]?.containerID,
    }));
    expect(pods).toHaveLength(2);
    for (const { container } of pods)
      expect(node.rightsOf(container)).toEqual({
        user: 65532,
        capabilities: '0000000000000000',
        noNewPrivileges: true,
        readOnlyRoot: true,
      });

    const labels = { alertname: 'Leak', namespace: app, workload: 'web', workload_kind: 'Deployment' };
    const webhook = webhookOf(labels, new Date().toISOString());
    const answers = await Promise.all(pods.map(({ ip }) => send(`http://${ip}:8080`, token, webhook)));
    expect(answers.sort()).toEqual([200, 503]);
    expect(await send(`http://${pods[0]?.ip}:8080`, 'not-the-token-of-the-test', webhook)).toBe(401);

    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    expect(told[0]).toContain('deployment/web is restarted by a rollout');
    const after = JSON.parse(node.kubectl(['get', 'deployment', 'web', '--namespace', app, '--output', 'json']));
    expect(after.spec.template.metadata.annotations).toHaveProperty('kubectl.kubernetes.io/restartedAt');
    const log = node.kubectl([
      'logs',
      '--namespace',
      own,
      '--selector',
      'app.kubernetes.io/name=plimsoll-respond',
      '--tail=-1',
    ]);
    expect(log).toMatch(/"message":"incident recorded".*"place":"\/records\/incident-[0-9a-f]+\.json"/);
    for (const { ip } of pods) {
      const metrics = await (await fetch(`http://${ip}:8080/metrics`)).text();
      // Its limit is 256 MiB.
      expect(Number(/^process_resident_memory_bytes (\d+)$/m.exec(metrics)?.[1] ?? 0)).toBeLessThan(160 * 2 ** 20);
    }
  }, 300_000);
});

/** There is no Service routing on the node: the address of the API server is set, and nothing else. */
function withAddress(manifests: string, { hostname, port }: URL): string {
  return parseAllDocuments(manifests, { version: '1.1' })
    .map((document) => {
      const object = document.toJS();
      if (object.kind === 'Deployment')
        object.spec.template.spec.containers[0].env.push(
          { name: 'KUBERNETES_SERVICE_HOST', value: hostname },
          { name: 'KUBERNETES_SERVICE_PORT', value: port },
        );
      return stringify(object, { version: '1.1' });
    })
    .join('---\n');
}

function policy(): string {
  return `version: 1
mode: act
record: {kind: file, directory: /records}
notify: {webhookUrlFile: /hooks/webhook-url}
rules:
  - {name: leaks, alerts: Leak, namespaces: ${app}, workloads: deployment/web, do: [restart, incident]}
`;
}

function workload(): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'main',
              image: 'docker.io/library/pause:local',
              imagePullPolicy: 'IfNotPresent',
              command: ['/busybox', 'sleep', '10000'],
            },
          ],
        },
      },
    },
  });
}
