import { boundedText } from '../core/bounded-text.ts';
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json-object.ts';
import { maskSecrets } from '../core/mask-secrets.ts';
import { printable } from '../core/printable.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { kinds, type ResponderCluster } from './cluster.ts';
import type { Intent } from './journal.ts';
import { fieldAt, nameOf, numberAt, objectsAt, textAt, timeAt } from './object-fields.ts';
import { type FoundWorkload, selectorText } from './workload-facts.ts';

/** What was seen before anything was done. Secrets are masked, control characters are escapes, all is bounded. */
export interface Evidence {
  readonly events: readonly string[];
  readonly logs: readonly { readonly container: string; readonly lines: readonly string[] }[];
  readonly metrics: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

const mostPods = 3;
const mostContainers = 4;
const mostSamples = 10;
const longestLine = 500;
/** Characters of all logs together: a record stays far below what a ConfigMap may hold. */
const longestLogs = 96 * 1024;
const logBytes = 64 * 1024;
const longestAnswer = 512 * 1024;
const queryTimeout = 3000;

/** Collects events, last log lines and metrics. Never rejects: what fails is named. */
export async function collectEvidence(
  cluster: ResponderCluster,
  intent: Intent,
  found: FoundWorkload | undefined,
  policy: ResponsePolicy['evidence'],
): Promise<Evidence> {
  const missing: string[] = [];
  const attempt = async <Value>(what: string, fallback: Value, collect: () => Promise<Value>): Promise<Value> => {
    try {
      return await collect();
    } catch (error) {
      missing.push(printable(`${what}: ${error instanceof Error ? error.message : String(error)}`).slice(0, 300));
      return fallback;
    }
  };
  const pods = await attempt('pods', [], () => worstPods(cluster, intent, found));
  const [events, logs, metrics] = await Promise.all([
    attempt('events', [], () => lastEvents(cluster, intent, found, pods, policy.events)),
    policy.logLines > 0 ? lastLogs(cluster, intent, pods, policy.logLines, attempt) : [],
    policy.prometheus ? askMetrics(policy.prometheus, intent, pods, policy.queries, attempt) : [],
  ]);
  return { events, logs, metrics, missing };
}

type Attempt = <Value>(what: string, fallback: Value, collect: () => Promise<Value>) => Promise<Value>;

/** Of the workload that was found: the pod that the alert names, then those that restarted most. Other pods are not the policy's. */
async function worstPods(
  cluster: ResponderCluster,
  { target }: Intent,
  found: FoundWorkload | undefined,
): Promise<readonly JsonObject[]> {
  const labels = found && selectorText(fieldAt(found.object, 'spec', 'selector', 'matchLabels'));
  if (labels === undefined || labels === '') return [];
  const pods = await cluster.list(kinds.pod, target.namespace, { labels });
  const weight = (pod: JsonObject) => (nameOf(pod) === target.pod ? 1e9 : restartsOf(pod));
  return [...pods].sort((a, b) => weight(b) - weight(a)).slice(0, mostPods);
}

function restartsOf(pod: JsonObject): number {
  return objectsAt(pod, 'status', 'containerStatuses').reduce(
    (sum, status) => sum + (numberAt(status, 'restartCount') ?? 0),
    0,
  );
}

async function lastEvents(
  cluster: ResponderCluster,
  { target }: Intent,
  found: FoundWorkload | undefined,
  pods: readonly JsonObject[],
  most: number,
): Promise<readonly string[]> {
  if (most === 0) return [];
  const names = new Set(pods.map(nameOf));
  if (found) names.add(nameOf(found.object));
  if (target.pod) names.add(target.pod);
  const events = await cluster.list(kinds.event, target.namespace);
  const time = (event: JsonObject) =>
    timeAt(event, 'lastTimestamp') ?? timeAt(event, 'eventTime') ?? timeAt(event, 'metadata', 'creationTimestamp') ?? 0;
  return events
    .filter((event) => names.has(textAt(event, 'involvedObject', 'name') ?? ''))
    .sort((a, b) => time(b) - time(a))
    .slice(0, most)
    .map((event) => {
      const count = numberAt(event, 'count') ?? 1;
      const about = `${textAt(event, 'involvedObject', 'kind')}/${textAt(event, 'involvedObject', 'name')}`;
      const said = `${textAt(event, 'reason') ?? ''}: ${textAt(event, 'message') ?? ''}`;
      return safeLine(`${new Date(time(event)).toISOString()} ${about} ${said}${count > 1 ? ` (${count} times)` : ''}`);
    });
}

async function lastLogs(
  cluster: ResponderCluster,
  { target, container: wanted }: Intent,
  pods: readonly JsonObject[],
  lines: number,
  attempt: Attempt,
): Promise<Evidence['logs']> {
  const logs: { container: string; lines: readonly string[] }[] = [];
  let left = longestLogs;
  for (const pod of pods) {
    const statuses = objectsAt(pod, 'status', 'containerStatuses').filter(
      (status) => wanted === undefined || textAt(status, 'name') === wanted,
    );
    for (const status of statuses.slice(0, mostContainers)) {
      const container = textAt(status, 'name') ?? '';
      const name = nameOf(pod);
      const { text, previous } = await attempt(`log of ${name}/${container}`, { text: '', previous: false }, () =>
        lastWords(cluster, { namespace: target.namespace, name, container }, status, lines),
      );
      const safe = safeLines(text, lines, left);
      left -= safe.reduce((sum, line) => sum + line.length, 0);
      if (safe.length > 0)
        logs.push({ container: `${name}/${container}${previous ? ' (before its restart)' : ''}`, lines: safe });
    }
  }
  return logs;
}

/** What the kubelet answers, as if it were the log, where it has removed a container already. */
const removed = /^unable to retrieve container logs for \S+\s*$/;

/**
 * What a container said before it ended says more than what its successor says. While it waits to be started again, its last
 * one is the present one.
 */
async function lastWords(
  cluster: ResponderCluster,
  pod: { readonly namespace: string; readonly name: string; readonly container: string },
  status: JsonObject,
  lines: number,
): Promise<{ readonly text: string; readonly previous: boolean }> {
  const restarted = (numberAt(status, 'restartCount') ?? 0) > 0;
  const runs = fieldAt(status, 'state', 'running') !== undefined;
  if (restarted && runs) {
    const text = await cluster.logs(pod, { lines, bytes: logBytes, previous: true }).catch(() => '');
    if (text !== '' && !removed.test(text)) return { text, previous: true };
  }
  return { text: await cluster.logs(pod, { lines, bytes: logBytes, previous: false }), previous: false };
}

function safeLines(text: string, most: number, room: number): readonly string[] {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-most);
  const safe = lines.map((line, at) => safeLine(line, [lines[at - 1] ?? '', lines[at + 1] ?? '']));
  let left = room;
  let from = safe.length;
  while (from > 0 && left - (safe[from - 1]?.length ?? 0) >= 0) left -= safe[--from]?.length ?? 0;
  return safe.slice(from);
}

