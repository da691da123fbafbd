import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../free-port.ts';
import { differences } from './differences.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { nodeAddress, prepareConfiguration, selectorsWithoutSeries, startExporter } from './observed-prometheus.ts';
import { type PrometheusProcess, startPrometheus } from './prometheus-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What `plimsoll observe` writes for Prometheus, on a real node: a real Prometheus with the generated account, configuration and rules scrapes the
// kubelet, cAdvisor, probes, metrics-server and annotated pods; pods get into trouble, and the alerts fire.

const here = path.dirname(fileURLToPath(import.meta.url));
const prometheusBinary = path.join(here, '../../.cache/bin/prometheus');
const missing = !hasNodeParts() || !existsSync(prometheusBinary);
const reason = 'parts are missing: scripts/system-parts node prometheus';
/** A processor in use for minutes takes minutes to tell: `npm run test:node`. */
const whole = process.env.PLIMSOLL_NODE_TESTS === 'all';
const namespace = 'observe-prometheus';
const shop = 'observe-shop';

describe('what plimsoll observe writes for Prometheus, on a node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-observe-'));
  const out = path.join(directory, 'project/observe');
  const written = (file: string) => readFileSync(path.join(out, 'base/prometheus', file), 'utf8');
  let node: KubernetesNode;
  let prometheus: PrometheusProcess;
  let exporter: ChildProcess | undefined;
  let token = '';
  let configuration = '';

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
    mkdirSync(path.join(directory, 'project'));
    cpSync(path.join(here, 'observe/workloads.yaml'), path.join(directory, 'project/workloads.yaml'));
    const run = runPlimsoll([
      'observe',
      path.join(directory, 'project'),
      '--part',
      'prometheus',
      '--namespace',
      namespace,
    ]);
    expect(run.status, run.stderr).toBe(0);
    node.kubectl(['apply', '--namespace', shop, '--filename', path.join(directory, 'project/workloads.yaml')]);
    node.kubectl(['apply', '--server-side', '--validate=strict', '--kustomize', path.join(out, 'overlay')]);
    token = node.kubectl(['create', 'token', 'prometheus', '--namespace', namespace, '--duration', '1h']).trim();
    const port = await freePort();
    configuration = prepareConfiguration(directory, out, node, token, port);
    exporter = startExporter(node, namespace, await freePort(), ['--no-registry']);
    prometheus = await startPrometheus(configuration, directory, port);
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    prometheus?.stop();
    exporter?.kill('SIGKILL');
    if (!missing && node) {
      const kustomization = path.join(out, 'overlay');
      if (existsSync(kustomization))
        node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--kustomize', kustomization]);
      node.kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', namespace, shop]);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('the configuration differs from the generated one in addresses, credentials and the three times only', () => {
    const places = differences(parse(written('prometheus.yml')), parse(readFileSync(configuration, 'utf8')));
    const kinds = new Set(
      places.map((place) => place.replace(/^.*\.(?=[a-z_]+(?:\.\d+)?$)/, '').replace(/\.\d+$/, '')),
    );
    expect([...kinds].sort()).toEqual([
      'ca_file',
      'credentials_file',
      'evaluation_interval',
      'kubeconfig_file',
      'scrape_interval',
      'scrape_timeout',
      'targets',
    ]);
  });

  it('the account may read what it scrapes, and nothing else', async () => {
    const kubelet = nodeAddress(node);
    const asked = async (place: string) => (await get(`https://${kubelet}:10250${place}`, token)).status;
    for (const place of ['/metrics', '/metrics/cadvisor', '/metrics/probes'])
      expect([place, await asked(place)]).toEqual([place, 200]);
    for (const place of ['/pods', '/stats/summary', '/logs/', '/configz', `/exec/${shop}/calm/main?command=id`])
      expect([place, await asked(place)]).toEqual([place, 403]);
    const user = ['--as', `system:serviceaccount:${namespace}:prometheus`];
    const may = (verb: string, resource: string, ...where: string[]) => {
      const [name = '', subresource] = resource.split('/');
      const below = subresource === undefined ? [] : ['--subresource', subresource];
      try {
        return node.kubectl(['auth', 'can-i', verb, name, ...below, ...where, ...user]).trim();
      } catch {
        return 'no';
      }
    };
    for (const [verb, resource] of [
      ['list', 'pods'],
      ['watch', 'nodes'],
      ['get', 'nodes/metrics'],
    ] as const)
      expect([verb, resource, may(verb, resource, '--all-namespaces')]).toEqual([verb, resource, 'yes']);
    for (const [verb, resource] of [
      ['get', 'secrets'],
      ['list', 'configmaps'],
      ['get', 'nodes/proxy'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['delete', 'pods'],
      ['get', 'pods/log'],
      ['list', 'services'],
      ['list', 'deployments.apps'],
    ] as const)
      expect([verb, resource, may(verb, resource, '--namespace', shop)]).toEqual([verb, resource, 'no']);
    // kubectl is asked twelve times.
  }, 120_000);

  it.each(['full', 'config'])('all of --stack %s passes strict validation', (stack) => {
    const place = path.join(directory, stack);
    const project = path.join(directory, 'project');
    const run = runPlimsoll([
      'observe',
      project,
      '--part',
      'prometheus',
      '--stack',
      stack,
      '--namespace',
      namespace,
      '--out',
      place,
    ]);
    expect(run.status, run.stderr).toBe(0);
    // By force: the node has a metrics-server of its own.
    const applied = node.kubectl([
      'apply',
      '--server-side',
      '--dry-run=server',
      '--validate=strict',
      '--force-conflicts',
      '--kustomize',
      path.join(place, 'overlay'),
    ]);
    expect(applied).toContain('configmap/prometheus-rules serverside-applied');
    if (stack === 'full') expect(applied).toContain('statefulset.apps/prometheus serverside-applied');
  });

  it('every job that the node can have is scraped', async () => {
    const jobs = ['kubelet', 'cadvisor', 'kubelet-probes', 'pods', 'metrics-server', 'plimsoll-exporter', 'prometheus'];
    await eventually(60, async () => {
      const up = await prometheus.query('min by (job) (up)');
      expect(Object.fromEntries(up.map(({ metric, value }) => [metric.job, value[1]]))).toEqual(
        Object.fromEntries(jobs.map((job) => [job, '1'])),
      );
    });
    await eventually(60, async () => {
      const pods = await prometheus.query(`up{job="pods", namespace="${shop}"} == 1`);
      expect(pods.map(({ metric }) => metric.pod?.replace(/-.*/, '')).sort()).toEqual(['calm', 'failing']);
    });
  }, 120_000);

  it.each(
    [
      ['ContainerMemoryNearLimit', 'full', 'main'],
      ['ContainerNotReady', 'full', 'main'],
      ['ContainerCpuThrottled', 'busy', 'main'],
      ['ContainerCpuSaturated', 'busy', 'main'],
      ['PodWithoutRunningContainer', 'crashing', undefined],
      ['ContainerCrashLooping', 'crashing', 'main'],
      ['ImagePullFails', 'crashing', 'second'],
      ['HttpErrorsHigh', 'failing', undefined],
      ['HttpLatencyHigh', 'failing', undefined],
      ['ContainerOomKilled', 'leaky', 'main'],
    ].filter(([alert]) => whole || alert !== 'ContainerCpuSaturated'),
  )(
    '%s fires for %s',
    async (alert, workload, container) => {
      await eventually(240, async () => {
        const [firing] = await prometheus.query(
          `ALERTS{alertname="${alert}", alertstate="firing", namespace="${shop}", workload="${workload}"}`,
        );
        expect(firing?.metric).toMatchObject({ namespace: shop, workload, ...(container && { container }) });
      });
    },
    300_000,
  );

  it('an alert of a container says its image, and its team where the manifest has one', async () => {
    const [oom] = await prometheus.query(
      `ALERTS{alertname="ContainerOomKilled", namespace="${shop}", workload="leaky"}`,
    );
    expect(oom?.metric).toMatchObject({
      // As the one who tells it writes it: cAdvisor docker.io/library/pause:local, the exporter as the manifest does.
      image: expect.stringMatching(/pause:local$/),
      severity: 'critical',
      team: 'checkout',
    });
  });

  it('images that cannot be pulled are told of by their node', async () => {
    await eventually(120, async () => {
      expect(await prometheus.query('ALERTS{alertname="NodeImagePullsFail", alertstate="firing"}')).not.toEqual([]);
    });
  }, 150_000);

  it('nothing is said of what runs as it should, and no rule fails', async () => {
    expect(await prometheus.query(`ALERTS{namespace="${shop}", workload="calm"}`)).toEqual([]);
    expect(await prometheus.query('prometheus_rule_evaluation_failures_total > 0')).toEqual([]);
    expect(prometheus.log()).not.toMatch(/level=ERROR.*(?:rule|scrape|discovery)/);
  });

  it('every selector of the rules matches series, but for what this node does not have', async () => {
    const { size, empty } = await selectorsWithoutSeries(prometheus);
    expect(size).toBeGreaterThan(30);
    // kube-state-metrics cannot be had here; no volume claims; no registry; no responder; node-exporter is in observe-stack.test.ts; the names of other libraries; no Alertmanager in this test.
    expect(
      empty.filter(
        (name) =>
          !/^(?:kube_|kubelet_volume_stats_|plimsoll_image_age_seconds|plimsoll_respond_|node_vmstat_oom_kill|http_server_|prometheus_notifications_dropped_total)/.test(
            name,
          ),
      ),
    ).toEqual([]);
    console.log(`selectors: ${size}, without series here: ${[...new Set(empty)].sort().join(', ')}`);
  }, 60_000);
});

function get(url: string, token: string): Promise<{ readonly status: number }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(url, { headers, rejectUnauthorized: false, timeout: 10_000 }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0 });
    });
    asked.on('error', reject);
    asked.end();
  });
}
