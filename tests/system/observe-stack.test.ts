import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { isJsonObject, jsonObjectOf } from '../../src/core/json-object.ts';
import {
  kubeStateMetricsVersion,
  metricsServerVersion,
  nodeExporterVersion,
  prometheusVersion,
} from '../../src/observe/prometheus/versions.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, nodeProgram, startKubernetesNode } from './kubernetes-node.ts';
import { nodeVolume } from './node-volume.ts';
import { imageOfProgram } from './program-image.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What `plimsoll observe --stack full` writes for the part `prometheus` comes up as pods of a real node, with the generated
// names of images, rights, configuration and volume, and scrapes. The node has no Service routing, and mounts its root privately: the address of the API
// server and the propagation of mounts are all that is set otherwise. Of kube-state-metrics
// that runs which can be had.

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, '../../.cache/bin');
/** What runs here, with the image's name and its program in it. */
const programs = [
  [path.join(bin, 'prometheus'), `quay.io/prometheus/prometheus:v${prometheusVersion}`, '/bin/prometheus'],
  [path.join(bin, 'node_exporter'), `quay.io/prometheus/node-exporter:v${nodeExporterVersion}`, '/bin/node_exporter'],
  [
    nodeProgram('metrics-server'),
    `registry.k8s.io/metrics-server/metrics-server:v${metricsServerVersion}`,
    '/metrics-server',
  ],
] as const;
/** Not to be had everywhere: without it the others are still tried. */
const kubeStateMetrics = path.join(bin, 'kube-state-metrics');
const missing = !hasNodeParts() || programs.some(([program]) => !existsSync(program));
const reason = 'parts are missing: scripts/system-parts node prometheus';
const withoutStates = 'kube-state-metrics cannot be had: scripts/system-parts kube-state-metrics';
const namespace = 'observe-stack';

describe('the stack of plimsoll observe, on a node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-stack-'));
  let node: KubernetesNode;
  let objects: readonly object[] = [];
  const apply = (some: readonly object[]) =>
    node.kubectl(
      ['apply', '--server-side', '--validate=strict', '--filename', '-'],
      some.map((each) => stringify(each)).join('---\n'),
    );

  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    const stateImage = `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${kubeStateMetricsVersion}`;
    const states = existsSync(kubeStateMetrics) ? [[kubeStateMetrics, stateImage, '/kube-state-metrics'] as const] : [];
    for (const [program, image, entrypoint] of [...programs, ...states]) {
      const place = path.join(directory, path.basename(program));
      mkdirSync(place);
      node.load(imageOfProgram(place, program, image, entrypoint));
    }
    mkdirSync(path.join(directory, 'project'));
    cpSync(path.join(here, 'observe/workloads.yaml'), path.join(directory, 'project/workloads.yaml'));
    const args = ['--part', 'prometheus', '--stack', 'full', '--namespace', namespace];
    const run = runPlimsoll(['observe', path.join(directory, 'project'), ...args]);
    expect(run.status, run.stderr).toBe(0);
    const built = node.kubectl(['kustomize', path.join(directory, 'project/observe/overlay')]);
    objects = parseAllDocuments(built).flatMap((document): object[] => {
      const object: unknown = document.toJS();
      return isJsonObject(object) ? [object] : [];
    });
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    if (!missing && node) {
      const names = objects.filter((object) => isOurs(object) || isMetricsServer(object) || isNamespace(object));
      const text = names.map((each) => stringify(each)).join('---\n');
      if (text !== '') node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--filename', '-'], text);
      node.kubectl(['delete', 'persistentvolume', '--ignore-not-found', '--wait=false', namespace]);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  function server(): URL {
    const template = 'jsonpath={.clusters[0].cluster.server}';
    return new URL(node.kubectl(['config', 'view', '--minify', '--output', template]).trim());
  }

  /** kubectl ends with 1 for no. */
  function mayList(resource: string, account: string): string {
    try {
      return node.kubectl(['auth', 'can-i', 'list', resource, '--all-namespaces', '--as', account]).trim();
    } catch (error) {
      if (error instanceof Error && /exit 1\n/.test(error.message)) return 'no';
      throw error;
    }
  }

  /** What Prometheus answers. */
  async function ask(query: string): Promise<Readonly<Record<string, unknown>>> {
    const pod = ['get', 'pod', 'prometheus-0', '--namespace', namespace, '--output', 'jsonpath={.status.podIP}'];
    const answer = await fetch(`http://${node.kubectl(pod)}:9090/api/v1/${query}`);
    return jsonObjectOf(jsonObjectOf(await answer.json()).data);
  }

  it('metrics-server comes up as it is generated, and has asked the kubelet by its own account', () => {
    const own = objects.filter(isMetricsServer);
    expect(own.map((object) => jsonObjectOf(object).kind)).toContain('Deployment');
    apply(own.map((object) => withApiServer(object, server())));
    // Ready is who has the numbers of the kubelets.
    node.kubectl(['rollout', 'status', 'deployment/metrics-server', '--namespace', 'kube-system', '--timeout', '120s']);
  }, 150_000);

  it('Prometheus and node-exporter come up as they are generated; Prometheus finds its targets by its own account, and takes all rules', async () => {
    apply(objects.filter(isNamespace));
    chmodSync(directory, 0o755);
    const claim = { namespace, name: 'data-prometheus-0' };
    node.kubectl(['apply', '--filename', '-'], nodeVolume(namespace, claim, path.join(directory, 'volume')));
    const own = objects.filter(isOurs);
    apply(own.map((object) => withoutPropagation(withApiServer(object, server()))));
    node.kubectl(['rollout', 'status', 'statefulset/prometheus', '--namespace', namespace, '--timeout', '120s']);
    node.kubectl(['rollout', 'status', 'daemonset/node-exporter', '--namespace', namespace, '--timeout', '60s']);
    const until = performance.now() + 90_000;
    for (;;) {
      const { result } = await ask(
        `query?query=${encodeURIComponent('min by (job) (up{job!~"pods|alertmanager|kube-state-metrics"})')}`,
      );
      const up = Array.isArray(result) ? result.map((each) => [each.metric.job, each.value[1]]) : [];
      const wanted = [
        ...['cadvisor', 'kubelet', 'kubelet-probes', 'metrics-server', 'node-exporter', 'prometheus'],
      ].map((job) => [job, '1']);
      if (JSON.stringify(up.sort()) === JSON.stringify(wanted)) break;
      if (performance.now() > until) expect(up).toEqual(wanted);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    // The node's own, not the pod's.
    const sees = `query?query=${encodeURIComponent('node_filesystem_size_bytes{mountpoint="/"} and on (instance) node_load1 > 0')}`;
    expect((await ask(sees)).result).not.toEqual([]);
    const { groups } = await ask('rules');
    const health = Array.isArray(groups)
      ? groups.flatMap(({ rules }) => rules.map((rule: { health: string }) => rule.health))
      : [];
    expect(health.length).toBeGreaterThan(30);
    expect(health).not.toContain('err');
    const pod: unknown = JSON.parse(
      node.kubectl(['get', 'pod', 'prometheus-0', '--namespace', namespace, '--output', 'json']),
    );
    const [status] = Object(pod).status.containerStatuses;
    expect(node.rightsOf(status.containerID)).toEqual({
      user: 65_534,
      capabilities: '0000000000000000',
      noNewPrivileges: true,
      readOnlyRoot: true,
    });
    expect(status.restartCount).toBe(0);
  }, 300_000);

  it('kube-state-metrics comes up as it is generated, is scraped, and lists what it is told to and nothing else', async (context) => {
    if (!existsSync(kubeStateMetrics)) {
      if (process.env.CI === 'true') throw new Error(withoutStates);
      context.skip(withoutStates);
    }
    node.kubectl(['rollout', 'status', 'deployment/kube-state-metrics', '--namespace', namespace, '--timeout', '60s']);
    await eventually(90, async () => {
      const up = `query?query=${encodeURIComponent('up{job="kube-state-metrics"} == 1')}`;
      expect((await ask(up)).result).not.toEqual([]);
    });
    // Each kind that it is to list, by its own account.
    for (const kind of ['namespace', 'node', 'pod', 'daemonset', 'deployment', 'replicaset', 'statefulset'])
      expect((await ask(`query?query=count({__name__=~"kube_${kind}_.*"})`)).result, kind).not.toEqual([]);
    const log = node.kubectl(['logs', 'deployment/kube-state-metrics', '--namespace', namespace]);
    expect(log).not.toMatch(/forbidden|unknown flag/);
    const account = `system:serviceaccount:${namespace}:kube-state-metrics`;
    for (const resource of ['secrets', 'configmaps']) expect(mayList(resource, account), resource).toBe('no');
  }, 300_000);
});