/** Masked before it is cut: half of a secret is one, too. */
function safeLine(line: string, around: readonly string[] = []): string {
  return printable(maskSecrets(line.slice(0, 4 * longestLine), [], around)).slice(0, longestLine);
}

async function askMetrics(
  address: string,
  intent: Intent,
  pods: readonly JsonObject[],
  queries: ReadonlyMap<string, string>,
  attempt: Attempt,
): Promise<Evidence['metrics']> {
  const asked = queries.size > 0 ? queries : defaultQueries;
  return Promise.all(
    [...asked].map(async ([name, query]) => {
      const values = await attempt(`metric ${name}`, [], () => askPrometheus(address, filledIn(query, intent, pods)));
      return { name, values };
    }),
  );
}

/** From cAdvisor's metrics, which every cluster with Prometheus has. */
const defaultQueries: ReadonlyMap<string, string> = new Map([
  [
    'memory (bytes)',
    'max by (pod, container) (container_memory_working_set_bytes{namespace=$namespace, pod=~$pods, container!="", container!="POD"})',
  ],
  [
    'memory limit (bytes)',
    'max by (pod, container) (container_spec_memory_limit_bytes{namespace=$namespace, pod=~$pods, container!="", container!="POD"})',
  ],
  [
    'cpu (cores)',
    'sum by (pod, container) (rate(container_cpu_usage_seconds_total{namespace=$namespace, pod=~$pods, container!="", container!="POD"}[5m]))',
  ],
  [
    'oom kills',
    'sum by (pod, container) (container_oom_events_total{namespace=$namespace, pod=~$pods, container!="", container!="POD"})',
  ],
]);

/** Names are valid names of Kubernetes, in which only the dot means something in a pattern. */
function filledIn(query: string, { target }: Intent, pods: readonly JsonObject[]): string {
  const names = pods.map(nameOf);
  const values = new Map([
    ['namespace', target.namespace],
    ['workload', target.workload ?? ''],
    [
      'pods',
      (names.length > 0 ? names : [target.pod ?? `${target.workload}-.*`]).join('|').replace(/\.(?!\*)/g, '\\.'),
    ],
    ['pod', target.pod ?? names[0] ?? ''],
  ]);
  return query.replace(/\$(namespace|workload|pods|pod)\b/g, (_, name: string) =>
    JSON.stringify(values.get(name) ?? ''),
  );
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
async function askPrometheus(address: string, query: string): Promise<readonly string[]> {
  const response = await fetch(`${address}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query, limit: String(mostSamples), timeout: '3s' }),
    signal: AbortSignal.timeout(queryTimeout),
    redirect: 'error',
  });
  const answer = parseJsonObject(await boundedText(response, longestAnswer));
  if (answer?.status !== 'success') throw new Error(textAt(answer, 'error') ?? `HTTP ${response.status}`);
  return objectsAt(answer, 'data', 'result').slice(0, mostSamples).map(sampleText);
}

function sampleText(sample: JsonObject): string {
  const labels = Object.entries(isJsonObject(sample.metric) ? sample.metric : {}).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const value = Array.isArray(sample.value) ? sample.value[1] : undefined;
  return safeLine(`{${labels.join(', ')}} ${String(value)}`);
}

/** Evidence as text for people, no longer than `longest` characters. */
export function evidenceText({ events, logs, metrics, missing }: Evidence, longest: number): string {
  const sections = [
    ...metrics
      .filter(({ values }) => values.length > 0)
      .map(({ name, values }) => `${name}:\n${values.map((value) => `  ${value}`).join('\n')}`),
    ...(events.length > 0 ? [`events:\n${events.map((event) => `  ${event}`).join('\n')}`] : []),
    ...logs.map(({ container, lines }) => `log of ${container}:\n${lines.map((line) => `  ${line}`).join('\n')}`),
    ...(missing.length > 0 ? [`not to be had:\n${missing.map((each) => `  ${each}`).join('\n')}`] : []),
  ];
  const text = sections.join('\n');
  return text.length <= longest ? text : `${text.slice(0, longest - 2)}\n…`;
}
