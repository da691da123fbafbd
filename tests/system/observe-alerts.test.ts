import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../free-port.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import {
  nodeAddress,
  prepareConfiguration,
  selectorsWithoutSeries,
  standInPod,
  startExporter,
} from './observed-prometheus.ts';
import { type PrometheusProcess, startPrometheus } from './prometheus-process.ts';
import { pusherTo } from './pushed-images.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { type RespondProcess, send, startRespond, webhookOf } from './respond-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// The alerts that observe-prometheus.test.ts does not bring about, each by what it is for, on a real node: volumes, old images, logs, Prometheus' and the responder's own
// trouble. What runs beside the node (node-exporter, kube-state-metrics, Alertmanager, the responder) is found as the generated configuration finds pods.
// npm run test:node.

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, '../../.cache/bin');
const nodeExporter = path.join(bin, 'node_exporter');
const kubeStateMetrics = path.join(bin, 'kube-state-metrics');
const needed = [path.join(bin, 'prometheus'), path.join(bin, 'alertmanager'), nodeExporter, '/bin/busybox'];
const missing = !hasNodeParts() || !hasRegistry || needed.some((program) => !existsSync(program));
const reason = 'parts are missing: scripts/system-parts node prometheus alertmanager registry';
const namespace = 'observe-alerts';
const shop = 'observe-alerts-shop';
const goneNode = 'zz-gone';

/** Thresholds that no test may reach on a machine that others use: the rule as it is must be silent, and one with a lower threshold fire. */
const lowered = [
  ['NodeMemoryLow', '> 0.9', '> 0.0001'],
  ['NodeDiskAlmostFull', '> 0.85', '> 0.0001'],
  ['ContainerLogVolumeHigh', '> 1024 * 1024 * 1024', '> 1024 * 1024'],
] as const;

