import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/observe.ts';
import { runCommand } from '../cli/run-command.ts';

const examples = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-observe-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const observe = (...args: string[]) => runCommand(command, directory, args);

describe('plimsoll observe', () => {
  it('writes once, changes nothing on a second run, and its own output is not observed', async () => {
    cpSync(path.join(examples, 'shop-node'), directory, { recursive: true });
    const first = await observe('--stack', 'full', '--json');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout).workloads.map(({ name }: { name: string }) => name)).toEqual(['shop']);
    const second = await observe('--stack', 'full', '--json');
    expect(JSON.parse(second.stdout).workloads).toEqual(JSON.parse(first.stdout).workloads);
    const actions = JSON.parse(second.stdout).files.map(({ action }: { action: string }) => action);
    expect([...new Set(actions)].sort()).toEqual(['same', 'yours']);
    expect((await observe('--stack', 'full', '--check')).code).toBe(0);
  });

  it('takes the choices of the last run when there are none', async () => {
    await observe('--stack', 'operator', '--namespace', 'watch', '--receiver', 'slack', '--part', 'prometheus');
    const { stdout } = await observe('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      parts: ['prometheus'],
      choices: { stack: 'operator', namespace: 'watch', receivers: ['slack'] },
    });
  });

  it('knows no workload to scale by memory that the project does not have, and names those that it has', async () => {
    cpSync(path.join(examples, 'shop-node'), directory, { recursive: true });
    await expect(observe('--part', 'scaling', '--scale-memory', 'shpo', '--dry-run')).rejects.toMatchObject({
      message: '--scale-memory: the project has no workload «shpo»',
      remedy: 'It has shop.',
    });
    expect((await observe('--part', 'scaling', '--scale-memory', 'shop', '--dry-run')).code).toBe(0);
  });

  it.each([
    ['web', 'registry.example/shop/web:1', 8080, true],
    ['mysql', 'registry.example/shop/rs-mysql-db:1', 3306, false],
    ['queue', 'rabbitmq:4', 15672, false],
    ['numbers', 'quay.io/prometheus/prometheus:v3.16.0', 9090, false],
    ['charts', 'registry.k8s.io/heapster-grafana-amd64:v5.0.4', 3000, false],
    ['cache', 'docker.io/library/redis:8', 6379, false],
    ['loadgenerator', 'registry.example/shop/main:1', 8089, false],
    ['customers', 'docker.io/locustio/locust:2', 8089, false],
    ['download', 'registry.example/shop/loads:1', 8080, true],
  ])('scales %s (%s, port %i): %s', async (name, image, port, scales) => {
    const labels = { app: name };
    const container = { name, image, ports: [{ containerPort: port }], resources: { requests: { cpu: '100m' } } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port }] },
    };
    writeFileSync(
      path.join(directory, 'all.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [deployment, service] }),
    );
    const { stdout } = await observe('--json', '--dry-run');
    const { files }: { files: { path: string; text: string }[] } = JSON.parse(stdout);
    expect(files.some(({ path: file }) => file.endsWith(`${name}-hpa.yaml`))).toBe(scales);
    const policy = files.find(({ path: file }) => file.endsWith('respond/policy.yaml'));
    expect(policy?.text.includes('do: [scale')).toBe(scales);
  });

  const proxy = {
    name: 'proxy',
    image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2',
    ports: [{ containerPort: 5432 }],
  };
  const app = { name: 'app', image: 'registry.example/shop/orders:1', ports: [{ name: 'http', containerPort: 8080 }] };
  it.each([
    ['a usual port of a sixth service', [{ ...app, ports: [{ containerPort: 8086 }] }], 8086, true],
    ['a proxy to a store beside it', [app, proxy], 'http', true],
    ['a proxy that a Service aims at', [app, proxy], 5432, true],
    ['what nobody asks beside it', [app, { ...proxy, image: 'registry.example/shop/kept:1' }], 8080, true],
    ['a store beside its exporter', [app, { ...proxy, image: 'registry.example/shop/kept:1' }], 5432, false],
    [
      'what answers over HTTP where a store would listen',
      [{ ...app, ports: [{ containerPort: 9042 }], readinessProbe: { httpGet: { path: '/', port: 9042 } } }],
      9042,
      true,
    ],
  ])('tells a store by the port of the container that is asked: %s', async (_, written, targetPort, scales) => {
    const labels = { app: 'orders' };
    const containers = written.map((each) => ({ ...each, resources: { requests: { cpu: '100m' } } }));
    const items = [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'orders' },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'orders' },
        spec: { selector: labels, ports: [{ port: 80, targetPort }] },
      },
    ];
    writeFileSync(path.join(directory, 'all.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const { stdout } = await observe('--part', 'scaling', '--json', '--dry-run');
    expect(stdout.includes('orders-hpa.yaml')).toBe(scales);
  });

  const exporter = { name: 'it', image: 'quay.io/prometheus/node-exporter:v1.12.1', ports: [{ containerPort: 9100 }] };
  const proxied = [
    { ...exporter, ports: [] },
    { name: 'proxy', image: 'quay.io/brancz/kube-rbac-proxy:v0.22.1', ports: [{ name: 'https', containerPort: 9100 }] },
  ];
  const web = { name: 'web', image: 'registry.example/web:1', ports: [{ name: 'http', containerPort: 8080 }] };
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', metadata: { name: 'it' } };
  const selector = { matchLabels: { app: 'it' } };
  it.each([
    ['an exporter', [exporter], {}, [], { port: 9100, path: '/metrics' }],
    ['a port that exporters do not have', [{ ...exporter, ports: [{ containerPort: 80 }] }], {}, [], null],
    [
      'the port of a Service that a monitor names',
      proxied,
      {},
      [{ ...monitor, kind: 'ServiceMonitor', spec: { selector, endpoints: [{ port: 'web', scheme: 'https' }] } }],
      { port: 9100, path: '/metrics', scrapedBy: 'monitor' },
    ],
    [
      'the port of a pod that a monitor names',
      [web],
      {},
      [{ ...monitor, kind: 'PodMonitor', spec: { selector, podMetricsEndpoints: [{ port: 'http', path: '/m' }] } }],
      { port: 8080, path: '/m', scrapedBy: 'monitor' },
    ],
    [
      'a monitor whose port is not there',
      [web],
      {},
      [{ ...monitor, kind: 'PodMonitor', spec: { selector, podMetricsEndpoints: [{ port: 'metrics' }] } }],
      null,
    ],
    [
      'an annotated Service, which nothing generated follows',
      [web],
      { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': '/m' },
      [],
      { port: 8080, path: '/m' },
    ],
  ])('knows where metrics are served: %s', async (_, containers, annotations, others, expected) => {
    const labels = { app: 'it' };
    const items = [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'it' },
        spec: { selector, template: { metadata: { labels }, spec: { containers } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'it', labels, annotations },
        spec: { selector: labels, ports: [{ name: 'web', port: 80, targetPort: 'https' }] },
      },
      ...others,
    ];
    writeFileSync(path.join(directory, 'all.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const { stdout } = await observe('--part', 'prometheus', '--json', '--dry-run');
    const { workloads } = JSON.parse(stdout);
    expect(workloads[0].metrics).toEqual(
      expected === null ? null : expect.objectContaining({ scrapedBy: null, ...expected }),
    );
  });

  it.each([
    ['config', true],
    ['full', false],
    ['operator', true],
  ])('asks for a workload that a monitor finds only where the Prometheus knows monitors: %s', async (stack, asked) => {
    const labels = { app: 'it' };
    const items = [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'it' },
        spec: { selector, template: { metadata: { labels }, spec: { containers: [web] } } },
      },
      { ...monitor, kind: 'PodMonitor', spec: { selector, podMetricsEndpoints: [{ port: 'http' }] } },
    ];
    writeFileSync(path.join(directory, 'all.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const { stdout } = await observe('--part', 'prometheus', '--stack', stack, '--json', '--dry-run');
    expect(stdout.includes('WorkloadNotScraped')).toBe(asked);
  });

  it.each(['test', 'prod'])('writes no second autoscaler beside that of the overlay %s', async (overlay) => {
    const base = path.join(directory, 'k8s/base');
    mkdirSync(base, { recursive: true });
    const labels = '{app: web}';
    writeFileSync(
      path.join(base, 'web.yaml'),
      `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: ${labels}}
  template:
    metadata: {labels: ${labels}}
    spec: {containers: [{name: web, image: "registry.example/web:1", resources: {requests: {cpu: 100m}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: ${labels}, ports: [{port: 80}]}
`,
    );
    writeFileSync(path.join(base, 'kustomization.yaml'), 'resources: [web.yaml]\n');
    expect((await observe('--part', 'scaling', '--json', '--dry-run')).stdout).toContain('web-hpa.yaml');
    const top = path.join(directory, 'k8s/overlays', overlay);
    const plain = path.join(directory, 'k8s/overlays/a-plain');
    for (const each of [top, plain]) mkdirSync(each, { recursive: true });
    writeFileSync(path.join(plain, 'kustomization.yaml'), 'namePrefix: ""\nresources: [../../base]\n');
    writeFileSync(path.join(top, 'kustomization.yaml'), 'resources: [../../base, hpa.yaml]\n');
    writeFileSync(
      path.join(top, 'hpa.yaml'),
      `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: mine}
spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
`,
    );
    expect((await observe('--part', 'scaling', '--json', '--dry-run')).stdout).not.toContain('web-hpa.yaml');
  });

  it('says what it could not read: a chart without Helm is most of the workloads', async () => {
    mkdirSync(path.join(directory, 'chart/templates'), { recursive: true });
    writeFileSync(path.join(directory, 'chart/Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(path.join(directory, 'chart/templates/web.yaml'), 'kind: {{ .Values.kind }}\n');
    const { stderr, code } = await observe('--no-helm', '--part', 'scaling', '--dry-run');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^plimsoll: chart\/templates\/web.yaml is not observed: the templates of this chart /m);
  });

  it('refuses to guess the choices of the last run where their line was changed', async () => {
    await observe('--stack', 'full', '--part', 'prometheus');
    const file = path.join(directory, 'observe/base/kustomization.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('--stack full', '--stack $(id)'));
    await expect(observe()).rejects.toThrow('remembers the choices');
    expect((await observe('--stack', 'full', '--part', 'prometheus', '--check')).code).not.toBe(2);
  });

  it('checks with exit code 1, and shows a patch, without writing', async () => {
    expect((await observe('--check')).code).toBe(1);
    const { stdout } = await observe('--diff');
    expect(stdout).toContain('+++ b/observe/base/kustomization.yaml');
    expect((await observe('--check')).code).toBe(1);
  });

  it('names what was changed by hand with what a newer version would bring', async () => {
    await observe();
    const file = path.join(directory, 'observe/base/kustomization.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('kind: Kustomization', 'kind: Kustomization # mine'));
    expect((await observe('--check')).code).toBe(0);
    const { stdout } = await observe('--namespace', 'other');
    expect(stdout).toContain('changed by hand, left alone');
    expect(stdout).toContain('+# $ plimsoll observe --stack config --namespace other');
    await observe('--namespace', 'other', '--force');
    expect(readFileSync(file, 'utf8')).not.toContain('mine');
  });

  it.each([
    [['--namespace', 'Not a name'], '--namespace takes'],
    [['--image-age', '-1'], '--image-age takes'],
    [['nowhere'], 'there is no such file'],
  ])('refuses %j', async (args, message) => {
    await expect(observe(...args)).rejects.toThrow(message);
  });

  it('leaves out, and names, what has a name that Kubernetes refuses', async () => {
    const deployment = (name: string, namespace: string) =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
        },
      });
    const objects = [deployment('web', 'shop'), deployment('$' + '{NAME}', 'shop'), deployment('api', 'a\nb: c')];
    writeFileSync(path.join(directory, 'all.yaml'), objects.join('\n---\n'));
    const { code, stdout } = await observe();
    expect(code).toBe(0);
    expect(stdout).toContain('shop/deployment/web');
    expect(stdout).toContain('Left out, as Kubernetes takes no such name: «a\\nb: c/api», «shop/$' + '{NAME}»');
    expect(readFileSync(path.join(directory, 'observe/base/respond/policy.yaml'), 'utf8')).not.toContain('NAME}');
  });

  it('writes through no symbolic link', async () => {
    await observe();
    const file = path.join(directory, 'observe/base/kustomization.yaml');
    rmSync(file);
    symlinkSync('/etc/hostname', file);
    await expect(observe()).rejects.toThrow('symbolic link');
  });
});
