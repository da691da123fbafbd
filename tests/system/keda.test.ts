import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scalingPart } from '../../src/observe/scaling/part.ts';
import { freePort } from '../free-port.ts';
import { plainContainer, planOf } from '../observe/observe-choices.ts';
import { defineKinds } from './define-kinds.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type PrometheusProcess, startPrometheus } from './prometheus-process.ts';
import { type RespondProcess, send, startRespond, until, webhookOf } from './respond-process.ts';
import { loadScaledImage, scaledDeployment, scaledImage, scrapingPodsOf } from './scaled-workload.ts';

// The ScaledObject that plimsoll observe writes goes through a real KEDA (2.21: operator and metrics server, processes beside the node): it makes the
// autoscaler of it, which requests counted by a real Prometheus scale out and in again, and it holds the pods when Prometheus is gone. The responder raises its
// minimum and gives it back. The test sets Prometheus' address and windows of time, and nothing else. npm run test:node.

const bin = path.resolve('.cache/bin');
const part = (name: string) => path.join(bin, name);
const parts = ['keda-operator', 'keda-adapter', 'keda-crd', 'prometheus'];
const missing = !hasNodeParts() || parts.some((name) => !existsSync(part(name)));
const reason = 'parts are missing: scripts/system-parts node prometheus keda';
const namespace = 'keda-test';
/** Where the node reaches this machine: scripts/cluster. */
const host = '10.89.0.1';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-keda-'));
const file = (name: string) => path.join(directory, name);

const container = { ...plainContainer, image: scaledImage, requests: { cpu: 0.05, memory: 32 * 2 ** 20 } };
const metrics = {
  port: 8080,
  path: '/metrics',
  requestMetric: 'http_requests_total',
  durationMetric: undefined,
  scrapedBy: 'annotation',
} as const;
const plan = planOf(
  [
    {
      namespace,
      name: 'asked',
      containers: [container],
      replicas: undefined,
      selector: new Map([['app', 'asked']]),
      metrics,
    },
  ],
  { namespace, keda: true },
);

let node: KubernetesNode;
let prometheus: PrometheusProcess | undefined;
const running: ChildProcess[] = [];
let respond: RespondProcess | undefined;
let log = '';

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  node = startKubernetesNode();
  loadScaledImage(node, directory);
  await defineKinds(node.kubectl, [part('keda-crd')]);
  node.kubectl(['create', 'namespace', namespace]);
  node.kubectl(['apply', '--filename', '-'], scaledDeployment(namespace, 'asked'));
  node.kubectl(['rollout', 'status', '--timeout=120s', '--namespace', namespace, 'deployment/asked']);
  writeFileSync(file('prometheus.yml'), scrapingPodsOf(node, namespace));
  prometheus = await startPrometheus(file('prometheus.yml'), directory, await freePort());
  await startKeda();
}, 3_600_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (!missing && node !== undefined) {
    // First, or deleting the namespace waits for an API that nobody serves; KEDA takes its finalizer off.
    const each = ['delete', '--ignore-not-found', '--timeout=60s'];
    if (running.length > 0) node.kubectl([...each, '--namespace', namespace, 'scaledobject', '--all']);
    node.kubectl([...each, 'apiservice', 'v1beta1.external.metrics.k8s.io']);
    node.kubectl([...each, '--wait=false', 'namespace', namespace]);
    node.kubectl([...each, '--wait=false', '--filename', part('keda-crd')]);
  }
  respond?.kill('SIGKILL');
  for (const each of running) each.kill('SIGKILL');
  prometheus?.stop();
  node?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 240_000);