describe('the alerts of plimsoll observe, on a node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-alerts-'));
  const volumes = path.join(directory, 'volumes');
  const children: ChildProcess[] = [];
  let node: KubernetesNode;
  let registry: RealRegistry | undefined;
  let prometheus: PrometheusProcess;
  let respond: RespondProcess | undefined;
  let alertmanager: { stop(): void } | undefined;
  let configuration = '';

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
    registry = await startRealRegistry();
    await pushImages();
    const project = path.join(directory, 'project');
    mkdirSync(project);
    const workloads = readFileSync(path.join(here, 'observe/alerts.yaml'), 'utf8');
    writeFileSync(path.join(project, 'workloads.yaml'), workloads.replaceAll('127.0.0.1:5000', registryHost()));
    const parts = ['--part', 'prometheus', '--part', 'respond'];
    const run = runPlimsoll(['observe', project, ...parts, '--namespace', namespace]);
    expect(run.status, run.stderr).toBe(0);
    node.kubectl(['apply', '--filename', '-'], ['full', 'empty'].map(volumeOf).join('---\n'));
    node.kubectl(['apply', '--namespace', shop, '--filename', path.join(project, 'workloads.yaml')]);
    node.kubectl([
      'apply',
      '--server-side',
      '--validate=strict',
      '--filename',
      path.join(project, 'observe/base/prometheus/rbac.yaml'),
    ]);
    const token = node.kubectl(['create', 'token', 'prometheus', '--namespace', namespace, '--duration', '1h']).trim();
    const port = await freePort();
    configuration = prepareConfiguration(directory, path.join(project, 'observe'), node, token, port);
    addLoweredRules(path.dirname(configuration));
    await startNeighbours();
    prometheus = await startPrometheus(configuration, directory, port);
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    prometheus?.stop();
    alertmanager?.stop();
    respond?.kill('SIGKILL');
    for (const child of children) child.kill('SIGKILL');
    registry?.stop();
    if (!missing && node) {
      node.kubectl(['delete', 'node', goneNode, '--ignore-not-found', '--wait=false']);
      node.kubectl(['delete', 'namespace', '--ignore-not-found', '--grace-period=1', namespace, shop]);
      for (const kind of ['clusterrole', 'clusterrolebinding'])
        node.kubectl(['delete', kind, '--ignore-not-found', '--wait=false', 'plimsoll-prometheus', 'prometheus']);
      for (const name of ['full', 'empty']) {
        node.kubectl(['delete', 'persistentvolume', '--ignore-not-found', '--wait=false', `${shop}-${name}`]);
        spawnSync('umount', [path.join(volumes, name)]);
      }
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 180_000);

  /** The kubelet asks one on loopback without TLS. */
  const registryHost = () => `127.0.0.1:${registry?.port}`;

  /** Two images of the same program: one was built years ago, one now. */
  async function pushImages(): Promise<void> {
    const tree = path.join(directory, 'image/bin');
    mkdirSync(tree, { recursive: true });
    cpSync('/bin/busybox', path.join(tree, 'busybox'));
    const archive = path.join(directory, 'layer.tar');
    spawnSync('tar', ['-C', path.dirname(tree), '-cf', archive, '.']);
    const layers = [readFileSync(archive)];
    const entrypoint = ['/bin/busybox', 'sleep', '100000'];
    const pusher = pusherTo(registryHost());
    await pusher.image('shop/aged', { layers, entrypoint, created: '2021-03-04T05:06:07Z' }, '1');
    await pusher.image('shop/recent', { layers, entrypoint, created: new Date().toISOString() }, '1');
  }

  /** A file system in memory of 16 MiB as a volume: of one that is local, the kubelet tells how full it is. */
  function volumeOf(name: string): string {
    const place = path.join(volumes, name);
    mkdirSync(place, { recursive: true });
    for (const above of [directory, volumes]) chmodSync(above, 0o755);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', place], { encoding: 'utf8' });
    if (mounted.status !== 0) throw new Error(mounted.stderr);
    return `apiVersion: v1
kind: PersistentVolume
metadata: {name: ${shop}-${name}}
spec:
  capacity: {storage: 16Mi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  claimRef: {namespace: ${shop}, name: ${name}}
  local: {path: ${place}}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}, namespace: ${shop}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  volumeName: ${shop}-${name}
  resources: {requests: {storage: 16Mi}}
`;
  }

  /** The rules with thresholds that this machine is past, under other names, besides those that it is not. */
  function addLoweredRules(place: string): void {
    const rules = readdirSync(path.join(place, 'rules')).flatMap((file) => {
      const { groups } = parse(readFileSync(path.join(place, 'rules', file), 'utf8'));
      return groups.flatMap(
        (group: { readonly rules: readonly { readonly alert?: string; readonly expr: string }[] }) =>
          group.rules.flatMap((rule) => {
            const [alert, from, to] = lowered.find(([name]) => name === rule.alert) ?? [];
            if (alert === undefined) return [];
            expect(rule.expr).toContain(from);
            return [{ ...rule, alert: `Lowered${alert}`, expr: rule.expr.replace(from, to) }];
          }),
      );
    });
    expect(rules).toHaveLength(lowered.length);
    writeFileSync(path.join(place, 'rules/lowered.yaml'), stringify({ groups: [{ name: 'lowered', rules }] }));
    const text = readFileSync(configuration, 'utf8');
    writeFileSync(configuration, text.replace('rule_files:\n', 'rule_files:\n  - rules/lowered.yaml\n'));
  }

  async function startNeighbours(): Promise<void> {
    const host = nodeAddress(node);
    const exporter = await freePort();
    children.push(startExporter(node, namespace, exporter, ['--registry', registryHost()]));
    const kernel = await freePort();
    standInPod(node, namespace, 'node-exporter', { name: 'metrics', number: kernel });
    children.push(spawn(nodeExporter, [`--web.listen-address=${host}:${kernel}`], { stdio: 'ignore' }));
    if (!existsSync(kubeStateMetrics)) return;
    const states = await freePort();
    standInPod(node, namespace, 'kube-state-metrics', { name: 'http', number: states });
    const args = ['--kubeconfig', node.kubeconfig, '--host', host, '--port', String(states), '--telemetry-host', host];
    const other = ['--telemetry-port', String(await freePort())];
    children.push(spawn(kubeStateMetrics, [...args, ...other, '--namespaces', shop], { stdio: 'ignore' }));
  }

  const firing = (alert: string, more = '') =>
    prometheus.query(`ALERTS{alertname="${alert}", alertstate="firing"${more}}`);
  const fires = (alert: string, more = '', seconds = 240) =>
    eventually(seconds, async () => {
      const pending = await prometheus.query(`ALERTS{alertname="${alert}"}`);
      expect(await firing(alert, more), JSON.stringify(pending)).not.toEqual([]);
    });

  it('all that they are about is scraped', async () => {
    await eventually(90, async () => {
      const up = await prometheus.query('max by (job) (up)');
      const jobs = Object.fromEntries(up.map(({ metric, value }) => [metric.job, value[1]]));
      expect(jobs).toMatchObject({
        kubelet: '1',
        cadvisor: '1',
        'node-exporter': '1',
        'plimsoll-exporter': '1',
        pods: '1',
      });
    });
    await fires('Watchdog', '', 30);
  }, 150_000);

  it.each([
    ['TargetDown', 'workload="unreachable"', 'workload="calm"'],
    ['WorkloadNotScraped', 'workload="unscraped"', 'workload=~"calm|unreachable"'],
    ['ContainerRestarts', 'workload="restarting"', 'workload="calm"'],
    ['ContainerMemoryWillReachLimit', 'workload="growing"', 'workload="calm"'],
    ['VolumeAlmostFull', 'persistentvolumeclaim="full"', 'persistentvolumeclaim="empty"'],
    ['ImageOld', 'workload="aged"', 'workload="recent"'],
    ['ImagePullFails', 'workload="pulling"', 'workload=~"calm|aged"'],
    ['ContainerNotReady', 'workload="stuck"', 'workload="calm"'],
    ['ContainerOomKilled', 'workload="killed"', 'workload="calm"'],
  ])(
    '%s fires for %s, and not for %s',
    async (alert, those, others) => {
      await fires(alert, `, namespace="${shop}", ${those}`.replace(/, namespace="[^"]*"(?=.*unscraped)/, ''));
      expect(await firing(alert, `, ${others}`)).toEqual([]);
    },
    300_000,
  );

  it('NodeOomKills fires where the kernel of the node killed', () => fires('NodeOomKills'), 300_000);

  it.each(lowered)(
    '%s: the rule reads series of this node: with another threshold it fires, and as it is it does not',
    async (alert) => {
      await fires(`Lowered${alert}`);
      if (alert !== 'NodeDiskAlmostFull') expect(await firing(alert)).toEqual([]);
    },
    300_000,
  );

  it('ReplicasMissing fires for a Deployment of which nothing serves, and for no other', async (context) => {
    if (!existsSync(kubeStateMetrics)) {
      const missingPart = 'kube-state-metrics cannot be had: scripts/system-parts kube-state-metrics';
      if (process.env.CI === 'true') throw new Error(missingPart);
      context.skip(missingPart);
    }
    await fires('ReplicasMissing', `, namespace="${shop}", workload="stuck"`);
    expect(await firing('ReplicasMissing', ', workload=~"calm|aged|recent|unscraped"')).toEqual([]);
  }, 300_000);

  it('NodeDown fires for a node whose kubelet does not answer, and not for the one that does', async () => {
    expect(await firing('NodeDown')).toEqual([]);
    const gone = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: goneNode },
      spec: {
        // What other tests run on every node is not for this one.
        taints: [{ key: 'plimsoll.dev/gone', effect: 'NoExecute' }],
      },
    };
    node.kubectl(['create', '--filename', '-'], JSON.stringify(gone));
    const status = {
      addresses: [{ type: 'InternalIP', address: nodeAddress(node) }],
      // Nobody listens there.
      daemonEndpoints: { kubeletEndpoint: { Port: 9 } },
    };
    node.kubectl([
      'patch',
      'node',
      goneNode,
      '--subresource=status',
      '--type=merge',
      '--patch',
      JSON.stringify({ status }),
    ]);
    await fires('NodeDown', `, node="${goneNode}"`, 90);
    expect(await firing('NodeDown', ', node="node1"')).toEqual([]);
    node.kubectl(['delete', 'node', goneNode, '--wait=false']);
  }, 150_000);

  it('PrometheusNotificationsDropped fires once no Alertmanager takes them, and not before', async () => {
    alertmanager = await startAlertmanagerOnNode();
    await eventually(60, async () => {
      expect(await prometheus.query('prometheus_notifications_sent_total > 0')).not.toEqual([]);
    });
    expect(await firing('PrometheusNotificationsDropped')).toEqual([]);
    alertmanager.stop();
    await fires('PrometheusNotificationsDropped', '', 120);
  }, 240_000);

  it('PrometheusReloadFailed and PrometheusRulesFail fire after a mistake in the files, and not before', async () => {
    expect(await firing('PrometheusReloadFailed')).toEqual([]);
    expect(await firing('PrometheusRulesFail')).toEqual([]);
    const text = readFileSync(configuration, 'utf8');
    const bad = path.join(path.dirname(configuration), 'rules/failing.yaml');
    // Series that become the same: only the evaluation can tell.
    writeFileSync(
      bad,
      'groups:\n  - name: failing\n    rules:\n      - record: twice\n        expr: label_replace(label_replace(up, "instance", "", "", ""), "pod", "", "", "")\n',
    );
    writeFileSync(configuration, text.replace('rule_files:\n', 'rule_files:\n  - rules/failing.yaml\n'));
    prometheus.reload();
    await fires('PrometheusRulesFail', '', 120);
    writeFileSync(configuration, `${text}no_such_field: 1\n`);
    prometheus.reload();
    await fires('PrometheusReloadFailed', '', 120);
    writeFileSync(configuration, text);
    prometheus.reload();
  }, 300_000);

  it('the alerts about the responder fire for what happens to it, and not while all is well', async () => {
    const file = (name: string) => path.join(directory, name);
    const secret = 'of-the-test-and-long-enough';
    const names = ['NotLeading', 'PolicyInvalid', 'ActionFailed', 'LimitUsedUp', 'TurnsAway'];
    writeFileSync(file('token'), `${secret}\n`);
    // The rights are those of a policy that only records; the policy was changed since.
    writeFileSync(file('respond.yaml'), responderPolicy('incident'));
    const manifests = runPlimsoll(['respond', 'manifests', '--policy', file('respond.yaml'), '--namespace', namespace]);
    expect(manifests.status, manifests.stderr).toBe(0);
    const rights = manifests.stdout
      .split('---\n')
      .filter((text) => /^kind: (?:ServiceAccount|Role|RoleBinding)$/m.test(text));
    node.kubectl(['apply', '--validate=strict', '--filename', '-'], rights.join('---\n'));
    writeFileSync(file('respond.yaml'), responderPolicy('restart'));
    writeFileSync(file('respond-kubeconfig'), accountOf(node, 'plimsoll-respond'));
    const port = await freePort();
    standInPod(
      node,
      namespace,
      'plimsoll-respond',
      { name: 'http', number: port },
      {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(port),
      },
    );
    respond = await startRespond(
      [
        ...['--policy', file('respond.yaml'), '--token-file', file('token')],
        ...['--kubeconfig', file('respond-kubeconfig'), '--namespace', namespace, '--act'],
      ],
      { POD_NAME: 'respond-of-the-test' },
      `${nodeAddress(node)}:${port}`,
    );
    await eventually(60, async () => {
      expect(await prometheus.query('plimsoll_respond_leading == 1')).not.toEqual([]);
    });
    for (const name of names) expect(await firing(`PlimsollResponder${name}`), name).toEqual([]);
    const begun = new Date().toISOString();
    const url = respond.url;
    // The first action of its life fails: nothing was counted before.
    for (const workload of ['calm', 'recent'])
      expect(await send(url, secret, webhookOf({ alertname: 'Trouble', namespace: shop, workload }, begun))).toBe(200);
    await fires('PlimsollResponderActionFailed', ', action="restart", reason="forbidden"', 60);
    await fires('PlimsollResponderLimitUsedUp', '', 60);
    const wrong = setInterval(() => void send(url, 'not-the-token-of-this-one', {}), 1000);
    try {
      await fires('PlimsollResponderTurnsAway', ', reason="unauthorized"', 90);
    } finally {
      clearInterval(wrong);
    }
    writeFileSync(file('respond.yaml'), 'version: 1\nrules: [{name: broken}]\n');
    await fires('PlimsollResponderPolicyInvalid', '', 90);
    expect(await firing('PlimsollResponderNotLeading')).toEqual([]);
    node.kubectl(['delete', 'rolebinding', '--all', '--namespace', namespace]);
    await fires('PlimsollResponderNotLeading', '', 120);
  }, 600_000);

  it('every selector of the rules matches series here or in observe-prometheus.test.ts', async () => {
    const { empty } = await selectorsWithoutSeries(prometheus);
    const elsewhere =
      /^(?:http_requests_|http_request_|workload:http|pod:http|container_oom_events|kubelet_runtime_operations_errors|plimsoll_container_waiting)/;
    const states = existsSync(kubeStateMetrics) ? /(?!)/ : /^kube_/;
    // Of `unscraped` there is no target: that is what its alert is about.
    expect(empty.filter((name) => name !== 'up' && !elsewhere.test(name) && !states.test(name))).toEqual([]);
  }, 90_000);

  /** One that is found by the label and port of a pod, as in a cluster. */
  async function startAlertmanagerOnNode(): Promise<{ stop(): void }> {
    const port = await freePort();
    standInPod(node, namespace, 'alertmanager', { name: 'web', number: port });
    writeFileSync(path.join(directory, 'alertmanager.yml'), 'route: {receiver: none}\nreceivers: [{name: none}]\n');
    const child = spawn(
      path.join(bin, 'alertmanager'),
      [
        `--config.file=${path.join(directory, 'alertmanager.yml')}`,
        `--storage.path=${path.join(directory, 'alertmanager')}`,
        `--web.listen-address=${nodeAddress(node)}:${port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    return { stop: () => void child.kill('SIGKILL') };
  }
});

function responderPolicy(action: string): string {
  return `version: 1
limit: {actions: 1, window: 1h}
rules:
  - {name: trouble, alerts: Trouble, namespaces: ${shop}, workloads: "deployment/*", do: ${action}}
`;
}

function accountOf({ kubectl }: KubernetesNode, account: string): string {
  const token = kubectl(['create', 'token', account, '--namespace', namespace, '--duration', '1h']).trim();
  const server = kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim();
  return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: '${server}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
}
