import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { KubernetesNode } from './kubernetes-node.ts';
import { root, startPlimsollOnNode } from './plimsoll-on-node.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// Plimsoll's own image, built by a real engine from the Dockerfile, runs as the generated Deployment in a namespace that enforces the restricted
// Pod Security Standard, under its generated account. Building takes minutes: npm run test:node, not on each push.

const asked = process.env.PLIMSOLL_PODS === 'all';
const namespace = 'exporter-pod';

describe('the exporter as a pod', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-exporter-'));
  let node: KubernetesNode;

  beforeAll(async () => {
    if (!asked) return;
    node = await startPlimsollOnNode(directory);
  }, 3_600_000);
  beforeEach((context) => {
    if (!asked) context.skip('asked for with PLIMSOLL_PODS=all (npm run test:node)');
  });
  afterAll(() => {
    if (node) {
      node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
      for (const kind of ['clusterrole', 'clusterrolebinding'])
        node.kubectl(['delete', kind, 'plimsoll-exporter', '--ignore-not-found']);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('starts, reads the cluster by its own account, shows audits of a ConfigMap, and has no right that it does not need', async () => {
    const project = path.join(directory, 'project');
    const out = path.join(directory, 'observe');
    mkdirSync(project);
    const written = runPlimsoll(['observe', project, '--out', out, '--part', 'exporter', '--namespace', namespace]);
    expect(written.status, written.stderr).toBe(0);
    writeOverlay(node, path.join(out, 'overlay/kustomization.yaml'));
    node.kubectl(['create', 'namespace', namespace]);
    node.kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
    const report = path.join(directory, 'shop.json');
    writeFileSync(report, runPlimsoll(['audit', path.join(root, 'examples/shop-node'), '--format', 'json']).stdout);
    node.kubectl(['create', 'configmap', 'plimsoll-audits', '--namespace', namespace, `--from-file=${report}`]);
    node.kubectl(['apply', '--server-side', '--validate=strict', '--kustomize', path.join(out, 'overlay')]);
    node.kubectl(['rollout', 'status', 'deployment/plimsoll-exporter', '--namespace', namespace, '--timeout=120s']);
    const [ip = '', container = ''] = node
      .kubectl([
        ...['get', 'pod', '--namespace', namespace, '--selector', 'app.kubernetes.io/name=plimsoll-exporter'],
        ...['--output', 'jsonpath={.items[0].status.podIP} {.items[0].status.containerStatuses[0].containerID}'],
      ])
      .split(' ');
    const text = await (await fetch(`http://${ip}:9925/metrics`)).text();
    for (const source of ['pods', 'nodes', 'events', 'jobs', 'audits'])
      expect(text, source).toContain(`plimsoll_exporter_up{source="${source}"} 1`);
    expect(text).toMatch(
      // Itself, as the API server had it when it was asked first: how large it is, the node says later.
      new RegExp(
        `^plimsoll_container_image_info\\{namespace="${namespace}",workload="plimsoll-exporter",.*\\} 1$`,
        'm',
      ),
    );
    expect(text).toMatch(/^plimsoll_audit_load_line\{target="shop-node"\} \d+$/m);
    expect(node.rightsOf(container)).toEqual({
      user: 65532,
      capabilities: '0000000000000000',
      noNewPrivileges: true,
      readOnlyRoot: true,
    });
    const memory = Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
    // Its limit is 256 MiB.
    expect(memory).toBeLessThan(160 * 2 ** 20);
  }, 300_000);
});

/** There is no Service routing on the node: the address of the API server is set, and nothing else. */
function writeOverlay(node: KubernetesNode, file: string): void {
  const server = node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']);
  const { hostname, port } = new URL(server.trim());
  const value = [
    { name: 'KUBERNETES_SERVICE_HOST', value: hostname },
    { name: 'KUBERNETES_SERVICE_PORT', value: port },
  ];
  const patch = stringify([{ op: 'add', path: '/spec/template/spec/containers/0/env', value }]);
  writeFileSync(
    file,
    stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['../base'],
      patches: [{ target: { kind: 'Deployment', name: 'plimsoll-exporter' }, patch }],
    }),
  );
}
