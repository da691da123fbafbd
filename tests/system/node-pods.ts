import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubernetesNode, nodeProgram } from './kubernetes-node.ts';

/** How long a pod took, by this machine's clock and by what its kubelet tells. */
export interface PodStart {
  /** From its making to its condition Ready. */
  readonly readySeconds: number;
  /** Of the image; undefined where it was there. */
  readonly pullSeconds: number | undefined;
}

/** Starts pods and looks at the clock: through the API itself, as each run of kubectl takes a second of processor. */
export interface PodClock {
  start(name: string, image: string): Promise<PodStart>;
  /** Takes an image from the node with all that only it needs. */
  forget(image: string): void;
  stop(): void;
}

/** @param namespace is made, and deleted in the end */
export async function startPodClock(node: KubernetesNode, namespace: string): Promise<PodClock> {
  node.kubectl(['create', 'namespace', namespace]);
  const proxy = spawn('kubectl', ['--kubeconfig', node.kubeconfig, 'proxy', '--port=0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const base = `http://${await addressOf(proxy)}/api/v1/namespaces/${namespace}`;
  // Its account is made a moment after its namespace.
  for (let tries = 0; tries < 100 && !(await fetch(`${base}/serviceaccounts/default`)).ok; tries++) await sleep(100);
  return {
    async start(name, image) {
      const begun = performance.now();
      const made = await fetch(`${base}/pods`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(podOf(name, image)),
      });
      if (!made.ok) throw new Error(`${made.status}: ${await made.text()}`);
      await untilReady(`${base}/pods?watch=1&fieldSelector=metadata.name%3D${name}`, begun);
      const readySeconds = (performance.now() - begun) / 1000;
      const pullSeconds = await pullOf(`${base}/events?fieldSelector=involvedObject.name%3D${name}`);
      await fetch(`${base}/pods/${name}?gracePeriodSeconds=0`, { method: 'DELETE' });
      return { readySeconds, pullSeconds };
    },
    forget(image) {
      spawnSync(nodeProgram('ctr'), [
        '-a',
        '/run/containerd/containerd.sock',
        '-n',
        'k8s.io',
        'images',
        'rm',
        '--sync',
        image,
      ]);
    },
    stop() {
      proxy.kill('SIGTERM');
      node.kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found']);
    },
  };
}

function podOf(name: string, image: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [{ name: 'it', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '1000'] }],
    },
  };
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('kubectl proxy says nothing');
  const [said] = await once(stdout, 'data');
  const address = /127\.0\.0\.1:\d+/.exec(String(said))?.[0];
  if (address === undefined) throw new Error(String(said));
  return address;
}

async function untilReady(url: string, begun: number): Promise<void> {
  const stop = AbortSignal.timeout(120_000);
  const { body } = await fetch(url, { signal: stop });
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      const { object } = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      const conditions: readonly { type: string; status: string }[] = object?.status?.conditions ?? [];
      if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return;
      const waiting = object?.status?.containerStatuses?.[0]?.state?.waiting;
      if (/^Err|BackOff/.test(waiting?.reason ?? '')) throw new Error(`${waiting.reason}: ${waiting.message}`);
    }
  }
  throw new Error(`not ready after ${(performance.now() - begun) / 1000} s`);
}

async function pullOf(url: string): Promise<number | undefined> {
  for (let tries = 0; tries < 50; tries++) {
    const { items }: { items: readonly { message: string }[] } = JSON.parse(await (await fetch(url)).text());
    for (const { message } of items) {
      const pulled = /^Successfully pulled image .*? in (?:(\d+)m)?([\d.]+)(ms|s)/.exec(message);
      if (pulled) return Number(pulled[1] ?? 0) * 60 + Number(pulled[2]) / (pulled[3] === 'ms' ? 1000 : 1);
      if (message.includes('already present on machine')) return undefined;
    }
    await sleep(100);
  }
  return undefined;
}
