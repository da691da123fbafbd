import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../../src/core/json-object.ts';
import { freePort } from '../free-port.ts';
import { queriesOf, variableQueriesOf, withValues, writtenDashboards } from '../observe/grafana/dashboard-queries.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type PrometheusProcess, startPrometheus } from './prometheus-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';
import { type SmallRegistry, startSmallRegistry } from './small-registry.ts';

// A real Prometheus with what `plimsoll observe` writes scrapes a real kubelet, its cAdvisor, pods, and `plimsoll exporter` under the account
// that is generated for it: every query of every dashboard returns data. Grafana itself cannot be had here.

const here = path.dirname(fileURLToPath(import.meta.url));
const main = path.join(here, '../../dist/cli/main.js');
const missing = !hasNodeParts() || !existsSync(path.join(here, '../../.cache/bin/prometheus'));
const reason = 'parts are missing: scripts/system-parts node prometheus';
const namespace = 'grafana-monitoring';
const shop = 'grafana-shop';

describe('dashboards and exporter on a node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-grafana-'));
  const out = path.join(directory, 'observe');
  const dashboards = writtenDashboards();
  let node: KubernetesNode;
  let registry: SmallRegistry;
  let prometheus: PrometheusProcess;
  let exporter: ChildProcess;
  let exporterAddress = '';
  let log = '';

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    registry = await startSmallRegistry([
      { name: 'web', created: '2026-01-02T03:04:05Z', bytes: 300_000 },
      { name: 'worker', created: '1970-01-01T00:00:00Z', bytes: 100_000 },
    ]);
    for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
    const volume = path.join(directory, 'volume');
    mkdirSync(volume);
    const workloads = readFileSync(path.join(here, 'observe/dashboards.yaml'), 'utf8')
      .replaceAll('REGISTRY', registry.host)
      .replaceAll('VOLUME', volume);
    node.kubectl(['apply', '--namespace', shop, '--filename', '-'], workloads);
    const empty = path.join(directory, 'project');
    mkdirSync(empty);
    const parts = ['prometheus', 'grafana', 'exporter'].flatMap((part) => ['--part', part]);
    const written = runPlimsoll(['observe', empty, '--out', out, '--namespace', namespace, ...parts]);
    expect(written.status, written.stderr).toBe(0);
    node.kubectl(['apply', '--server-side', '--validate=strict', '--kustomize', path.join(out, 'overlay')]);
    const audits = path.join(directory, 'audits');
    mkdirSync(audits);
    writeReports(audits);
    exporterAddress = `127.0.0.1:${await freePort()}`;
    const account = accountFile(node, 'plimsoll-exporter', directory);
    exporter = spawn(
      process.execPath,
      [
        ...[main, 'exporter', '--listen', exporterAddress, '--kubeconfig', account, '--interval', '5'],
        ...['--registry', registry.host, '--audits', audits],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    exporter.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const port = await freePort();
    const configuration = prepare(out, directory, accountFile(node, 'prometheus', directory), port, exporterAddress);
    prometheus = await startPrometheus(configuration, directory, port);
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    prometheus?.stop();
    exporter?.kill('SIGKILL');
    registry?.stop();
    if (!missing && node) {
      const overlay = path.join(out, 'overlay');
      if (existsSync(overlay)) node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--kustomize', overlay]);
      node.kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', namespace, shop]);
      node.kubectl(['delete', 'persistentvolume', 'grafana-test', '--ignore-not-found', '--wait=false']);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('every query of every dashboard returns data, and every label of a legend is there', async () => {
    const values = { namespace: shop, workload: 'web', container: '.+', target: '.+', __rate_interval: '30s' };
    const queries = queriesOf(dashboards);
    const open = new Map(queries.map((query) => [query.where, 'was not asked']));
    await eventually(150, async () => {
      for (const { where, expr, legend } of queries.filter(({ where: each }) => open.has(each))) {
        const found = await prometheus.query(withValues(expr, values));
        const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
        const absent = labels.filter((label) => found.every(({ metric }) => !metric[label]));
        if (found.length === 0) open.set(where, `no data: ${expr}`);
        else if (absent.length > 0) open.set(where, `no label ${absent.join()}: ${expr}`);
        else open.delete(where);
      }
      expect([...open]).toEqual([]);
    });
  }, 200_000);

  it('every variable has values', async () => {
    for (const { where, series, label } of variableQueriesOf(dashboards)) {
      const found = await prometheus.query(
        `count by (${label}) (${withValues(series, { namespace: shop, workload: 'web' })})`,
      );
      expect(
        found.map(({ metric }) => metric[label] ?? '').filter((value) => value !== '').length,
        where,
      ).toBeGreaterThan(0);
    }
  });

  it('the exporter tells what the kubelet did: pulls, digests, waiting, restarts; ages only where the image says one', async () => {
    const text = await (await fetch(`http://${exporterAddress}/metrics`)).text();
    const series = (name: string, ...labels: string[]) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
        .map((line) => Number(line.slice(line.lastIndexOf(' '))));
    const ours = `namespace="${shop}"`;
    expect(series('plimsoll_container_image_info', ours, 'workload="web"', 'container="web"', 'sha256:')).toEqual([1]);
    const [age = 0] = series('plimsoll_image_age_seconds', ours, 'workload="web"', 'container="web"');
    const built = Date.parse('2026-01-02T03:04:05Z') / 1000;
    expect(Math.abs(Date.now() / 1000 - built - age)).toBeLessThan(60);
    // Built without a date: none is made up.
    expect(series('plimsoll_image_age_seconds', ours, 'workload="worker"')).toEqual([]);
    const [pulled = 0] = series('plimsoll_image_pull_seconds', ours, 'workload="web"', 'container="web"');
    expect(pulled).toBeGreaterThan(0);
    expect(series('plimsoll_image_pull_bytes', ours, 'container="web"')).toEqual(
      series('plimsoll_image_size_bytes', ours, 'container="web"'),
    );
    const [shared = 0] = series('plimsoll_image_shared_bytes', `image="${registry.host}/web:1"`);
    const [packed = 0] = series('plimsoll_image_packed_bytes', `image="${registry.host}/web:1"`);
    expect(packed - shared).toBeGreaterThan(300_000);
    expect(shared).toBeGreaterThan(300_000);
    expect(series('plimsoll_container_waiting', ours, 'workload="absent"').length).toBeGreaterThan(0);
    expect(series('plimsoll_container_restarts', ours, 'workload="hungry"', 'reason="OOMKilled"')[0]).toBeGreaterThan(
      0,
    );
    for (const source of ['pods', 'nodes', 'events', 'jobs', 'registry', 'audits'])
      expect(series('plimsoll_exporter_up', `source="${source}"`), source).toEqual([1]);
    expect(log).toContain('"message":"listening"');
    expect(log).not.toContain('cannot be read');
  });

  it('its account may list what it reads, and nothing else', () => {
    const rightsOf = (account: string) =>
      node
        .kubectl([
          ...['auth', 'can-i', '--list', '--no-headers', '--namespace', shop],
          ...['--as', `system:serviceaccount:${namespace}:${account}`],
          ...['--as-group', 'system:serviceaccounts', '--as-group', 'system:authenticated'],
        ])
        .split('\n')
        .map((line) => /^(\S+)\s.*\[([^\]]*)\]$/.exec(line.trim()) ?? [])
        .map(([, resource = '', verbs = '']) => `${resource} ${verbs}`);
    // Every account may ask who it is, what it may, and which authorities to trust.
    const everybodys = new Set(rightsOf('default'));
    const rights = rightsOf('plimsoll-exporter').filter((right) => !everybodys.has(right));
    expect(rights.sort()).toEqual(['events list', 'jobs.batch list', 'nodes list', 'pods list']);
  });

  it('without a right, or without its account, a source is down and said to be; the exporter goes on', async () => {
    node.kubectl(['delete', 'clusterrolebinding', 'plimsoll-exporter']);
    const metric = (source: string) =>
      fetch(`http://${exporterAddress}/metrics`)
        .then((response) => response.text())
        .then((text) => new RegExp(`^plimsoll_exporter_up\\{source="${source}"\\} (\\d)$`, 'm').exec(text)?.[1]);
    await eventually(30, async () => {
      for (const source of ['pods', 'nodes', 'events', 'jobs'])
        expect([source, await metric(source)]).toEqual([source, '0']);
    });
    expect(await metric('audits')).toBe('1');
    expect(log).toMatch(/"level":"error".*403.*"source":"pods".*verbs: \[list\]/);
    expect((await fetch(`http://${exporterAddress}/healthz`)).status).toBe(200);
    exporter.kill('SIGTERM');
    await eventually(5, async () => expect(exporter.exitCode).toBe(0));
    expect(log).toContain('"message":"stopped"');
  }, 60_000);
});

