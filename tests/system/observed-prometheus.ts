import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject } from '../../src/core/json-object.ts';
import type { KubernetesNode } from './kubernetes-node.ts';
import type { PrometheusProcess } from './prometheus-process.ts';

// A Prometheus beside a real node, with the configuration, the account and the rules that `plimsoll observe` wrote for one in it.

const main = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');
const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Puts the configuration where it runs: outside of a pod, on a port of its own, and quicker. Gives its file. */
export function prepareConfiguration(
  directory: string,
  out: string,
  node: KubernetesNode,
  token: string,
  port: number,
): string {
  const place = path.join(directory, 'prometheus');
  cpSync(path.join(out, 'base/prometheus'), place, { recursive: true });
  const credentials = path.join(directory, 'account');
  mkdirSync(credentials);
  writeFileSync(path.join(credentials, 'token'), token);
  const authority = node.kubectl(['get', 'configmap', 'kube-root-ca.crt', '--output', 'jsonpath={.data.ca\\.crt}']);
  writeFileSync(path.join(credentials, 'ca.crt'), authority);
  const server = node
    .kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}'])
    .trim();
  const kubeconfig = path.join(credentials, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: '${server}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: '${token}'}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
`,
  );
  const file = path.join(place, 'prometheus.yml');
  const text = readFileSync(file, 'utf8')
    .replaceAll(account, credentials)
    .replaceAll(
      /^( +)- role: .+$/gm,
      (line, indentation: string) => `${line}\n${indentation}  kubeconfig_file: ${kubeconfig}`,
    )
    .replace('localhost:9090', `127.0.0.1:${port}`)
    .replaceAll(/^( +(?:scrape|evaluation)_interval: )\d+s$/gm, '$15s')
    .replace('scrape_timeout: 10s', 'scrape_timeout: 5s');
  writeFileSync(file, text);
  for (const name of readdirSync(path.join(place, 'rules'))) {
    const rules = path.join(place, 'rules', name);
    writeFileSync(rules, hurried(readFileSync(rules, 'utf8')));
  }
  return file;
}

/** The rules with windows of a fifth and waits of a sixtieth: what takes a quarter of an hour would take too long in a test. */
function hurried(text: string): string {
  const shorter = (minutes: string, unit: string, by: number) =>
    `${Math.max(1, Math.round((Number(minutes) * (unit === 'h' ? 3600 : 60)) / by))}s`;
  return text
    .replace(/\[(\d+)([mh])\]/g, (_, amount, unit) => `[${shorter(amount, unit, 5)}]`)
    .replace(/\[(\d+)m:1m\]/g, (_, amount) => `[${shorter(amount, 'm', 5)}:12s]`)
    .replace(/offset (\d+)(m)/g, (_, amount, unit) => `offset ${shorter(amount, unit, 5)}`)
    .replace(/^( +for: )(\d+)([mh])$/gm, (_, head, amount, unit) => `${head}${shorter(amount, unit, 60)}`)
    .replace(/^( +interval: )1m$/gm, '$15s');
}

/**
 * A process of the host that Prometheus finds as it is generated to find a pod: by the labels, annotations and port of a pod that does nothing and
 * has the host's network.
 */
export function standInPod(
  node: KubernetesNode,
  namespace: string,
  name: string,
  port: { readonly name: string; readonly number: number },
  annotations: Readonly<Record<string, string>> = {},
): void {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name }, annotations },
    spec: {
      hostNetwork: true,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'pause:local',
          imagePullPolicy: 'Never',
          ports: [{ name: port.name, containerPort: port.number }],
        },
      ],
    },
  };
  node.kubectl(['apply', '--filename', '-'], JSON.stringify(pod));
}

/** plimsoll exporter, a process of the host in place of its image. */
export function startExporter(
  node: KubernetesNode,
  namespace: string,
  port: number,
  args: readonly string[],
): ChildProcess {
  standInPod(node, namespace, 'plimsoll-exporter', { name: 'metrics', number: port });
  const listen = ['--listen', `${nodeAddress(node)}:${port}`];
  const cluster = ['--kubeconfig', node.kubeconfig, '--interval', '5'];
  return spawn(process.execPath, [main, 'exporter', ...listen, ...cluster, ...args], { stdio: 'ignore' });
}

export function nodeAddress(node: KubernetesNode): string {
  const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return node.kubectl(['get', 'nodes', '--output', path]).trim();
}

/** How many selectors the rules have, and the names of those that matched nothing in ten minutes. */
export async function selectorsWithoutSeries(
  prometheus: PrometheusProcess,
): Promise<{ readonly size: number; readonly empty: readonly string[] }> {
  const data = await prometheus.ask('rules');
  const selectors = new Map<string, string>();
  for (const expression of expressionsIn(data)) {
    const tree = await prometheus.ask(`parse_query?query=${encodeURIComponent(expression)}`);
    for (const { name, text } of selectorsIn(tree)) selectors.set(text, name);
  }
  const empty: string[] = [];
  for (const [text, name] of selectors)
    if ((await prometheus.query(`count(last_over_time(${text}[10m]))`)).length === 0) empty.push(name);
  return { size: selectors.size, empty };
}

function expressionsIn(data: unknown): string[] {
  if (Array.isArray(data)) return data.flatMap(expressionsIn);
  if (!isJsonObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]) =>
    key === 'query' && typeof value === 'string' ? [value] : expressionsIn(value),
  );
}

/** The selectors in a tree that Prometheus' parser made of an expression. */
function selectorsIn(tree: unknown): { readonly name: string; readonly text: string }[] {
  if (Array.isArray(tree)) return tree.flatMap(selectorsIn);
  if (!isJsonObject(tree)) return [];
  const below = Object.values(tree).flatMap(selectorsIn);
  const { matchers, name } = tree;
  if (!Array.isArray(matchers) || typeof name !== 'string') return below;
  const texts = matchers
    .filter(isJsonObject)
    .map(({ name: label, type, value }) => `${label}${type}${JSON.stringify(value)}`);
  return [{ name, text: `{${texts.join(',')}}` }, ...below];
}
