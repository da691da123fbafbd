// Prometheus, Alertmanager and the responder with what `plimsoll observe` wrote. They run on the host, because the node has no cluster DNS and
// no Service routing; addresses, paths of credentials and times are all that is changed.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { answers, must, startServer, until } from './command.mjs';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const token = 'a-token-of-the-demo-that-is-of-no-use-elsewhere';

/** A port of the loopback that nobody listens on. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Writes the monitoring of a project, starts all of it, and gives what the demo asks: the metrics, the notifications, the decisions. */
export async function startMonitoring(systems, project, scratch) {
  const { plimsoll, kubectl, namespace, root, node } = systems;
  const out = path.join(scratch, 'observe');
  const parts = ['prometheus', 'alertmanager'].flatMap((part) => ['--part', part]);
  const receivers = ['webhook', 'slack'].flatMap((receiver) => ['--receiver', receiver]);
  const written = plimsoll(['observe', project, '--out', out, '--namespace', namespace, ...parts, ...receivers]);
  if (written.status !== 0) throw new Error(written.stderr || written.stdout);
  kubectl(['apply', '--filename', path.join(out, 'base/prometheus/rbac.yaml')]);
  const [prometheusPort, alertmanagerPort, responderPort] = [await freePort(), await freePort(), await freePort()];
  const slack = await startSlack();
  const binaries = path.join(root, '.cache/bin');

  const alertmanager = prepareAlertmanager(out, scratch, { responderPort, slack });
  startServer(
    'alertmanager',
    path.join(binaries, 'alertmanager'),
    [
      `--config.file=${alertmanager}`,
      `--storage.path=${path.join(scratch, 'alertmanager-data')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ],
    scratch,
  );
  const prometheus = preparePrometheus(out, scratch, { root, kubectl, namespace, prometheusPort, alertmanagerPort });
  startServer(
    'prometheus',
    path.join(binaries, 'prometheus'),
    [
      `--config.file=${prometheus}`,
      `--storage.tsdb.path=${path.join(scratch, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--log.level=warn',
    ],
    scratch,
  );
  const policy = path.join(scratch, 'respond.yaml');
  writeFileSync(policy, policyText(namespace, { prometheusPort, alertmanagerPort }));
  const responder = startServer(
    'responder',
    process.execPath,
    [
      path.join(root, 'dist/cli/main.js'),
      'respond',
      '--policy',
      policy,
      '--listen',
      `127.0.0.1:${responderPort}`,
      '--token-file',
      path.join(scratch, 'alertmanager/secrets/webhook-token'),
      '--kubeconfig',
      node.kubeconfig,
      '--namespace',
      namespace,
      '--identity',
      'demo',
    ],
    scratch,
  );
  await until('Alertmanager to be ready', 30, () => answers(`http://127.0.0.1:${alertmanagerPort}/-/ready`));
  await until('Prometheus to be ready', 30, () => answers(`http://127.0.0.1:${prometheusPort}/-/ready`));
  await until('the responder to be ready', 60, () => answers(`http://127.0.0.1:${responderPort}/readyz`));
  return {
    slack,
    query: (expression, at) => ask(prometheusPort, 'query', { query: expression, ...(at && { time: String(at) }) }),
    deliverySeconds: () => deliveryOf(alertmanagerPort),
    decisions: () =>
      readFileSync(responder.log, 'utf8')
        .split('\n')
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : [])),
  };
}

async function ask(port, what, parameters) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${what}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = await response.json();
  if (status !== 'success') throw new Error(error);
  return data.result;
}