/** One of each kind of report. */
function writeReports(directory: string): void {
  const audited = runPlimsoll(['audit', path.join(here, '../../examples/shop-node'), '--format', 'json', '--no-helm']);
  writeFileSync(path.join(directory, 'shop.json'), audited.stdout);
  writeFileSync(
    path.join(directory, 'web.json'),
    JSON.stringify({
      SchemaVersion: 2,
      ArtifactName: 'web:1',
      Results: [{ Vulnerabilities: [{ VulnerabilityID: 'CVE-2026-1', Severity: 'HIGH', FixedVersion: '2' }] }],
    }),
  );
}

/** A kubeconfig with a token of a generated service account. */
function accountFile(node: KubernetesNode, name: string, directory: string): string {
  const token = node.kubectl(['create', 'token', name, '--namespace', namespace, '--duration', '1h']).trim();
  const file = path.join(directory, `${name}.kubeconfig`);
  const server = node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']);
  writeFileSync(`${file}.token`, token);
  writeFileSync(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: server.trim(), 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return file;
}

/** The generated configuration with addresses, credentials and times of this test (tests/system/observe-prometheus.test.ts sees to the rest). */
function prepare(out: string, directory: string, account: string, port: number, exporterAddress: string): string {
  const base = path.join(out, 'base/prometheus');
  const written: JsonObject = parse(readFileSync(path.join(base, 'prometheus.yml'), 'utf8'));
  const jobs = Array.isArray(written.scrape_configs) ? written.scrape_configs.filter(isJsonObject) : [];
  const adapted = jobs.map((job) => {
    if (job.job_name === 'plimsoll-exporter')
      return {
        job_name: job.job_name,
        honor_labels: job.honor_labels,
        static_configs: [{ targets: [exporterAddress] }],
      };
    if (job.job_name === 'prometheus')
      return { job_name: job.job_name, static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
    const discovery = Array.isArray(job.kubernetes_sd_configs) ? job.kubernetes_sd_configs.map(jsonObjectOf) : [];
    return {
      ...job,
      ...(discovery.length > 0 && {
        kubernetes_sd_configs: discovery.map((each) => ({ ...each, kubeconfig_file: account })),
      }),
      ...(job.authorization !== undefined && {
        authorization: { credentials_file: `${account}.token` },
        tls_config: { insecure_skip_verify: true },
      }),
      scrape_interval: '5s',
    };
  });
  const file = path.join(directory, 'prometheus.yml');
  const rules = Array.isArray(written.rule_files)
    ? written.rule_files.map((name) => path.join(base, String(name)))
    : [];
  writeFileSync(
    file,
    stringify({
      global: { scrape_interval: '5s', scrape_timeout: '4s', evaluation_interval: '5s' },
      rule_files: rules,
      scrape_configs: adapted,
    }),
  );
  return file;
}