/** Its operator, and its metrics server where the API server finds external.metrics.k8s.io; the two know each other by certificates. */
async function startKeda(): Promise<void> {
  makeCertificates();
  const [grpc, metricsPort, probes, secure, adapterMetrics] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
  const environment = {
    ...process.env,
    KUBECONFIG: node.kubeconfig,
    POD_NAMESPACE: namespace,
    KEDA_CLUSTER_OBJECT_NAMESPACE: namespace,
    WATCH_NAMESPACE: namespace,
  };
  const start = (name: string, args: readonly string[]) => {
    const child = spawn(part(name), args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    running.push(child);
  };
  start('keda-operator', [
    `--cert-dir=${file('certificates')}`,
    `--metrics-service-bind-address=127.0.0.1:${grpc}`,
    `--metrics-bind-address=127.0.0.1:${metricsPort}`,
    `--health-probe-bind-address=127.0.0.1:${probes}`,
  ]);
  start('keda-adapter', [
    `--cert-dir=${file('certificates')}`,
    `--tls-cert-file=${file('certificates/tls.crt')}`,
    `--tls-private-key-file=${file('certificates/tls.key')}`,
    `--metrics-service-address=localhost:${grpc}`,
    `--bind-address=${host}`,
    `--secure-port=${secure}`,
    `--port=${adapterMetrics}`,
    ...['lister', 'authentication', 'authorization'].map((each) => `--${each}-kubeconfig=${node.kubeconfig}`),
  ]);
  node.kubectl(
    ['apply', '--filename', '-'],
    `apiVersion: v1
kind: Service
metadata: {name: keda-metrics-apiserver, namespace: ${namespace}}
spec: {ports: [{name: https, port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: keda-of-the-test, namespace: ${namespace}, labels: {kubernetes.io/service-name: keda-metrics-apiserver}}
addressType: IPv4
ports: [{name: https, port: ${secure}}]
endpoints: [{addresses: ["${host}"], conditions: {ready: true}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.external.metrics.k8s.io}
spec:
  service: {name: keda-metrics-apiserver, namespace: ${namespace}}
  group: external.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
`,
  );
}

/** An authority, and what it signs for both: KEDA's operator asks its metrics server for a certificate as well. */
function makeCertificates(): void {
  mkdirSync(file('certificates'));
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: file('certificates'), encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  };
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=authority');
  openssl(
    ...['req', '-x509', ...key, '-keyout', 'tls.key', '-out', 'tls.crt', '-subj', '/CN=localhost'],
    ...['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-addext', 'basicConstraints=critical,CA:FALSE'],
  );
}

/** Without blocking: requests go on meanwhile. */
async function json(
  ...args: string[]
): Promise<Readonly<Record<string, unknown>> & { readonly status: Status; readonly spec: Spec }> {
  const { stdout } = await promisify(execFile)('kubectl', [
    ...['--kubeconfig', node.kubeconfig, 'get', ...args, '--namespace', namespace, '--output', 'json'],
  ]);
  return JSON.parse(stdout);
}
interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly desiredReplicas?: number;
  readonly currentMetrics?: readonly Readonly<Record<string, unknown>>[];
}
interface Spec {
  readonly minReplicas?: number;
  readonly minReplicaCount?: number;
}

const autoscaler = () => json('hpa', 'keda-hpa-asked');
const wanted = async () => (await autoscaler()).status.desiredReplicas ?? 0;
const conditionsOf = async () => {
  const { status } = await json('scaledobject', 'asked');
  return Object.fromEntries((status.conditions ?? []).map((each) => [each.type, each.status]));
};

