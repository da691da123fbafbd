import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type RespondProcess, startRespond, until } from './respond-process.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// Real pods fail, a real Alertmanager tells the responder of it, and the responder acts as the service account that its generated RBAC makes.

const alertmanager = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin/alertmanager');
const missing = !hasNodeParts() || !existsSync(alertmanager);
const reason = 'parts of a Kubernetes node, or Alertmanager, are missing: scripts/system-parts node prometheus';
const app = 'respond-node-app';
const own = 'respond-node';
const account = `system:serviceaccount:${own}:plimsoll-respond`;
const image = 'docker.io/library/pause:local';

describe('plimsoll respond on a real node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-respond-'));
  const file = (name: string) => path.join(directory, name);
  let node: KubernetesNode;
  let respond: RespondProcess;
  let sender: ChildProcess | undefined;
  let alerts = '';
  const json = (...args: string[]) => JSON.parse(node.kubectl([...args, '--output', 'json']));

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    node = startKubernetesNode();
    for (const name of [app, own]) node.kubectl(['create', 'namespace', name]);
    const port = await freePort();
    writeFileSync(file('policy.yaml'), policy(port));
    writeFileSync(file('token'), 'of-the-test-and-long-enough\n');
    const manifests = runPlimsoll([
      'respond',
      'manifests',
      '--policy',
      file('policy.yaml'),
      '--namespace',
      own,
      '--keda',
    ]);
    expect(manifests.status, manifests.stderr).toBe(0);
    node.kubectl(['apply', '--dry-run=server', '--validate=strict', '--filename', '-'], manifests.stdout);
    const rights = manifests.stdout
      .split('---\n')
      .filter((text) => /^kind: (?:ServiceAccount|Role|RoleBinding)$/m.test(text));
    node.kubectl(['apply', '--validate=strict', '--filename', '-'], rights.join('---\n'));
    writeFileSync(file('kubeconfig'), asAccount(node));
    respond = await startRespond(
      [
        '--policy',
        file('policy.yaml'),
        '--token-file',
        file('token'),
        '--kubeconfig',
        file('kubeconfig'),
        '--namespace',
        own,
        '--act',
      ],
      { POD_NAME: 'respond-of-the-test' },
    );
    await until(() => respond.log.some(({ message }) => message === 'leading: this instance acts'), 20);
    sender = await startAlertmanager(port, respond.url, file);
    alerts = `http://127.0.0.1:${port}/api/v2/alerts`;
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(async () => {
    respond?.kill('SIGTERM');
    sender?.kill('SIGTERM');
    if (!missing) for (const name of [app, own]) node?.kubectl(['delete', 'namespace', name, '--wait=false']);
    node?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  /** As Prometheus does. */
  async function fire(labels: Readonly<Record<string, string>>, begun = new Date(), ends?: Date): Promise<void> {
    const response = await fetch(alerts, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        {
          labels: { namespace: app, ...labels },
          annotations: { summary: 'of the test' },
          startsAt: begun.toISOString(),
          ...(ends && { endsAt: ends.toISOString() }),
        },
      ]),
    });
    expect(response.status).toBe(200);
  }
  const ended = (alert: string) =>
    until(() => respond.log.find((line) => line.message === 'action' && line.alert === alert), 40);

  it('restarts by rollout what was killed for its memory, and records it with evidence', async () => {
    node.kubectl(['apply', '--namespace', app, '--filename', '-'], deployment('leaky', 2, leak, '20Mi'));
    const killed = await until(() => {
      const { items } = json('get', 'pods', '--namespace', app, '--selector', 'app=leaky');
      return items.find((pod: Pod) =>
        pod.status.containerStatuses?.some(({ lastState }) => lastState?.terminated?.reason === 'OOMKilled'),
      );
    }, 60);
    await fire({ alertname: 'ContainerOomKilled', pod: killed.metadata.name, container: 'main', image });
    expect(await ended('ContainerOomKilled')).toMatchObject({
      outcome: 'done',
      action: 'restart',
      target: `${app}/deployment/leaky`,
      mode: 'act',
    });
    const after = json('get', 'deployment', 'leaky', '--namespace', app);
    expect(after.spec.template.metadata.annotations).toHaveProperty('kubectl.kubernetes.io/restartedAt');
    expect(after.metadata.annotations['respond.plimsoll.dev/actions']).toMatch(/^[0-9a-f]{20}$/);
    const [record] = json(
      'get',
      'configmaps',
      '--namespace',
      own,
      '--selector',
      'respond.plimsoll.dev/record=incident',
    ).items;
    const { evidence, outcome } = JSON.parse(record.data['incident.json']);
    expect(outcome).toBe('deployment/leaky is restarted by a rollout');
    expect(evidence.logs.flatMap(({ lines }: { lines: string[] }) => lines)).toContain('db_password=•••');
    expect(record.data['incident.json']).not.toContain('hunter2');
    expect(evidence.events.length).toBeGreaterThan(0);
    const events = await until(() => {
      const { items } = json('get', 'events', '--namespace', app, '--field-selector', 'reason=PlimsollRestarted');
      return items.length > 0 && items;
    }, 10);
    expect(events[0].involvedObject).toMatchObject({ kind: 'Deployment', name: 'leaky' });
    // What was done comes back to Alertmanager as an alert of its own.
    await until(
      () => respond.log.some(({ alert, reason: why }) => alert === 'PlimsollResponse' && why === 'own-alert'),
      10,
    );
    node.kubectl(['delete', 'deployment', 'leaky', '--namespace', app, '--wait=false']);
  }, 120_000);

  it('rolls back a Deployment that crashes after an image change, and no other', async () => {
    node.kubectl(
      ['apply', '--namespace', app, '--filename', '-'],
      deployment('web', 1, ['/busybox', 'sleep', '10000']),
    );
    node.kubectl(['rollout', 'status', 'deployment/web', '--namespace', app, '--timeout', '60s']);
    node.kubectl(
      ['apply', '--namespace', app, '--filename', '-'],
      deployment('web', 1, ['/busybox', 'false'], '64Mi', 'pause:local'),
    );
    await until(() => {
      const { items } = json('get', 'pods', '--namespace', app, '--selector', 'app=web');
      return items.some((pod: Pod) => pod.status.containerStatuses?.some(({ restartCount }) => restartCount > 1));
    }, 60);
    await fire({ alertname: 'ContainerCrashLooping', workload: 'web', workload_kind: 'Deployment', container: 'main' });
    expect(await ended('ContainerCrashLooping')).toMatchObject({
      outcome: 'done',
      action: 'rollback',
      reason: 'performed',
    });
    node.kubectl(['rollout', 'status', 'deployment/web', '--namespace', app, '--timeout', '60s']);
    const after = json('get', 'deployment', 'web', '--namespace', app);
    expect(after.spec.template.spec.containers[0]).toMatchObject({ image, command: ['/busybox', 'sleep', '10000'] });
    expect(after.metadata.annotations['respond.plimsoll.dev/rolled-back-from']).toMatch(/\w/);
  }, 120_000);

  it('raises the minimum of the autoscaler that owns the replicas, and leaves the Deployment alone', async () => {
    node.kubectl([
      'autoscale',
      'deployment',
      'web',
      '--namespace',
      app,
      '--min',
      '1',
      '--max',
      '3',
      '--cpu-percent',
      '80',
    ]);
    const begun = new Date();
    await fire({ alertname: 'Busy', deployment: 'web' }, begun);
    expect(await ended('Busy')).toMatchObject({
      outcome: 'done',
      detail: 'minReplicas of HorizontalPodAutoscaler web is raised from 1 to 2',
    });
    expect(json('get', 'hpa', 'web', '--namespace', app).spec.minReplicas).toBe(2);
    const managers = json('get', 'deployment', 'web', '--namespace', app, '--show-managed-fields').metadata
      .managedFields;
    const mine = managers.find(({ manager }: { manager: string }) => manager === 'plimsoll-respond');
    expect(JSON.stringify(mine ?? {})).not.toContain('f:replicas');
    // Ten seconds after Alertmanager has told of the end.
    await fire({ alertname: 'Busy', deployment: 'web' }, begun, new Date());
    const given = await until(() => respond.log.find(({ action }) => action === 'give-back'), 40);
    expect(given).toMatchObject({
      outcome: 'done',
      detail: 'minReplicas of HorizontalPodAutoscaler web is lowered from 2 to 1, as it was before',
    });
    expect(json('get', 'hpa', 'web', '--namespace', app).spec.minReplicas).toBe(1);
    // The Event follows the log line.
    const event = await until(
      () => json('get', 'events', '--namespace', app, '--field-selector', 'reason=PlimsollGaveBack').items[0],
      20,
    );
    expect(event).toMatchObject({ involvedObject: { kind: 'Deployment', name: 'web' } });
  }, 90_000);

  it.each([
    ['yes', 'patch', 'deployments.apps/web', app],
    ['yes', 'list', 'poddisruptionbudgets.policy', app],
    ['no', 'delete', 'pods', app],
    ['no', 'patch', 'pods', app],
    ['no', 'create', 'pods/exec', app],
    ['no', 'patch', 'deployments.apps/other', app],
    ['no', 'delete', 'deployments.apps/web', app],
    ['no', 'update', 'deployments.apps/web', app],
    ['no', 'get', 'secrets', app],
    ['no', 'get', 'secrets', own],
    ['no', 'get', 'configmaps/of-another', own],
    ['no', 'delete', 'configmaps/plimsoll-respond-journal', own],
    ['no', 'patch', 'deployments.apps/web', 'default'],
    ['no', 'list', 'namespaces', app],
    ['no', 'create', 'rolebindings.rbac.authorization.k8s.io', app],
  ])('its account may: %s, %s %s in %s', (answer, verb, resource, namespace) => {
    const asked = (() => {
      try {
        return node.kubectl(['auth', 'can-i', verb, resource, '--namespace', namespace, '--as', account]);
      } catch {
        return 'no';
      }
    })();
    expect(asked.trim()).toBe(answer);
  });

  // What it takes on a machine of its own is in benchmarks/RESULTS.md: here nothing may get lost, and nothing may be done twice.
  it.each([
    ['a storm', {}],
    ['a storm in the middle of which it is killed', { PLIMSOLL_RESPOND_KILL: '1' }],
  ])('keeps up with %s', { timeout: 240_000 }, (_, how) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['benchmarks/respond.mjs'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        ...how,
        PLIMSOLL_NODE: undefined,
        KUBECONFIG: node.kubeconfig,
        PLIMSOLL_RESPOND_SECONDS: '2',
        PLIMSOLL_BENCHMARK_SLACK: '400',
      },
    });
    expect(stderr).toBe('');
    expect(stdout).not.toContain('MISSED');
    expect(status).toBe(0);
    process.stdout.write(stdout);
  });

  function asAccount({ kubeconfig, kubectl }: KubernetesNode): string {
    const token = kubectl(['create', 'token', 'plimsoll-respond', '--namespace', own]).trim();
    const view = kubectl(['config', 'view', '--raw', '--output', 'jsonpath={.clusters[0].cluster.server}']);
    expect(kubeconfig).not.toBe('');
    return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: '${view}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
  }
});

