import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertmanagerVersion } from '../../src/observe/alertmanager/workloads.ts';
import { prometheusVersion } from '../../src/observe/prometheus/versions.ts';
import { freePort } from '../free-port.ts';
import { allReceivers } from '../observe/observe-choices.ts';
import { defineKinds } from './define-kinds.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { nodeVolume } from './node-volume.ts';
import { imageOfProgram } from './program-image.ts';
import type { Sample } from './prometheus-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What `plimsoll observe --stack operator` writes for Prometheus and Alertmanager goes through a real Prometheus Operator (0.85, a process beside the node): it takes every
// object, promtool and amtool take what it makes of them, and the pods that it makes come up: the Prometheus finds its targets and the Alertmanager by the generated
// account. The images are built here around the programs, under the names that the Operator writes. The node has no Service routing: the address of the API server is
// all that is set. npm run test:node.

const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin');
const part = (name: string) => path.join(bin, name);
const parts = [
  ...['prometheus-operator', 'prometheus-operator-crd', 'prometheus-config-reloader'],
  ...['prometheus', 'promtool', 'alertmanager', 'amtool'],
];
/** Of the Operator's own version, which its release writes into it. */
const reloaderImage = 'quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0';
/** What the Operator's pods run, with the image's name and its program in it. */
const programs = [
  ['prometheus', `quay.io/prometheus/prometheus:v${prometheusVersion}`],
  ['alertmanager', `quay.io/prometheus/alertmanager:v${alertmanagerVersion}`],
  ['prometheus-config-reloader', reloaderImage],
] as const;
const missing = !hasNodeParts() || parts.some((name) => !existsSync(part(name)));
const reason = 'parts are missing: scripts/system-parts node prometheus alertmanager prometheus-operator';
const namespace = 'observe-operator';
const shop = 'observe-operator-shop';

