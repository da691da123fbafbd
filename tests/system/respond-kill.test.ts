import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type RespondProcess, send, startRespond, until, webhookOf } from './respond-process.ts';

// The responder is killed (SIGKILL) before and after each of its requests to a real API server, and started again: no action is
// done twice, and none is forgotten. In CI at some of the steps; PLIMSOLL_RESPOND=all takes every one.

const all = process.env.PLIMSOLL_RESPOND === 'all';
const missing = !hasNodeParts();
const reason = 'parts of a Kubernetes node are missing: scripts/system-parts node';
const namespace = 'respond-kill';
const token = 'of-the-test-and-long-enough';

describe('plimsoll respond, killed at any step and started again', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-respond-'));
  const file = (name: string) => path.join(directory, name);
  let node: KubernetesNode;
  let proxy: ApiProxy;
  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode(file('cluster'));
    proxy = await startApiProxy(node.kubeconfig);
    writeFileSync(file('kubeconfig'), proxy.kubeconfig);
    writeFileSync(file('token'), `${token}\n`);
    writeFileSync(file('policy.yaml'), policy);
    node.kubectl(['create', 'namespace', namespace]);
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    proxy?.stop();
    if (!missing) node?.kubectl(['delete', 'namespace', namespace, '--wait=false']);
    node?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('does every action once, and forgets none', async () => {
    let step = 0;
    let kills = 0;
    for (; ; step += all ? 1 : 5) {
      const killed = await oneRun(step, 'before');
      await oneRun(all ? step : step + 2, 'after');
      if (!killed) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(all ? 10 : 1);
    console.log(`killed before and after each of ${step} requests${all ? '' : ' (every fifth)'}`);
  }, 900_000);

  /** True where it was killed; false where it had done all before that step. */
  async function oneRun(step: number, when: 'before' | 'after'): Promise<boolean> {
    const name = `${when}-${step}`;
    node.kubectl(['apply', '--namespace', namespace, '--filename', '-'], workload(name));
    const read = () =>
      JSON.parse(node.kubectl(['get', 'deployment', name, '--namespace', namespace, '--output', 'json']));
    await until(() => read().status?.updatedReplicas === 1, 30);
    const before = read();
    const args = ['--policy', file('policy.yaml'), '--token-file', file('token'), '--kubeconfig', file('kubeconfig')];
    const start = () => startRespond([...args, '--namespace', namespace, '--name', name, '--identity', 'the-same']);
    let respond: RespondProcess | undefined;
    let killed = false;
    const kill = () => {
      killed = true;
      respond?.kill('SIGKILL');
    };
    const first = proxy.requests.length;
    proxy.decide = (_, index) =>
      index - first !== step || killed ? 'pass' : when === 'before' ? { before: kill } : { after: kill };
    try {
      respond = await start();
      const alert = webhookOf({ alertname: 'Leak', namespace, workload: name }, before.metadata.creationTimestamp);
      // As Alertmanager does: until it is taken.
      for (let taken = false; !taken; ) {
        if (!respond.isRunning()) respond = await start();
        taken = (await send(respond.url, token, alert)) === 200;
        if (!taken) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      let journal: { readonly intents: readonly { readonly state: string; readonly id: string }[] } = { intents: [] };
      const isDone = () => {
        const stored = JSON.parse(
          node.kubectl(['get', 'configmap', `${name}-journal`, '--namespace', namespace, '--output', 'json']),
        );
        journal = JSON.parse(stored.data['journal.json']);
        return journal.intents.length > 0 && journal.intents.every(({ state }) => state === 'done');
      };
      const end = performance.now() + 40_000;
      while (!isDone()) {
        if (performance.now() > end)
          throw new Error(`${name}: not done: ${JSON.stringify(journal)}\n${JSON.stringify(respond.log)}`);
        if (!respond.isRunning()) respond = await start();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const after = read();
      expect(journal.intents, name).toHaveLength(1);
      expect(after.metadata.annotations['respond.plimsoll.dev/actions'], name).toBe(journal.intents[0]?.id);
      expect(after.metadata.generation, name).toBe(before.metadata.generation + 1);
      return killed;
    } finally {
      proxy.decide = () => 'pass';
      respond?.kill('SIGKILL');
      await respond?.ended;
      node.kubectl(['delete', 'deployment', name, '--namespace', namespace, '--wait=false']);
    }
  }
});

const policy = `version: 1
mode: act
rules:
  - name: leaks
    alerts: Leak
    namespaces: ${namespace}
    workloads: deployment/*
    do: [restart, evidence, incident]
    singleReplica: allow
`;

/** Its pod is never scheduled: what matters is what becomes of the Deployment. */
function workload(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      nodeSelector: {of-the-test: none}
      containers: [{name: web, image: 'docker.io/library/pause:local'}]
`;
}
