import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scalingPart } from '../../src/observe/scaling/part.ts';
import { plainContainer, planOf } from '../observe/observe-choices.ts';
import { type CustomMetrics, readAdapterRules, serveCustomMetrics } from './custom-metrics.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { loadScaledImage, scaledDeployment, scaledImage, scrapingPodsOf } from './scaled-workload.ts';

// Load makes the autoscalers that plimsoll observe writes scale out and in again on a real node: on CPU through metrics-server, and on
// requests through custom.metrics.k8s.io, with the generated rules, by an adapter of the tests' own in front of a real Prometheus. The tests
// patch windows of time, and nothing else.

const prometheusBinary = path.resolve('.cache/bin/prometheus');
const missing = !hasNodeParts() || !existsSync(prometheusBinary) || spawnSync('go', ['version']).status !== 0;
const reason = 'parts of a Kubernetes node, Go or Prometheus are missing: scripts/system-parts node prometheus';
const namespace = 'scaling-test';
/** Where the node reaches this machine: scripts/cluster. */
const host = '10.89.0.1';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-scaling-'));

const container = { ...plainContainer, image: scaledImage, requests: { cpu: 0.05, memory: 32 * 2 ** 20 } };
const workload = { namespace, containers: [container], replicas: undefined };
const selecting = (name: string) => ({ ...workload, name, selector: new Map([['app', name]]) });
const plan = planOf(
  [
    selecting('burner'),
    {
      ...selecting('asked'),
      metrics: {
        port: 8080,
        path: '/metrics',
        requestMetric: 'http_requests_total',
        durationMetric: undefined,
        scrapedBy: 'annotation',
      },
    },
  ],
  { stack: 'full', namespace },
);

let node: KubernetesNode;
let prometheus: ChildProcess | undefined;
let adapter: CustomMetrics | undefined;

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  for (const file of scalingPart.write(plan)) {
    const place = path.join(directory, file.path);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, file.text);
  }
  node = startKubernetesNode();
  loadScaledImage(node, directory);
  node.kubectl(['apply', '-f', '-'], `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n`);
  node.kubectl(['apply', '-f', '-'], scaledDeployment(namespace, 'burner') + scaledDeployment(namespace, 'asked'));
  node.kubectl(['rollout', 'status', '--timeout=120s', '-n', namespace, 'deployment/burner', 'deployment/asked']);
  const url = await startPrometheus();
  await registerAdapter(url);
  for (const name of ['burner', 'asked']) {
    const written = readFileSync(path.join(directory, `base/scaling/${namespace}.${name}-hpa.yaml`), 'utf8');
    const patched = written.replace('stabilizationWindowSeconds: 300', 'stabilizationWindowSeconds: 0');
    expect(patched).not.toBe(written);
    node.kubectl(['apply', '--server-side', '-f', '-'], patched);
  }
}, 3_600_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(async () => {
  if (!missing && node !== undefined) {
    // First, or deleting the namespace waits for an API that nobody serves.
    node.kubectl(['delete', '--ignore-not-found', 'apiservice', 'v1beta1.custom.metrics.k8s.io']);
    node.kubectl(['delete', '--ignore-not-found', '--wait=false', 'namespace', namespace]);
    prometheus?.kill('SIGTERM');
    await adapter?.stop();
    node.stop();
  }
  rmSync(directory, { recursive: true, force: true });
}, 120_000);

/** Without blocking: what is asked may ask the adapter, which is in this process. */
async function ask(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', ['--kubeconfig', node.kubeconfig, ...args]);
  return stdout;
}

