import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { isJsonObject, jsonObjectOf } from '../../src/core/json-object.ts';
import { freePort } from '../free-port.ts';
import { differences } from './differences.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { loggingPod } from './logging-pod.ts';
import { imageOfProgram } from './program-image.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// The OpenTelemetry Collector (0.139, of the components that the configuration names) runs as the generated DaemonSet, under its generated account, and sends
// what pods write to a store that takes OTLP, where it is asked for again. The store is VictoriaLogs, a stand-in for Loki, which cannot be had here. npm run test:node.

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, '../../.cache/bin');
const collector = path.join(bin, 'otelcol');
const store = path.join(bin, 'victoria-logs');
const busybox = '/bin/busybox';
const missing = !hasNodeParts() || [collector, store, busybox].some((program) => !existsSync(program));
const reason = 'parts are missing: scripts/system-parts node otelcol victoria-logs';
const namespace = 'observe-otel-pod';
const shop = 'observe-otel-pod-shop';
/** Where the agent keeps its place on the node. */
const state = '/var/lib/plimsoll/otel-collector';

describe('the OpenTelemetry Collector as its DaemonSet', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-otel-pod-'));
  let node: KubernetesNode;
  let stored: ChildProcess | undefined;
  let address = '';
  let objects: readonly object[] = [];

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    rmSync(state, { recursive: true, force: true });
    const project = path.join(directory, 'project');
    cpSync(path.join(here, '../../examples/carts-node'), project, { recursive: true });
    const choices = ['--log-agent', 'otel', '--log-store', 'loki', '--stack', 'full', '--namespace', namespace];
    const run = runPlimsoll(['observe', project, '--part', 'logging', ...choices]);
    expect(run.status, run.stderr).toBe(0);
    const built = node.kubectl(['kustomize', path.join(project, 'observe/overlay')]);
    objects = parseAllDocuments(built)
      .flatMap((document): object[] => {
        const object: unknown = document.toJS();
        return isJsonObject(object) ? [object] : [];
      })
      .filter(isAgent);
    const daemonSet = objects.find((object) => jsonObjectOf(object).kind === 'DaemonSet');
    const { containers, initContainers } = Object(daemonSet).spec.template.spec;
    for (const [program, { image }, entrypoint] of [
      [collector, containers[0], '/otelcol-contrib'],
      // BusyBox is what it is called as.
      [busybox, initContainers[0], '/bin/chown'],
    ] as const) {
      const place = path.join(directory, path.basename(program));
      mkdirSync(place);
      node.load(imageOfProgram(place, program, image, entrypoint));
    }
    for (const name of [namespace, shop])
      node.kubectl(['apply', '--filename', '-'], `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
    node.kubectl(['apply', '--namespace', shop, '--filename', '-'], loggingPod);
    const host = node.kubectl(['get', 'nodes', '--output', 'jsonpath={.items[0].status.addresses[0].address}']).trim();
    address = `${host}:${await freePort()}`;
    stored = spawn(store, [`-httpListenAddr=${address}`, `-storageDataPath=${path.join(directory, 'store')}`], {
      stdio: 'ignore',
    });
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    stored?.kill('SIGKILL');
    if (!missing && node) {
      node.kubectl(['delete', 'namespace', namespace, shop, '--ignore-not-found', '--wait=true', '--grace-period=1']);
      const roles = 'clusterrole,clusterrolebinding';
      node.kubectl(['delete', roles, 'plimsoll-otel-collector', '--ignore-not-found', '--wait=false']);
      node.stop();
      rmSync(state, { recursive: true, force: true });
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  /** There is no Service routing on the node: the addresses of the store and of the API server. */
  function withAddresses(object: object): object {
    const server = new URL(
      node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim(),
    );
    const changed = JSON.parse(
      JSON.stringify(object).replace(
        `endpoint: http://loki.${namespace}.svc:3100/otlp`,
        `endpoint: http://${address}/insert/opentelemetry`,
      ),
    );
    if (changed.kind === 'DaemonSet')
      changed.spec.template.spec.containers[0].env.push(
        { name: 'KUBERNETES_SERVICE_HOST', value: server.hostname },
        { name: 'KUBERNETES_SERVICE_PORT', value: server.port },
      );
    return changed;
  }

  const agentPod = () => {
    const selector = ['--namespace', namespace, '--selector', 'app.kubernetes.io/name=otel-collector'];
    return JSON.parse(node.kubectl(['get', 'pods', ...selector, '--output', 'json'])).items;
  };

  async function entries(): Promise<readonly Readonly<Record<string, string>>[]> {
    const query = new URLSearchParams({ query: `"k8s.namespace.name":="${shop}"`, limit: '100' });
    const answer = await fetch(`http://${address}/select/logsql/query`, { method: 'POST', body: query });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  it('comes up as it is generated but for two addresses, without rights', () => {
    const changed = objects.map(withAddresses);
    expect(objects.map((object) => jsonObjectOf(object).kind).sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'DaemonSet',
      'NetworkPolicy',
      'ServiceAccount',
    ]);
    expect(
      differences(objects, changed)
        .map((place) => place.replace(/^\.\d+/, ''))
        .sort(),
    ).toEqual(['.data.otel-collector.yaml', '.spec.template.spec.containers.0.env']);
    node.kubectl(
      ['apply', '--server-side', '--validate=strict', '--filename', '-'],
      changed.map((each) => stringify(each)).join('---\n'),
    );
    node.kubectl(['rollout', 'status', 'daemonset/otel-collector', '--namespace', namespace, '--timeout', '120s']);
    const [pod] = agentPod();
    expect(node.rightsOf(pod.status.containerStatuses[0].containerID)).toEqual({
      user: 10_001,
      capabilities: '0000000000000000',
      noNewPrivileges: true,
      readOnlyRoot: true,
    });
  }, 180_000);

  it('sends whole entries with whose they are: JSON, text, stack traces, lines that the runtime cut', async () => {
    await eventually(60, async () => {
      expect((await entries()).length).toBeGreaterThanOrEqual(4);
    });
    const found = await entries();
    expect(found.map(({ _msg }) => _msg)).toEqual(
      expect.arrayContaining([
        'plain words',
        'TypeError: no\n    at pay (/app/pay.js:3:9)\n    at next (/app/next.js:1:1)',
        `long ${'x'.repeat(20_000)}`,
      ]),
    );
    expect(found.find((each) => each['app.msg'] === 'order taken')).toMatchObject({
      'app.level': '30',
      'app.user.id': '7',
    });
    for (const entry of found)
      expect(entry).toMatchObject({
        'k8s.namespace.name': shop,
        'k8s.pod.name': 'carts-7d9f8c6b5-abcde',
        'k8s.container.name': 'carts',
        'k8s.node.name': 'node1',
        'container.image.name': expect.stringContaining('pause'),
      });
    expect(found).toHaveLength(4);
  }, 90_000);

  it('a new pod goes on where the last one was, and sends nothing twice', async () => {
    const [before] = agentPod();
    node.kubectl(['delete', 'pod', before.metadata.name, '--namespace', namespace, '--wait=true', '--timeout=60s']);
    const pod = ['exec', '--namespace', shop, 'carts-7d9f8c6b5-abcde', '--'];
    node.kubectl([...pod, '/busybox', 'sh', '-c', 'echo after the change >/proc/1/fd/1']);
    await eventually(90, async () => {
      expect((await entries()).map(({ _msg }) => _msg)).toContain('after the change');
    });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await entries()).toHaveLength(5);
    const [after] = agentPod();
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    const log = node.kubectl(['logs', after.metadata.name, '--namespace', namespace]);
    expect(log).not.toMatch(/forbidden|permission denied/i);
  }, 180_000);
});

/** What is the agent's: the store is another one here. */
function isAgent(object: object): boolean {
  return /^(?:plimsoll-)?otel-collector/.test(String(jsonObjectOf(jsonObjectOf(object).metadata).name));
}
