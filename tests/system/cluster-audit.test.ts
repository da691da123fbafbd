import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// `plimsoll audit --cluster` reads a real node: manifests are applied, judged live, changed by hand, and compared with the repository.

const manifests = path.join(path.dirname(fileURLToPath(import.meta.url)), 'manifests/cluster-shop.yaml');
const namespace = `cluster-audit-${process.pid}`;
const account = `system:serviceaccount:${namespace}:auditor`;
const missing = !hasNodeParts();
const reason = 'parts of a Kubernetes node are missing: scripts/system-parts node';

interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly excerpt: string | null;
}

/** What is looked at of `inventory.cluster`. */
interface Cluster {
  readonly images: readonly { readonly image: string }[];
  readonly drift: {
    readonly differing: readonly { readonly differences: readonly unknown[] }[];
    readonly unknown: readonly string[];
  };
}

describe('plimsoll audit --cluster', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-live-'));
  const repository = path.join(directory, 'repository');
  let node: KubernetesNode;

  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    mkdirSync(repository);
    copyFileSync(manifests, path.join(repository, 'shop.yaml'));
    // The worker restarts three times in half a minute, and five times in two and a half.
    writeFileSync(path.join(repository, 'plimsoll.yaml'), 'rules:\n  alerting/restarts:\n    restarts: 2\n');
    node = startKubernetesNode();
    node.kubectl(['create', 'namespace', namespace]);
    await untilAccount();
    node.kubectl(['apply', '--namespace', namespace, '--filename', path.join(repository, 'shop.yaml')]);
    node.kubectl(['rollout', 'status', '--namespace', namespace, 'deployment/web', '--timeout', '120s']);
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    try {
      node?.kubectl(['delete', 'namespace', namespace, '--wait=false']);
      node?.kubectl(['delete', 'clusterrole,clusterrolebinding', namespace, '--ignore-not-found']);
    } finally {
      node?.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }, 120_000);

  /** Pods are refused until their namespace has its account. */
  async function untilAccount(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const found = node.kubectl(['get', 'serviceaccounts', '--namespace', namespace, '--output', 'name']);
      if (found.includes('default')) return;
      await pause(200);
    }
    throw new Error(`namespace ${namespace} has no account`);
  }

  const live = (...more: string[]) =>
    runPlimsoll([
      ...['audit', '--cluster', '--kubeconfig', node.kubeconfig, '--namespace', namespace, '--no-registry', '--json'],
      ...more,
    ]);

  function reportOf(...more: string[]): {
    readonly findings: readonly Finding[];
    readonly problems: readonly unknown[];
    readonly inventory: { readonly workloads: number; readonly cluster: Cluster };
  } {
    const { stdout, stderr } = live(...more);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  }

  it('finds live what it finds in the manifests, and blames nobody for what the server filled in', () => {
    const areas = ['--area', 'security', '--area', 'config', '--area', 'monitoring', '--area', 'maintenance'];
    const judged = reportOf(repository, ...areas);
    const { stdout } = runPlimsoll(['audit', repository, '--json', ...areas]);
    const messages = (findings: readonly Finding[]) =>
      findings
        .map(({ rule, message }) => `${rule}: ${message}`)
        .filter((each) => !each.includes('no-update-automation'));
    expect(messages(judged.findings).sort()).toEqual(messages(JSON.parse(stdout).findings).sort());
    expect(judged.problems).toEqual([]);
    expect(judged.inventory.workloads).toBe(3);
    expect(judged.inventory.cluster.drift).toEqual({ compared: 5, differing: [], missing: [], unknown: [] });
  }, 60_000);

  it('takes the generated CronJob of the review as it is, strictly', () => {
    const project = path.join(directory, 'project');
    mkdirSync(project);
    expect(runPlimsoll(['ci', 'init', 'kubernetes', project])).toMatchObject({ status: 0 });
    const written = readFileSync(path.join(project, 'deploy/plimsoll-review.yaml'), 'utf8');
    const apply = (text: string) =>
      node.kubectl(['apply', '--dry-run=server', '--validate=strict', '--filename', '-'], text);
    // Its own namespace is not there in a dry run.
    const named = written.replaceAll('namespace: plimsoll\n', `namespace: ${namespace}\n`);
    expect(apply(named)).toContain('cronjob.batch/plimsoll-review created (server dry run)');
    expect(() => apply(named.replace('concurrencyPolicy', 'concurencyPolicy'))).toThrow('concurencyPolicy');
  }, 60_000);

  it('reviews the cluster against the runs that it recorded, and records nothing else', () => {
    const subject = `${namespace}-review`;
    const deployment = (name: string, image: string, replicas: number) => {
      const labels = { app: name };
      const spec = { containers: [{ name, image }] };
      return stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: subject },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      });
    };
    const store = path.join(directory, 'review.db');
    const review = (...more: string[]) => {
      const place = ['--kubeconfig', node.kubeconfig, '--namespace', subject];
      return runPlimsoll(['review', '--cluster', ...place, '--store', store, ...more]);
    };
    node.kubectl(['create', 'namespace', subject]);
    try {
      node.kubectl(['apply', '--filename', '-'], deployment('web', 'registry.example/shop/web:1.2.3', 0));
      expect(review('--record').stdout).toContain('The history has one run');
      node.kubectl(['apply', '--filename', '-'], deployment('old', 'node:16', 1));
      // Whether it can be pulled or not: its pod names it.
      node.kubectl(['wait', '--namespace', subject, 'deployment/old', '--for=jsonpath={.status.replicas}=1']);
      const { status, stdout, stderr } = review('--record', '--json');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { sections } = JSON.parse(stdout);
      const items = (id: string): readonly { text: string; places: readonly string[]; command: string }[] =>
        sections.find((each: { id: string }) => each.id === id).items;
      expect(items('worse').flatMap(({ places }) => places)).toContainEqual(
        expect.stringContaining(`cluster:${subject}/deployment/old`),
      );
      expect(items('ended')).toContainEqual(
        expect.objectContaining({
          text: expect.stringContaining('Node.js 16'),
          command: expect.stringMatching(/^plimsoll bases --cluster --kubeconfig \S+ --namespace \S+$/),
        }),
      );
      // To look is not to record.
      review();
      const { runs } = JSON.parse(runPlimsoll(['history', '--store', store, '--all-projects', '--json']).stdout);
      expect(runs.map(({ subject: of }: { subject: string }) => of)).toEqual(
        Array(2).fill(`--cluster --namespace ${subject}`),
      );
    } finally {
      node.kubectl(['delete', 'namespace', subject, '--wait=false']);
    }
  }, 60_000);

  it('shows which images run, and points at the line of the live object', () => {
    const { findings, inventory } = reportOf(repository);
    const image = inventory.cluster.images.find((each) => each.image === 'docker.io/library/pause:local');
    expect(image).toMatchObject({
      registry: 'docker.io',
      digests: [expect.stringMatching(/^sha256:[0-9a-f]{64}$/)],
      bytes: expect.any(Number),
      nodes: 1,
      pullPolicies: ['IfNotPresent'],
      created: null,
      runBy: [{ path: `cluster:${namespace}/deployment/web`, container: 'web', pods: 2, restarts: 0 }],
    });
    const hardening = findings.find(
      ({ rule, message }) => rule === 'security/container-hardening' && message.includes('web'),
    );
    expect(hardening).toMatchObject({
      path: `cluster:${namespace}/deployment/web`,
      excerpt: expect.stringContaining('- name: web'),
    });
  }, 60_000);

  it('tells of restarts and how they ended', async () => {
    let restarts: Finding | undefined;
    for (let tries = 0; tries < 40 && !restarts; tries++) {
      restarts = reportOf(repository, '--rule', 'alerting/restarts').findings[0];
      if (!restarts) await pause(2000);
    }
    expect(restarts?.path).toBe(`cluster:${namespace}/deployment/worker`);
    expect(restarts?.message).toMatch(
      /^Container worker restarted [2-9] times in pod worker-\S+; last: Error, exit code 3\.$/,
    );
  }, 120_000);

  it('needs the role that it prints, which lets it do nothing else', async () => {
    node.kubectl(['create', 'serviceaccount', 'auditor', '--namespace', namespace]);
    const token = node.kubectl(['create', 'token', 'auditor', '--namespace', namespace]).trim();
    const kubeconfig = withUser('auditor', { token });
    const asAuditor = (...more: string[]) =>
      runPlimsoll([
        'audit',
        '--cluster',
        '--kubeconfig',
        kubeconfig,
        '--no-registry',
        '--json',
        '--fail-on',
        'never',
        ...more,
      ]);
    const refused = asAuditor();
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('{apiGroups: [""], resources: ["namespaces"], verbs: [list]}');

    const role = runPlimsoll(['audit', '--cluster-role']).stdout.replace('name: plimsoll-audit', `name: ${namespace}`);
    node.kubectl(['apply', '--filename', '-'], role);
    node.kubectl([
      'create',
      'clusterrolebinding',
      namespace,
      '--clusterrole',
      namespace,
      '--serviceaccount',
      `${namespace}:auditor`,
    ]);
    // The API server learns of it in a moment.
    await pause(1000);
    const allowed = asAuditor();
    expect(allowed.stderr).toBe('');
    expect(JSON.parse(allowed.stdout).problems).toEqual([]);
    expect(allowed.status).toBe(0);

    for (const [verb, resource] of [
      ['list', 'secrets'],
      ['list', 'configmaps'],
      ['get', 'secrets'],
      ['watch', 'pods'],
      ['get', 'pods/log'],
      ['create', 'pods'],
      ['patch', 'deployments'],
      ['delete', 'pods'],
      ['get', 'nodes/proxy'],
    ])
      expect(may(verb ?? '', resource ?? ''), `${verb} ${resource}`).toBe('no');
    expect(may('list', 'deployments')).toBe('yes');
    expect(may('get', 'configmaps')).toBe('yes');

    node.kubectl(['delete', 'serviceaccount', 'auditor', '--namespace', namespace]);
    // What was accepted once is for some seconds more.
    let expired = asAuditor();
    for (let tries = 0; tries < 20 && expired.status === 0; tries++) {
      await pause(1000);
      expired = asAuditor();
    }
    expect(expired.status).toBe(3);
    expect(expired.stderr).toContain('does not accept the credentials (401)');
    expect(expired.stderr).not.toContain(token);
  }, 120_000);

  function may(verb: string, resource: string): string {
    const question = ['auth', 'can-i', verb, resource, '--as', account, '--namespace', namespace];
    try {
      return node.kubectl(question).trim();
    } catch (error) {
      // Exits with 1 for no.
      if (error instanceof Error && /exit 1\n/.test(error.message)) return 'no';
      throw error;
    }
  }

  function withUser(name: string, user: object, cluster: object = {}): string {
    const server = /server: '?([^',}]+)/.exec(readFileSync(node.kubeconfig, 'utf8'))?.[1];
    const file = path.join(directory, `kubeconfig-${name}`);
    const settings = { server, 'insecure-skip-tls-verify': true, ...cluster };
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name, cluster: settings }],
        users: [{ name, user }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        'current-context': name,
      }),
    );
    return file;
  }

  it.each([
    ['is not there', { server: 'https://127.0.0.1:1' }, /cannot be reached.*ECONNREFUSED/],
    [
      'has a certificate that nobody vouches for',
      { 'insecure-skip-tls-verify': false },
      /cannot be trusted.*certificate/,
    ],
  ])('ends with 3 and what to do where the API server %s', (name, cluster, message) => {
    const kubeconfig = withUser(name.replaceAll(' ', '-'), { token: 'some-token' }, cluster);
    const { status, stdout, stderr } = runPlimsoll(['audit', '--cluster', '--kubeconfig', kubeconfig]);
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.split('\n').length).toBeLessThan(5);
    expect(stderr).not.toContain('some-token');
  });

  it('ends with 3 where there is no such namespace', () => {
    const { status, stderr } = runPlimsoll([
      'audit',
      '--cluster',
      '--kubeconfig',
      node.kubeconfig,
      '--namespace',
      'no-such',
    ]);
    expect(status).toBe(3);
    expect(stderr).toContain('no namespace «no-such»');
  });

  it('tells what was changed by hand', () => {
    const kubectl = (...args: string[]) => node.kubectl(['--namespace', namespace, ...args]);
    kubectl('scale', 'deployment/web', '--replicas', '3');
    kubectl('set', 'env', 'deployment/web', 'DEBUG=hunter2', 'LOG_LEVEL=hunter3');
    kubectl('set', 'image', 'deployment/web', 'web=docker.io/library/pause:other');
    kubectl('set', 'resources', 'deployment/web', '--limits', 'memory=128Mi');
    kubectl('delete', 'service', 'web', '--wait=false');
    kubectl('patch', 'configmap', 'web', '--patch', '{"data":{"LOG_FORMAT":"hunter2","EXTRA":"hunter3"}}');
    kubectl('run', 'loose', '--image', 'pause:local');
    const { findings, inventory } = reportOf(repository, '--rule', 'maintenance/*');
    const drift = findings
      .filter(({ rule }) => rule.endsWith('-drift'))
      .map(({ path: where, line, message }) => `${where}:${line} ${message}`);
    expect(drift.sort()).toEqual([
      `cluster:${namespace}/pod/loose:4 No manifest of the repository declares pod/loose, which runs beside those that it declares.`,
      `shop.yaml:18 deployment/web runs docker.io/library/pause:other, another version than the manifest’s local.`,
      `shop.yaml:39 configmap/web in ${namespace} differs from its manifest in data.LOG_FORMAT, data.EXTRA (only live).`,
      `shop.yaml:44 service/web is not in the cluster, where others of its neighbours are.`,
      `shop.yaml:7 deployment/web in ${namespace} differs from its manifest in replicas (2, live 3), env[LOG_LEVEL].value of web, resources.limits.memory of web (65536Ki, live 128Mi), env[DEBUG] of web (only live).`,
    ]);
    expect(inventory.cluster.drift.differing[0]?.differences).toHaveLength(5);
    expect(inventory.cluster.drift.unknown).toEqual([`cluster:${namespace}/pod/loose`]);
    expect(JSON.stringify([findings, inventory])).not.toContain('hunter');
  }, 60_000);
});