function labelOf(object: object): unknown {
  return jsonObjectOf(jsonObjectOf(jsonObjectOf(object).metadata).labels)['app.kubernetes.io/name'];
}

/** The objects of Prometheus, its ConfigMaps included, of node-exporter and kube-state-metrics: the node has a metrics-server. */
function isOurs(object: object): boolean {
  const { kind, metadata } = jsonObjectOf(object);
  const named = String(jsonObjectOf(metadata).name);
  return (
    /^(?:prometheus|node-exporter|kube-state-metrics)$/.test(String(labelOf(object))) ||
    (kind === 'ConfigMap' && named.startsWith('prometheus'))
  );
}

/** All of metrics-server's but its Service and its API, which the node's own serves. */
function isMetricsServer(object: object): boolean {
  return labelOf(object) === 'metrics-server' && !/^(?:Service|APIService)$/.test(String(jsonObjectOf(object).kind));
}

function isNamespace(object: object): boolean {
  return jsonObjectOf(object).kind === 'Namespace';
}

/** Where the pod's library finds the API server: the only thing that differs. */
function withApiServer(object: object, server: URL): object {
  if (!/^(?:StatefulSet|Deployment)$/.test(String(jsonObjectOf(object).kind))) return object;
  const changed = structuredClone(object);
  const [container] = Object(changed).spec.template.spec.containers;
  container.env = [
    { name: 'KUBERNETES_SERVICE_HOST', value: server.hostname },
    { name: 'KUBERNETES_SERVICE_PORT', value: server.port },
  ];
  return changed;
}

/** The machine of the test may mount its root privately, which systemd does not; then containerd refuses to pass later mounts on. */
function withoutPropagation(object: object): object {
  return JSON.parse(JSON.stringify(object, (key, value: unknown) => (key === 'mountPropagation' ? undefined : value)));
}
