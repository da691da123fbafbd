import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { allReceivers } from '../observe/observe-choices.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type PrometheusProcess, startPrometheus } from './prometheus-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What `plimsoll observe --stack operator` writes for Prometheus and Alertmanager goes through a real Prometheus Operator (0.85, a process beside the node): it takes every
// object, and what it makes of them is taken by promtool and run by a real Prometheus, which finds its targets by the generated account; amtool
// takes what it makes for Alertmanager. Not seen: the Operator's own pods, whose images cannot be had. npm run test:node.

const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin');
const part = (name: string) => path.join(bin, name);
const parts = ['prometheus-operator', 'prometheus-operator-crd', 'prometheus', 'promtool', 'amtool'];
const missing = !hasNodeParts() || parts.some((name) => !existsSync(part(name)));
const reason = 'parts are missing: scripts/system-parts node prometheus alertmanager prometheus-operator';
const namespace = 'observe-operator';
const shop = 'observe-operator-shop';

describe('the objects of the Prometheus Operator', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-operator-'));
  const base = path.join(directory, 'project/observe/base');
  let node: KubernetesNode;
  let operator: ChildProcess | undefined;
  let prometheus: PrometheusProcess | undefined;
  let log = '';

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
    node.kubectl(['apply', '--server-side', '--filename', part('prometheus-operator-crd')]);
    node.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
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
    for (const kustomization of ['prometheus', 'prometheus/instance', 'alertmanager'])
      node.kubectl(['apply', '--server-side', '--validate=strict', '--kustomize', path.join(base, kustomization)]);
    operator = spawn(
      part('prometheus-operator'),
      [
        '--kubelet-service=kube-system/kubelet',
        '--kubelet-endpointslice=true',
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
    prometheus?.stop();
    operator?.kill('SIGKILL');
    if (!missing && node) {
      const removed = [
        ['clusterrole,clusterrolebinding', `plimsoll-${namespace}-prometheus`],
        ['role,rolebinding', `plimsoll-${namespace}-prometheus`, '--namespace', 'kube-system'],
        ['service,endpoints', 'kubelet', '--namespace', 'kube-system'],
        ['namespace', namespace, shop],
      ];
      for (const each of removed) node.kubectl(['delete', '--ignore-not-found', '--wait=false', ...each]);
      node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--filename', part('prometheus-operator-crd')]);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  const json = (...args: string[]) =>
    JSON.parse(node.kubectl(['get', ...args, '--namespace', namespace, '--output', 'json']));

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

  it('let a Prometheus find and scrape, by the generated account and nothing more', { timeout: 180_000 }, async () => {
    const token = node.kubectl(['create', 'token', 'prometheus', '--namespace', namespace]).trim();
    const server = node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']);
    writeFileSync(
      path.join(directory, 'account'),
      `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: '${server.trim()}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`,
    );
    // As the Operator's reloader does with $(SHARD); the Prometheus runs beside the node, and is in a hurry.
    const running = readFileSync(path.join(directory, 'made.yml'), 'utf8')
      .replaceAll('$(SHARD)', '0')
      .replaceAll(/^( *)(- )?role: .*$/gm, (line, indent: string, dash = '') =>
        [line, `${indent}${dash && '  '}kubeconfig_file: ${path.join(directory, 'account')}`].join('\n'),
      )
      .replaceAll(/_interval: 30s/g, '_interval: 5s')
      .replace(/^- .*\/rules\/.*$/m, `- ${directory}/*-plimsoll-*.yaml`);
    writeFileSync(path.join(directory, 'running.yml'), running);
    const started = await startPrometheus(path.join(directory, 'running.yml'), directory, await freePort());
    prometheus = started;
    await eventually(120, async () => {
      const up = await started.query('up');
      const found = up.map(
        ({ metric, value }) => `${metric.metrics_path ?? metric.pod?.replace(/-.*/, '')} ${value[1]}`,
      );
      expect(found.sort()).toEqual(['/metrics 1', '/metrics/cadvisor 1', '/metrics/probes 1', 'web 1']);
    });
    await eventually(60, async () => {
      const [recorded] = await started.query(
        `container:memory_working_set_bytes{namespace="${shop}", container="main"}`,
      );
      expect(recorded?.metric).toMatchObject({ workload: 'web', node: 'node1' });
    });
    const { groups } = Object(await started.ask('rules'));
    const broken = groups
      .flatMap((group: { readonly rules: readonly { readonly lastError?: string }[] }) => group.rules)
      .filter((rule: { readonly lastError?: string }) => rule.lastError);
    expect(groups.length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
    expect(started.log()).not.toMatch(/forbidden|Failed to (?:list|watch)/i);
  });
});

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