describe('the generated ScaledObject', () => {
  it('becomes an autoscaler with the figures that are written', { timeout: 120_000 }, async () => {
    const written = scalingPart.write(plan).find(({ path: name }) => name.endsWith('-scaledobject.yaml'))?.text ?? '';
    const changed = written
      .replace(`http://prometheus.${namespace}.svc:9090`, `http://${prometheus?.address}`)
      .replace('[2m]', '[15s]')
      .replace('stabilizationWindowSeconds: 300', 'stabilizationWindowSeconds: 0')
      .replace('pollingInterval: 15', 'pollingInterval: 5');
    expect(linesThatDiffer(written, changed)).toBe(4);
    node.kubectl(['apply', '--server-side', '--validate=strict', '--filename', '-'], changed);
    await eventually(60, async () => {
      if (running.some(({ exitCode }) => exitCode !== null)) throw new Error(log.slice(-3000));
      expect(await conditionsOf(), log.slice(-3000)).toMatchObject({ Ready: 'True', Fallback: 'False' });
    });
    expect((await autoscaler()).spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'asked' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: expect.arrayContaining([
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        expect.objectContaining({
          type: 'External',
          external: expect.objectContaining({ target: { type: 'AverageValue', averageValue: expect.anything() } }),
        }),
      ]),
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 }, scaleUp: { stabilizationWindowSeconds: 0 } },
    });
  });

  it('has its minimum raised by the responder, and given back', { timeout: 180_000 }, async () => {
    await eventually(60, async () => expect(await wanted()).toBe(2));
    writeFileSync(file('token'), 'of-the-test-and-long-enough\n');
    writeFileSync(
      file('policy.yaml'),
      `version: 1
mode: act
limit: {actions: 10, window: 1h}
rules:
  - name: scale what is busy
    alerts: [Busy]
    namespaces: [${namespace}]
    workloads: [deployment/asked]
    do: scale
    coolDown: 10s
    scale: {min: 2, max: 8, step: 1, giveBack: 10s}
`,
    );
    respond = await startRespond([
      ...['--policy', file('policy.yaml'), '--token-file', file('token')],
      ...['--kubeconfig', node.kubeconfig, '--namespace', namespace],
    ]);
    const { url, log: lines } = respond;
    await until(() => lines.some(({ message }) => message === 'leading: this instance acts'), 20);
    const begun = new Date().toISOString();
    const labels = { alertname: 'Busy', namespace, deployment: 'asked' };
    expect(await send(url, 'of-the-test-and-long-enough', webhookOf(labels, begun))).toBe(200);
    const done = await until(() => lines.find((line) => line.message === 'action'), 40);
    expect(done).toMatchObject({
      outcome: 'done',
      detail: 'minReplicaCount of ScaledObject asked is raised from 2 to 3',
    });
    await eventually(60, async () => expect((await autoscaler()).spec.minReplicas).toBe(3));
    expect(await send(url, 'of-the-test-and-long-enough', webhookOf(labels, begun, 'resolved'))).toBe(200);
    const given = await until(() => lines.find(({ action }) => action === 'give-back'), 60);
    expect(given).toMatchObject({
      outcome: 'done',
      detail: 'minReplicaCount of ScaledObject asked is lowered from 3 to 2, as it was before',
    });
    await eventually(60, async () => expect((await autoscaler()).spec.minReplicas).toBe(2));
  });

  it('scales out on requests, and in again', { timeout: 400_000 }, async () => {
    await eventually(120, async () => {
      const { status } = await autoscaler();
      expect(status.currentMetrics ?? [], log.slice(-3000)).toContainEqual(
        expect.objectContaining({ type: 'External' }),
      );
      expect(status.desiredReplicas).toBe(2);
    });
    const pods = JSON.parse(
      node.kubectl(['get', 'pods', '--namespace', namespace, '--selector', 'app=asked', '--output', 'json']),
    ).items.map(({ status }: { readonly status: { readonly podIP: string } }) => status.podIP);
    const timer = setInterval(() => {
      for (const address of pods)
        void fetch(`http://${address}:8080/`)
          .then((each) => each.text())
          .catch(() => undefined);
    }, 80);
    try {
      await eventually(150, async () => expect(await wanted()).toBeGreaterThanOrEqual(4));
    } finally {
      clearInterval(timer);
    }
    const most = await wanted();
    await eventually(150, async () => expect(await wanted()).toBeLessThan(most));
  });

  it('holds the pods that there are when Prometheus is gone', { timeout: 300_000 }, async () => {
    node.kubectl(['scale', '--namespace', namespace, 'deployment/asked', '--replicas=6']);
    prometheus?.stop();
    await eventually(120, async () =>
      expect(await conditionsOf(), log.slice(-3000)).toMatchObject({ Fallback: 'True' }),
    );
    // It goes down by a pod or two a minute until then, and no further.
    const kept = await wanted();
    expect(kept).toBeGreaterThan(2);
    await new Promise((resolve) => setTimeout(resolve, 90_000));
    expect(await wanted()).toBeGreaterThanOrEqual(kept);
  });
});

function linesThatDiffer(one: string, other: string): number {
  const others = other.split('\n');
  return one.split('\n').filter((line, index) => line !== others[index]).length;
}
