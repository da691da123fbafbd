import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { command } from '../../src/cli/commands/bases.ts';
import { runCommand } from '../cli/run-command.ts';
import { hasSkopeo } from './image-stores.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { pushTagged } from './tagged-images.ts';

// A pod on a real node whose kubelet pulled its image from a real registry, and the tag is moved afterwards: `npm run test:node`.

const busybox = '/bin/busybox';
const missing = !hasRegistry || !hasSkopeo || !existsSync(busybox) || !hasNodeParts();
const reason = 'a node, docker-registry, skopeo or busybox is missing: scripts/system-parts node registry skopeo';

describe('plimsoll bases --cluster', () => {
  const namespace = `bases-${process.pid}`;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-bases-cluster-'));
  let node: KubernetesNode | undefined;
  let registry: RealRegistry | undefined;

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    vi.stubEnv('XDG_CACHE_HOME', path.join(directory, 'cache'));
    registry = await startRealRegistry();
  });
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    try {
      node?.kubectl(['delete', 'namespace', namespace, '--wait=false']);
    } finally {
      node?.stop();
      registry?.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }, 120_000);

  test('tells that a tag names another image than the one that a pod runs, and what is newer', async () => {
    if (registry === undefined) throw new Error('no registry');
    const host = `127.0.0.1:${registry.port}`;
    const program = { name: 'bin/busybox', content: readFileSync(busybox), mode: 0o755 };
    const command_ = ['/bin/busybox', 'sleep', '3600'];
    const [ran] = (
      await pushTagged(host, 'acme/worker', [{ tag: '1.0.0', files: [program], command: command_ }])
    ).values();
    await pushTagged(host, 'acme/worker', [{ tag: '1.0.1' }]);
    node = startKubernetesNode();
    node.kubectl(['create', 'namespace', namespace]);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'worker', namespace },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name: 'worker', image: `${host}/acme/worker:1.0.0` }],
      },
    };
    for (let attempt = 0; ; attempt++)
      try {
        // Pods are refused until their namespace has its account.
        node.kubectl(['apply', '--filename', '-'], JSON.stringify(pod));
        break;
      } catch (error) {
        if (attempt > 50) throw error;
        await sleep(200);
      }
    node.kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', 'pod/worker', '--timeout=90s']);
    const { kubeconfig } = node;
    writeFileSync(path.join(directory, 'plimsoll.yaml'), '{}\n');
    const bases = () =>
      runCommand(command, directory, ['--cluster', '--kubeconfig', kubeconfig, '--namespace', namespace, '--json'], {
        environment: { HOME: directory },
      });
    const before = JSON.parse((await bases()).stdout);
    expect(before.images).toMatchObject([
      { image: `${host}/acme/worker:1.0.0`, newer: { tag: '1.0.1' }, moved: [], unknown: [] },
    ]);
    const [now] = (await pushTagged(host, 'acme/worker', [{ tag: '1.0.0', text: 'moved' }])).values();
    const { code, stdout } = await bases();
    expect(code).toBe(1);
    expect(JSON.parse(stdout).images).toMatchObject([
      {
        places: [{ path: `cluster:${namespace}/pod/worker`, kind: 'running' }],
        moved: [{ by: 'running', where: `cluster:${namespace}/pod/worker`, from: ran, to: now }],
        unknown: [],
      },
    ]);
  }, 240_000);
});
