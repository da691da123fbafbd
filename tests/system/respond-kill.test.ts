import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiProxy, type Fate, startApiProxy } from './api-proxy.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type RespondProcess, send, startRespond, until, webhookOf } from './respond-process.ts';

// The responder is killed (SIGKILL) before and after each of its requests to a real API server, and started again: no action is
// done twice, and none is forgotten; nor where the API server fails. In CI at some of the steps; PLIMSOLL_RESPOND=all takes every one.

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
    node = startKubernetesNode();
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
    for (; ; step += all ? 1 : 7) {
      const killed = await oneRun(step, 'before');
      await oneRun(all ? step : step + 3, 'after');
      if (!killed) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(all ? 10 : 0);
    console.log(`killed before and after each of ${step} requests${all ? '' : ' (every seventh)'}`);
  }, 900_000);

  it('gives back once what was raised, killed at any step since its alert is over', async () => {
    // Renewals of the lease come whenever they come.
    const counts = (request: string) => !request.includes('/leases/');
    let step = 0;
    let kills = 0;
    for (; ; step++) {
      let killed = false;
      for (const when of ['before', 'after'] as const) {
        if (!all && when === 'before') continue;
        killed =
          (await givenBack(`back-${when}-${step}`, (seen, request) => {
            // In CI at one step only: what changes the workload is done, and nobody was told.
            const isIt = all ? counts(request) && seen.filter(counts).length === step : request.startsWith('PATCH');
            return isIt ? when : undefined;
          })) || killed;
      }
      if (killed) kills++;
      if (!killed || !all) break;
    }
    expect(kills).toBeGreaterThan(all ? 6 : 0);
    console.log(`killed at ${kills} steps of giving back`);
  }, 1_800_000);

  it.each(all ? faults : faults.filter((_, index) => index % 3 === 1))(
    'the API server %s',
    { timeout: 90_000 },
    async (fault, which, fates) => {
      const left = [...fates];
      let armed = false;
      await run(`fault-${fault.replace(/\W+/g, '-').toLowerCase().slice(0, 30)}${left.length}`, {
        decide: (request) => (armed && request.startsWith(which) ? (left.shift() ?? 'pass') : 'pass'),
        leading: () => {
          armed = true;
        },
      });
      expect(left).toEqual([]);
    },
  );

  /** True where it was killed; false where it had done all before that step. */
  async function oneRun(step: number, when: 'before' | 'after'): Promise<boolean> {
    let killed = false;
    let respond: RespondProcess | undefined;
    const kill = () => {
      killed = true;
      respond?.kill('SIGKILL');
    };
    const first = proxy.requests.length;
    await run(`${when}-${step}`, {
      decide: (_, index) => {
        if (killed || index - first !== step) return 'pass';
        return when === 'before' ? { before: kill } : { after: kill };
      },
      started: (process) => {
        respond = process;
      },
    });
    return killed;
  }

  /** One Deployment, one alert: the restart is done once, recorded once. */
  async function run(
    name: string,
    {
      decide,
      started = () => {},
      leading,
    }: {
      readonly decide: ApiProxy['decide'];
      started?(process: RespondProcess): void;
      leading?(): void;
    },
  ): Promise<void> {
    await withWorkload(name, decide, started, async ({ before, read, sendUntilTaken, untilDone }) => {
      await sendUntilTaken(webhookOf({ alertname: 'Leak', namespace, workload: name }, before.made), leading);
      const intents = await untilDone(1);
      const after = read();
      expect(intents, name).toHaveLength(1);
      expect(after.metadata.annotations['respond.plimsoll.dev/actions'], name).toBe(intents[0]?.id);
      expect(after.metadata.generation, name).toBe(before.generation + 1);
    });
  }

  /** One Deployment is raised by one; the alert is over; one is given back, once. True where it was killed meanwhile. */
  async function givenBack(
    name: string,
    kills: (seen: readonly string[], request: string) => 'before' | 'after' | undefined,
  ): Promise<boolean> {
    let killed = false;
    let respond: RespondProcess | undefined;
    let over: number | undefined;
    const kill = () => {
      killed = true;
      respond?.kill('SIGKILL');
    };
    const decide: ApiProxy['decide'] = (request, index) => {
      const when = killed || over === undefined ? undefined : kills(proxy.requests.slice(over, index), request);
      if (when === undefined) return 'pass';
      return when === 'before' ? { before: kill } : { after: kill };
    };
    const started = (process: RespondProcess) => {
      respond = process;
    };
    await withWorkload(name, decide, started, async ({ before, read, sendUntilTaken, untilDone }) => {
      const labels = { alertname: 'Busy', namespace, workload: name };
      await sendUntilTaken(webhookOf(labels, before.made));
      await untilDone(1);
      expect(read().spec.replicas, name).toBe(2);
      over = proxy.requests.length;
      await sendUntilTaken(webhookOf(labels, before.made, 'resolved'));
      const intents = await untilDone(2);
      const after = read();
      expect(after.spec.replicas, name).toBe(1);
      const ids = intents.map(({ id }) => id).reverse();
      expect(after.metadata.annotations['respond.plimsoll.dev/actions'], name).toBe(ids.join());
      expect(after.metadata.annotations, name).not.toHaveProperty('respond.plimsoll.dev/raised');
      expect(after.metadata.generation, name).toBe(before.generation + 2);
    });
    return killed;
  }

  interface Story {
    readonly before: { readonly made: string; readonly generation: number };
    read(): ReturnType<typeof JSON.parse>;
    sendUntilTaken(webhook: object, leading?: () => void): Promise<void>;
    /** The journal's intents, once there are so many and all are done. */
    untilDone(count: number): Promise<readonly { readonly state: string; readonly id: string }[]>;
  }

  /** A Deployment, and a responder that is started again whenever it was killed. */
  async function withWorkload(
    name: string,
    decide: ApiProxy['decide'],
    started: (process: RespondProcess) => void,
    story: (story: Story) => Promise<void>,
  ): Promise<void> {
    node.kubectl(['apply', '--namespace', namespace, '--filename', '-'], workload(name));
    const read = () =>
      JSON.parse(node.kubectl(['get', 'deployment', name, '--namespace', namespace, '--output', 'json']));
    await until(() => read().status?.updatedReplicas === 1, 30);
    const { creationTimestamp: made, generation } = read().metadata;
    const args = ['--policy', file('policy.yaml'), '--token-file', file('token'), '--kubeconfig', file('kubeconfig')];
    const start = async () => {
      const process = await startRespond([...args, '--namespace', namespace, '--name', name, '--identity', 'the-same']);
      started(process);
      return process;
    };
    proxy.decide = decide;
    let respond = await start();
    try {
      await story({
        before: { made, generation },
        read,
        // As Alertmanager does: until it is taken.
        async sendUntilTaken(webhook, leading) {
          for (let taken = false; !taken; ) {
            if (!respond.isRunning()) respond = await start();
            const leads = respond.log.some(({ message }) => message === 'leading: this instance acts');
            if (leads) leading?.();
            // Where something has to be set first, nothing is sent before: it might lead between the look and the request.
            if (leads || !leading) taken = (await send(respond.url, token, webhook)) === 200;
            if (!taken) await new Promise((resolve) => setTimeout(resolve, 100));
          }
        },
        async untilDone(count) {
          const end = performance.now() + 60_000;
          for (;;) {
            const journal = ['get', 'configmap', `${name}-journal`, '--namespace', namespace, '--output', 'json'];
            const { intents } = JSON.parse(JSON.parse(node.kubectl(journal)).data['journal.json']);
            if (intents.length >= count && intents.every(({ state }: { state: string }) => state === 'done'))
              return intents;
            if (performance.now() > end)
              throw new Error(`not done: ${JSON.stringify(intents)}\n${JSON.stringify(respond.log)}`);
            if (!respond.isRunning()) respond = await start();
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        },
      });
    } finally {
      proxy.decide = () => 'pass';
      respond.kill('SIGKILL');
      await respond.ended;
      node.kubectl(['delete', 'deployment', name, '--namespace', namespace, '--wait=false']);
    }
  }
});