/** Seconds that Alertmanager took for a webhook, on average, as its own metric says. */
async function deliveryOf(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name) =>
    [...text.matchAll(new RegExp(`^${name}\\{[^}]*integration="webhook"[^}]*\\} ([\\d.e+-]+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  const count = sum('alertmanager_notification_latency_seconds_count');
  return count > 0 ? sum('alertmanager_notification_latency_seconds_sum') / count : undefined;
}

/** What takes a webhook of Slack's: the messages as they come, with the time. */
async function startSlack() {
  const messages = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    messages.push({ at: Date.now(), ...JSON.parse(text) });
    response.end('ok');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}/slack`, messages };
}

function prepareAlertmanager(out, scratch, { responderPort, slack }) {
  const place = path.join(scratch, 'alertmanager');
  cpSync(path.join(out, 'base/alertmanager'), place, { recursive: true });
  const secrets = path.join(place, 'secrets');
  mkdirSync(secrets);
  writeFileSync(path.join(secrets, 'webhook-token'), `${token}\n`, { mode: 0o600 });
  writeFileSync(path.join(secrets, 'slack-webhook-url'), slack.url);
  const file = path.join(place, 'alertmanager.yaml');
  const text = readFileSync(file, 'utf8')
    .replaceAll('/etc/alertmanager/secrets', secrets)
    .replace(/"http:\/\/plimsoll-respond\.[^/]+/, `"http://127.0.0.1:${responderPort}`)
    // So that the demo need not wait for half a minute until a person is told.
    .replace('group_wait: 30s', 'group_wait: 5s');
  writeFileSync(file, text);
  return file;
}

function preparePrometheus(out, scratch, { root, kubectl, namespace, prometheusPort, alertmanagerPort }) {
  const place = path.join(scratch, 'prometheus');
  cpSync(path.join(out, 'base/prometheus'), place, { recursive: true });
  const credentials = path.join(scratch, 'account');
  mkdirSync(credentials);
  const bearer = kubectl(['create', 'token', 'prometheus', '--namespace', namespace, '--duration', '2h']).trim();
  writeFileSync(path.join(credentials, 'token'), bearer, { mode: 0o600 });
  writeFileSync(
    path.join(credentials, 'ca.crt'),
    kubectl(['get', 'configmap', 'kube-root-ca.crt', '--output', 'jsonpath={.data.ca\\.crt}']),
  );
  const server = kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim();
  const kubeconfig = path.join(credentials, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'demo', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'demo', user: { token: bearer } }],
      contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'demo' } }],
      'current-context': 'demo',
    }),
    { mode: 0o600 },
  );
  const file = path.join(place, 'prometheus.yml');
  const text = readFileSync(file, 'utf8')
    .replace(
      /^ {2}alertmanagers:\n[\s\S]*?(?=^\S)/m,
      `  alertmanagers:\n    - static_configs:\n        - targets: ["127.0.0.1:${alertmanagerPort}"]\n\n`,
    )
    .replaceAll(account, credentials)
    .replaceAll(/^( +)- role: .+$/gm, (line, indentation) => `${line}\n${indentation}  kubeconfig_file: ${kubeconfig}`)
    .replace('localhost:9090', `127.0.0.1:${prometheusPort}`)
    .replaceAll(/^( +(?:scrape|evaluation)_interval: )\d+s$/gm, '$15s')
    .replace('scrape_timeout: 10s', 'scrape_timeout: 5s');
  writeFileSync(file, text);
  const rules = path.join(place, 'rules/containers.yaml');
  writeFileSync(rules, hurried(readFileSync(rules, 'utf8')));
  must(path.join(root, '.cache/bin/promtool'), ['check', 'config', file]);
  return file;
}

/** Waits of minutes as seconds: five minutes near the limit become fifteen seconds. */
function hurried(text) {
  return text
    .replace(/^( +for: )(\d+)m$/gm, (_, head, minutes) => `${head}${Number(minutes) * 3}s`)
    .replace(/^( +interval: )1m$/gm, '$15s');
}

function policyText(namespace, { prometheusPort, alertmanagerPort }) {
  return `version: 1
mode: act
limit: {actions: 4, window: 1h}
record: {kind: configmap, keep: 20}
evidence: {prometheus: "http://127.0.0.1:${prometheusPort}"}
notify: {alertmanager: "http://127.0.0.1:${alertmanagerPort}"}
rules:
  # A leak: gain time by a rollout, one pod after the other, and keep what was seen.
  - name: memory
    alerts: [ContainerMemoryNearLimit, ContainerOomKilled]
    namespaces: [${namespace}]
    workloads: [deployment/carts]
    do: [restart, evidence, incident]
    limit: {actions: 2, window: 1h}
    coolDown: 10m
`;
}