interface Pod {
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly lastState?: { readonly terminated?: { readonly reason: string } };
    }[];
  };
}

/** Takes memory until it is killed for it. */
const leak = ['/busybox', 'sh', '-c', 'echo db_password=hunter2hunter2; x=0123456789abcdef; while :; do x=$x$x; done'];

function deployment(name: string, replicas: number, command: readonly string[], memory = '64Mi', from = image): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'main',
              image: from,
              imagePullPolicy: 'IfNotPresent',
              command,
              resources: { limits: { memory }, requests: { cpu: '5m', memory } },
            },
          ],
        },
      },
    },
  });
}

function policy(port: number): string {
  return `version: 1
notify: {alertmanager: "http://127.0.0.1:${port}"}
rules:
  - {name: leaks, alerts: ContainerOomKilled, namespaces: ${app}, workloads: deployment/leaky, do: [restart, evidence, incident]}
  - {name: broken, alerts: ContainerCrashLooping, namespaces: ${app}, workloads: deployment/web, do: [rollback, evidence], rollback: {settled: 0s}}
  - {name: busy, alerts: Busy, namespaces: ${app}, workloads: deployment/web, do: scale, scale: {max: 3, giveBack: 10s}, coolDown: 10s}
`;
}

async function startAlertmanager(port: number, url: string, file: (name: string) => string): Promise<ChildProcess> {
  writeFileSync(
    file('alertmanager.yml'),
    `route: {receiver: respond, group_by: [alertname, namespace], group_wait: 100ms, group_interval: 1s, repeat_interval: 2s}
receivers:
  - name: respond
    webhook_configs:
      - url: ${url}/alerts
        http_config: {authorization: {type: Bearer, credentials_file: ${file('token')}}}
`,
  );
  const child = spawn(
    alertmanager,
    [
      `--config.file=${file('alertmanager.yml')}`,
      `--storage.path=${file('alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const end = performance.now() + 20_000;
  for (;;) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/-/ready`)).ok) return child;
    } catch {
      if (performance.now() > end) throw new Error('Alertmanager does not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