/** Scrapes the pods of the namespace every two seconds, with the labels that the generated scrape configuration gives them. */
async function startPrometheus(): Promise<string> {
  const configuration = path.join(directory, 'prometheus.yml');
  writeFileSync(configuration, scrapingPodsOf(node, namespace));
  const url = 'http://127.0.0.1:39471';
  prometheus = spawn(
    prometheusBinary,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${path.join(directory, 'tsdb')}`,
      '--web.listen-address=127.0.0.1:39471',
    ],
    { stdio: 'ignore' },
  );
  await until('Prometheus', 30, async () => (await fetch(`${url}/-/ready`)).ok);
  return url;
}

/** The API is registered by the generated APIService; where it leads to is this machine, as there is no pod of the adapter. */
async function registerAdapter(prometheusUrl: string): Promise<void> {
  const openssl = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key',
      '-out',
      'cert',
      '-days',
      '2',
      '-subj',
      '/CN=adapter',
    ],
    { cwd: directory, encoding: 'utf8' },
  );
  expect(openssl.status, openssl.stderr).toBe(0);
  const pem = (name: string) => readFileSync(path.join(directory, name), 'utf8');
  const rules = readAdapterRules(path.join(directory, 'base/scaling/adapter/config.yaml')).map((rule) => {
    // Two minutes of the past would hold on for two minutes after the last request.
    const metricsQuery = rule.metricsQuery.replace('[2m]', '[15s]');
    expect(metricsQuery).not.toBe(rule.metricsQuery);
    return { ...rule, metricsQuery };
  });
  adapter = await serveCustomMetrics(rules, prometheusUrl, { key: pem('key'), cert: pem('cert') }, host);
  const slice = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: adapter-of-the-test, namespace: ${namespace}, labels: {kubernetes.io/service-name: prometheus-adapter}}
addressType: IPv4
ports: [{name: https, port: ${adapter.port}}]
endpoints: [{addresses: ["${host}"], conditions: {ready: true}}]
`;
  node.kubectl(['apply', '-f', path.join(directory, 'base/scaling/adapter/apiservice.yaml'), '-f', '-'], slice);
  await until('custom.metrics.k8s.io', 60, async () => {
    const list = JSON.parse(await ask('get', '--raw', '/apis/custom.metrics.k8s.io/v1beta1'));
    return list.resources.some((each: { name: string }) => each.name === 'pods/http_requests_per_second');
  });
}

const replicasOf = async (name: string): Promise<number> =>
  Number(await ask('get', 'hpa', name, '-n', namespace, '-o', 'jsonpath={.status.desiredReplicas}'));

async function addressesOf(name: string): Promise<string[]> {
  const found = await ask(
    'get',
    'pods',
    '-n',
    namespace,
    '-l',
    `app=${name}`,
    '-o',
    'jsonpath={.items[*].status.podIP}',
  );
  return found.split(' ').filter((each) => each !== '');
}

async function until(what: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const holds = await Promise.resolve()
      .then(condition)
      .catch(() => false);
    if (holds) return;
    if (Date.now() > end) {
      const told = await ask('describe', 'hpa', '-n', namespace);
      throw new Error(`${what}: not after ${seconds} s\n${told}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

describe('on a real node, the generated autoscalers', () => {
  it.concurrent('scale out on CPU, and in again', { timeout: 400_000 }, async () => {
    await until(
      'two pods with known CPU',
      120,
      async () => (await metricOf('burner', 'resource')) !== undefined && (await replicasOf('burner')) === 2,
    );
    for (const address of await addressesOf('burner')) await fetch(`http://${address}:8080/burn?m=150`);
    await until('scaled out on CPU', 120, async () => (await replicasOf('burner')) >= 4);
    for (const address of await addressesOf('burner')) await fetch(`http://${address}:8080/burn?m=0`);
    const most = await replicasOf('burner');
    await until('scaled in', 120, async () => (await replicasOf('burner')) < most);
  });

  it.concurrent('scale out on requests, and in again, while CPU asks for nothing', { timeout: 400_000 }, async () => {
    await until(
      'two pods with a known rate',
      120,
      async () => (await metricOf('asked', 'pods')) !== undefined && (await replicasOf('asked')) === 2,
    );
    const addresses = await addressesOf('asked');
    const timer = setInterval(() => {
      for (const address of addresses)
        void fetch(`http://${address}:8080/`)
          .then((each) => each.text())
          .catch(() => undefined);
    }, 80);
    try {
      await until('scaled out on requests', 120, async () => (await replicasOf('asked')) >= 4);
    } finally {
      clearInterval(timer);
    }
    expect(adapter?.asked.map(decodeURIComponent)).toContain(
      `/apis/custom.metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/*/http_requests_per_second`,
    );
    const events = await ask(
      'get',
      'events',
      '-n',
      namespace,
      '--field-selector',
      'involvedObject.name=asked,reason=SuccessfulRescale',
      '-o',
      'jsonpath={.items[*].message}',
    );
    expect(events).toContain('http_requests_per_second above target');
    const most = await replicasOf('asked');
    await until('scaled in', 120, async () => (await replicasOf('asked')) < most);
  });

  it('the account of the adapter may find pods, have callers checked, and nothing else; the autoscaler’s may read the metric', () => {
    node.kubectl(['apply', '-f', path.join(directory, 'base/scaling/adapter/rbac.yaml')]);
    try {
      const may = (account: string, attributes: Readonly<Record<string, string>>) => {
        const review = {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: { user: `system:serviceaccount:${account}`, resourceAttributes: { namespace, ...attributes } },
        };
        return JSON.parse(node.kubectl(['create', '-o', 'json', '-f', '-'], JSON.stringify(review))).status.allowed;
      };
      const adapterAccount = `${namespace}:prometheus-adapter`;
      expect(may(adapterAccount, { verb: 'list', resource: 'pods' })).toBe(true);
      const review = { group: 'authorization.k8s.io', resource: 'subjectaccessreviews' };
      expect(may(adapterAccount, { verb: 'create', ...review })).toBe(true);
      for (const refused of [
        { verb: 'list', resource: 'secrets' },
        { verb: 'get', resource: 'configmaps' },
        { verb: 'delete', resource: 'pods' },
        { verb: 'create', resource: 'pods', subresource: 'exec' },
        { verb: 'list', resource: 'nodes' },
      ])
        expect(may(adapterAccount, refused), JSON.stringify(refused)).toBe(false);
      const metric = {
        verb: 'get',
        group: 'custom.metrics.k8s.io',
        resource: 'pods',
        subresource: 'http_requests_per_second',
      };
      expect(may('kube-system:horizontal-pod-autoscaler', metric)).toBe(true);
      expect(may(`${namespace}:default`, metric)).toBe(false);
    } finally {
      node.kubectl(['delete', '-f', path.join(directory, 'base/scaling/adapter/rbac.yaml')]);
    }
  });
});

/** The current value of a kind of metric in the autoscaler's status. */
async function metricOf(name: string, kind: 'resource' | 'pods'): Promise<unknown> {
  const { status } = JSON.parse(await ask('get', 'hpa', name, '-n', namespace, '-o', 'json'));
  return status.currentMetrics?.find((each: Record<string, unknown>) => each[kind] !== undefined);
}