describe('the objects of the Prometheus Operator', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-operator-'));
  const base = path.join(directory, 'project/observe/base');
  let node: KubernetesNode;
  let operator: ChildProcess | undefined;
  let log = '';

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    chmodSync(directory, 0o755);
    for (const [program, image] of programs) {
      const place = path.join(directory, program);
      mkdirSync(place);
      node.load(imageOfProgram(place, part(program), image, `/bin/${program}`));
    }
    for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
    await defineKinds(node.kubectl, [part('prometheus-operator-crd')]);
    mkdirSync(path.join(directory, 'project'));
    writeFileSync(path.join(directory, 'project/web.yaml'), workload);
    node.kubectl(['apply', '--filename', path.join(directory, 'project/web.yaml')]);
    const choices = [
      ...['--part', 'prometheus', '--part', 'alertmanager', '--stack', 'operator', '--namespace', namespace],
      ...allReceivers.flatMap((each) => ['--receiver', each]),
    ];
    const run = runPlimsoll(['observe', path.join(directory, 'project'), ...choices]);
    expect(run.status, run.stderr).toBe(0);
    // The Operator reads the values: they have to be there.
    const template = readFileSync(path.join(base, 'alertmanager/secret.yaml.template'), 'utf8');
    const filled = template.replace(
      /^ {2}([\w-]+): ""$/gm,
      (_, key: string) => `  ${key}: "https://hooks.example/${key}"`,
    );
    node.kubectl(['apply', '--filename', '-'], filled);
    node.kubectl(['apply', '--filename', '-'], claims.map(volumeOf).join(''));
    for (const kustomization of ['prometheus', 'prometheus/instance', 'alertmanager'])
      node.kubectl(['apply', '--server-side', '--validate=strict', '--kustomize', path.join(base, kustomization)]);
    const server = new URL(
      node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim(),
    );
    const env = [
      { name: 'KUBERNETES_SERVICE_HOST', value: server.hostname },
      { name: 'KUBERNETES_SERVICE_PORT', value: server.port },
    ];
    const patch = JSON.stringify({ spec: { containers: [{ name: 'prometheus', env }] } });
    node.kubectl(['patch', 'prometheus', 'plimsoll', '--namespace', namespace, '--type=merge', '--patch', patch]);
    operator = spawn(
      part('prometheus-operator'),
      [
        '--kubelet-service=kube-system/kubelet',
        '--kubelet-endpointslice=true',
        `--prometheus-config-reloader=${reloaderImage}`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KUBECONFIG: node.kubeconfig } },
    );
    for (const stream of [operator.stdout, operator.stderr])
      stream?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    operator?.kill('SIGKILL');
    if (!missing && node) {
      const removed = [
        ['clusterrole,clusterrolebinding', `plimsoll-${namespace}-prometheus`],
        ['role,rolebinding', `plimsoll-${namespace}-prometheus`, '--namespace', 'kube-system'],
        ['service,endpoints', 'kubelet', '--namespace', 'kube-system'],
        ['namespace', namespace, shop],
      ];
      removed.push(['persistentvolume', ...claims.map((claim) => `${namespace}-${claim}`)]);
      for (const each of removed) node.kubectl(['delete', '--ignore-not-found', '--wait=false', ...each]);
      node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--filename', part('prometheus-operator-crd')]);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  const json = (...args: string[]) =>
    JSON.parse(node.kubectl(['get', ...args, '--namespace', namespace, '--output', 'json']));
  const volumeOf = (claim: string) =>
    nodeVolume(`${namespace}-${claim}`, { namespace, name: claim }, path.join(directory, 'volumes', claim));

  /** Waits for the Operator's StatefulSet; the pods that it has. */
  function rolledOut(name: string): readonly OperatedPod[] {
    try {
      node.kubectl(['rollout', 'status', `statefulset/${name}`, '--namespace', namespace, '--timeout', '150s']);
    } catch (error) {
      const told = node.kubectl(['get', 'events', '--namespace', namespace]);
      throw new Error(`${error}\n${told.slice(-4000)}`);
    }
    const pods: readonly OperatedPod[] = json('pods').items;
    return pods.filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
  }

  it('are all taken by the Operator, and what it makes of them by promtool', { timeout: 120_000 }, async () => {
    let made = '';
    await eventually(60, async () => {
      const { data } = json('secret', 'prometheus-plimsoll');
      made = gunzipSync(Buffer.from(data['prometheus.yaml.gz'], 'base64')).toString();
    });
    const rules: Readonly<Record<string, string>> = json('configmap', 'prometheus-plimsoll-rulefiles-0').data;
    for (const [name, text] of Object.entries(rules)) writeFileSync(path.join(directory, name), text);
    writeFileSync(path.join(directory, 'made.yml'), made);
    const promtool = (...args: string[]) => spawnSync(part('promtool'), args, { cwd: directory, encoding: 'utf8' });
    const configuration = promtool('check', 'config', '--syntax-only', 'made.yml');
    expect(configuration.status, configuration.stderr).toBe(0);
    const checked = promtool('check', 'rules', ...Object.keys(rules));
    expect(checked.status, checked.stderr).toBe(0);
    // Whatever the Operator cannot use, it leaves out with an event and a line of its log.
    const kinds = 'servicemonitors,podmonitors,prometheusrules';
    const written: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[] =
      json(kinds).items;
    for (const { kind, metadata } of written)
      if (kind === 'PrometheusRule')
        expect(
          Object.keys(rules).some((name) => name.startsWith(`${namespace}-${metadata.name}-`)),
          metadata.name,
        ).toBe(true);
      else {
        const job = `job_name: ${kind === 'PodMonitor' ? 'podMonitor' : 'serviceMonitor'}/${namespace}/${metadata.name}/0`;
        expect(made).toContain(job);
      }
    expect(new Set(written.map(({ kind }) => kind)).size).toBe(3);
    expect(log).not.toMatch(/level=(?:warn|error).*(?:invalid|skipping|rejected)/i);
    const events: readonly { readonly type: string; readonly reportingComponent: string; readonly message: string }[] =
      json('events').items;
    const complaints = events.filter(
      ({ type, reportingComponent }) => type === 'Warning' && /prometheus/.test(reportingComponent),
    );
    expect(complaints).toEqual([]);
  });

  it('for Alertmanager become a configuration that amtool takes, with every receiver', {
    timeout: 120_000,
  }, async () => {
    let made = '';
    await eventually(60, async () => {
      const { data } = json('secret', 'alertmanager-plimsoll-generated');
      made = gunzipSync(Buffer.from(data['alertmanager.yaml.gz'], 'base64')).toString();
    });
    // Its templates are a ConfigMap, which a pod would mount.
    const place = path.join(directory, 'alertmanager.yml');
    writeFileSync(
      place,
      made.replace(/^- \/etc\/.*$/gm, `- ${path.join(base, 'alertmanager/templates/plimsoll.tmpl')}`),
    );
    const checked = spawnSync(part('amtool'), ['check-config', place], { encoding: 'utf8' });
    expect(checked.status, checked.stderr).toBe(0);
    for (const kind of ['email', 'slack', 'sns', 'pagerduty', 'msteamsv2', 'webhook'])
      expect(made).toContain(`${kind}_configs:`);
    const route = (...labels: string[]) =>
      spawnSync(part('amtool'), ['config', 'routes', 'test', '--config.file', place, ...labels], {
        encoding: 'utf8',
      }).stdout.trim();
    expect(route('severity=critical', 'team=shop')).toBe(
      'observe-operator/plimsoll/webhook,observe-operator/plimsoll/shop-pager,observe-operator/plimsoll/shop',
    );
    expect(route('severity=none')).toBe('observe-operator/plimsoll/nobody');
    expect(json('alertmanager', 'plimsoll').status?.conditions ?? []).toContainEqual(
      expect.objectContaining({ type: 'Reconciled', status: 'True' }),
    );
  });

  it('become pods without rights: Alertmanager with the generated configuration', { timeout: 240_000 }, async () => {
    const pods = rolledOut('alertmanager-plimsoll');
    expect(pods.length).toBeGreaterThan(0);
    for (const { status } of pods) {
      expectWithoutRights(status, 'alertmanager');
      const answer = await fetch(`http://${status.podIP}:9093/api/v2/status`);
      const { config, versionInfo } = Object(await answer.json());
      expect(versionInfo.version).toBe(alertmanagerVersion);
      expect(config.original).toContain(`${namespace}/plimsoll/shop-pager`);
    }
  });

  it('become a Prometheus that finds and scrapes, by the generated account and nothing more', {
    timeout: 400_000,
  }, async () => {
    const [pod] = rolledOut('prometheus-plimsoll');
    if (pod === undefined) throw new Error('no pod');
    expectWithoutRights(pod.status, 'prometheus');
    const ask = async (question: string) => {
      const answer = await fetch(`http://${pod.status.podIP}:9090/api/v1/${question}`);
      return Object(Object(await answer.json()).data);
    };
    const query = async (expression: string): Promise<readonly Sample[]> =>
      (await ask(`query?query=${encodeURIComponent(expression)}`)).result;
    await eventually(180, async () => {
      const up = await query('up');
      const found = up.map(
        ({ metric, value }) => `${metric.metrics_path ?? metric.pod?.replace(/-.*/, '')} ${value[1]}`,
      );
      expect(found.sort()).toEqual(['/metrics 1', '/metrics/cadvisor 1', '/metrics/probes 1', 'web 1']);
    });
    await eventually(120, async () => {
      const [recorded] = await query(`container:memory_working_set_bytes{namespace="${shop}", container="main"}`);
      expect(recorded?.metric).toMatchObject({ workload: 'web', node: 'node1' });
    });
    const { groups } = await ask('rules');
    const broken = groups
      .flatMap((group: { readonly rules: readonly { readonly lastError?: string }[] }) => group.rules)
      .filter((rule: { readonly lastError?: string }) => rule.lastError);
    expect(groups.length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
    // Through the Service that the Operator makes, by the right to find it.
    const addresses = rolledOut('alertmanager-plimsoll').map(
      ({ status }) => `http://${status.podIP}:9093/api/v2/alerts`,
    );
    const { activeAlertmanagers } = await ask('alertmanagers');
    expect(activeAlertmanagers.map(({ url }: { readonly url: string }) => url).sort()).toEqual(addresses.sort());
    const said = node.kubectl(['logs', pod.metadata.name, '--namespace', namespace, '--container', 'prometheus']);
    expect(said).not.toMatch(/forbidden|Failed to (?:list|watch)/i);
  });

  function expectWithoutRights({ containerStatuses }: OperatedPod['status'], name: string): void {
    const found = containerStatuses.find((each) => each.name === name);
    expect(found).toMatchObject({ ready: true, restartCount: 0 });
    expect(node.rightsOf(found?.containerID ?? '')).toEqual({
      user: 65_534,
      capabilities: '0000000000000000',
      noNewPrivileges: true,
      readOnlyRoot: true,
    });
  }
});

interface OperatedPod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly podIP: string;
    readonly containerStatuses: readonly {
      readonly name: string;
      readonly containerID: string;
      readonly ready: boolean;
      readonly restartCount: number;
    }[];
  };
}

/** What the Operator's StatefulSets ask for, one a pod. */
const claims = [
  'prometheus-plimsoll-db-prometheus-plimsoll-0',
  ...[0, 1].map((each) => `alertmanager-plimsoll-db-alertmanager-plimsoll-${each}`),
];

/** A pod that serves metrics by a port that no monitor of its own knows. */
const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${shop}, labels: {team: shop}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {prometheus.io/scrape: "true", prometheus.io/port: "8080", prometheus.io/path: /metrics.txt}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: docker.io/library/pause:local
          imagePullPolicy: IfNotPresent
          command: [/busybox, sh, -c, 'mkdir /www; echo "http_requests_total 1" > /www/metrics.txt; exec /busybox httpd -f -p 8080 -h /www']
          ports: [{name: http, containerPort: 8080}]
          resources: {requests: {cpu: 5m, memory: 16Mi}, limits: {memory: 16Mi}}
`;