const faults: readonly [what: string, request: string, fates: Fate[]][] = [
  ['answers 409 to the patch, twice', 'PATCH', [{ status: 409 }, { status: 409 }]],
  ['answers 429 to the patch', 'PATCH', [{ status: 429, retryAfter: 1 }]],
  ['breaks off after it carried out the patch', 'PATCH', [{ after: () => {} }]],
  ['answers 500 to the patch', 'PATCH', [{ status: 500 }, { status: 500 }]],
  ['hangs at the patch', 'PATCH', ['hang']],
  ['breaks off after it took the journal', 'PUT /api/v1', [{ after: () => {} }]],
  ['refuses the journal', 'PUT /api/v1', [{ status: 500 }, { status: 503 }]],
  [
    'does not know the credentials any more, for a moment',
    'GET /apis/apps',
    [{ status: 401 }, { status: 401 }, { status: 401 }],
  ],
];

const policy = `version: 1
mode: act
rules:
  - name: leaks
    alerts: Leak
    namespaces: ${namespace}
    workloads: deployment/*
    do: [restart, evidence, incident]
    singleReplica: allow
  - name: busy
    alerts: Busy
    namespaces: ${namespace}
    workloads: deployment/*
    do: scale
    scale: {max: 3, giveBack: 10s}
    coolDown: 10s
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
