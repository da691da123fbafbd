import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from '../cli/run-command.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type PushedDescriptor, type Pusher, pusherTo } from './pushed-images.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { tarOf } from './small-registry.ts';

const namespace = `plimsoll-prune-${process.pid}`;
const old = '2020-01-01T00:00:00Z';

describe.skipIf(!hasRegistry || !hasNodeParts())('prune registry, with pods of a real node', () => {
  let node: KubernetesNode;
  let registry: RealRegistry;
  let host: string;
  let push: Pusher;
  let directory: string;
  const images = new Map<string, PushedDescriptor>();
  const kubectl = (...args: string[]) => node.kubectl(['--namespace', namespace, ...args]);
  const apply = (object: object) =>
    node.kubectl(['--namespace', namespace, 'apply', '-f', '-'], JSON.stringify(object));
  const base = tarOf((to) => cpSync('/bin/busybox', path.join(to, 'busybox')));
  const repository = `${namespace}/web`;

  async function pushed(name: string): Promise<void> {
    const own = tarOf((to) => writeFileSync(path.join(to, 'version'), name));
    images.set(
      name,
      await push.image(
        repository,
        { layers: [base, own], created: old, entrypoint: ['/busybox', 'sleep', '3600'] },
        name,
      ),
    );
  }
  const template = (app: string, image: string) => ({
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: `${host}/${repository}${image}`, imagePullPolicy: 'Always' }],
    },
  });
  const workload = (kind: string, name: string, image: string) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: template(name, image),
      ...(kind === 'StatefulSet' && { serviceName: name }),
    },
  });
  const byDigest = (name: string) => `@${images.get(name)?.digest}`;

  beforeAll(async () => {
    node = startKubernetesNode();
    registry = await startRealRegistry({ deletion: true });
    // Containerd asks any port of the loopback without TLS.
    host = `127.0.0.1:${registry.port}`;
    push = pusherTo(host);
    directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-'));
    node.kubectl(['create', 'namespace', namespace]);
    const names = [
      'deployment-1',
      'deployment-2',
      'stateful-1',
      'stateful-2',
      'daemon-1',
      'daemon-2',
      'cron',
      'helm',
      'moving',
      'nobody',
      'nobody-else',
    ];
    for (const name of names) await pushed(name);
  });
  afterAll(() => {
    node.kubectl(['delete', 'namespace', namespace, '--wait=false']);
    node.kubectl(['delete', 'clusterrole,clusterrolebinding', 'plimsoll-prune-registry', '--ignore-not-found']);
    registry.stop();
    rmSync(directory, { recursive: true });
    node.stop();
  });

  it('keeps what runs and what could be rolled back to, and everything can be pulled again', async () => {
    const kinds = { deployment: 'Deployment', stateful: 'StatefulSet', daemon: 'DaemonSet' };
    const wait = (name: string, kind: string) =>
      kubectl('rollout', 'status', `${kind.toLowerCase()}/${name}`, '--timeout=90s');
    // By tag or by digest: both name what they run.
    const imageOf = (name: string, version: number) =>
      name === 'stateful' ? byDigest(`${name}-${version}`) : `:${name}-${version}`;
    for (const version of [1, 2])
      for (const [name, kind] of Object.entries(kinds)) {
        apply(workload(kind, name, imageOf(name, version)));
        wait(name, kind);
      }
    apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'cron' },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: 'Never', containers: template('cron', ':cron').spec.containers } },
          },
        },
      },
    });
    const release = {
      name: 'r',
      version: 1,
      manifest: `kind: Pod\nspec:\n  containers:\n  - image: "${host}/${repository}:helm"\n`,
      hooks: [],
    };
    const packed = gzipSync(JSON.stringify(release)).toString('base64');
    apply({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: { name: 'sh.helm.release.v1.r.v1' },
      stringData: { release: packed },
    });
    apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'moving' }, spec: template('moving', ':moving').spec });
    kubectl('wait', '--for=condition=Ready', 'pod/moving', '--timeout=90s');
    // What the pod runs has no tag any more; only its status tells of it.
    const running = images.get('moving');
    await pushed('other');
    await push.image(repository, { layers: [base, 'moved'], created: old }, 'moving');

    const args = [
      'registry',
      `${host}/${repository}`,
      '--no-config',
      '--keep-last',
      '0',
      '--cluster',
      '--kubeconfig',
      node.kubeconfig,
      '--state',
      'state',
    ];
    const { code, stdout } = await runCommand(command, directory, [...args, '--write', '--rate', '1000']);
    expect(code, stdout).toBe(0);
    for (const name of ['nobody', 'nobody-else', 'other']) expect(await push.head(repository, name), stdout).toBe(404);
    const needed = ['deployment-1', 'deployment-2', 'stateful-1', 'stateful-2', 'daemon-1', 'daemon-2', 'cron', 'helm'];
    for (const name of needed) expect(await push.head(repository, name), stdout).toBe(images.get(name)?.digest);
    expect(await push.head(repository, running?.digest ?? '')).toBe(running?.digest);
    expect(stdout).toMatch(/kept {3}helm: .*secret\/sh\.helm\.release\.v1\.r\.v1 names the tag helm/);

    for (const [name, kind] of Object.entries(kinds)) {
      kubectl('rollout', 'undo', `${kind.toLowerCase()}/${name}`);
      wait(name, kind);
      const found = kubectl(
        'get',
        'pods',
        '-l',
        `app=${name}`,
        '-o',
        'jsonpath={.items[*].status.containerStatuses[0].imageID}',
      );
      expect(found).toContain(images.get(`${name}-1`)?.digest);
    }
    kubectl('create', 'job', 'now', '--from=cronjob/cron');
    await eventually(60, async () =>
      expect(kubectl('get', 'pods', '-l', 'job-name=now', '-o', 'jsonpath={.items[0].status.phase}')).toBe('Running'),
    );
  }, 600_000);

  it('reads with the rights of its CronJob, which the API server takes', async () => {
    const args = ['registry', `${host}/${repository}`, '--no-config', '--cluster'];
    const manifests = (
      await runCommand(command, directory, [...args, '--write', '--schedule', 'cronjob', '--namespace', namespace])
    ).stdout;
    node.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], manifests);
    const [serviceAccount = '', role = '', binding = ''] = manifests.split('---\n');
    node.kubectl(['apply', '-f', '-'], [serviceAccount, role, binding].join('---\n'));
    const token = kubectl('create', 'token', 'plimsoll-prune-registry');
    const server = node.kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}']);
    const kubeconfig = path.join(directory, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'account',
        contexts: [{ name: 'account', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token } }],
      }),
    );
    const { code, stdout } = await runCommand(command, directory, [...args, '--kubeconfig', kubeconfig]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cluster {4}context account/m);
    const account = `system:serviceaccount:${namespace}:plimsoll-prune-registry`;
    const may = (verb: string, resource: string) => {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: account, resourceAttributes: { verb, ...groupAndName(resource), namespace: 'kube-system' } },
      };
      return JSON.parse(node.kubectl(['create', '-o', 'json', '-f', '-'], JSON.stringify(review))).status.allowed;
    };
    expect(may('list', 'replicasets.apps')).toBe(true);
    for (const verb of ['get', 'watch', 'create', 'patch', 'delete'])
      for (const resource of ['pods', 'secrets', 'configmaps', 'deployments.apps', 'leases.coordination.k8s.io'])
        expect(may(verb, resource), `${verb} ${resource}`).toBe(false);
    // One right less, and nothing would be known.
    node.kubectl(['apply', '-f', '-'], role.replace(/^ {2}- replicasets\n/m, ''));
    await expect(runCommand(command, directory, [...args, '--kubeconfig', kubeconfig])).rejects.toThrow(
      /replicasets.*nothing was deleted/s,
    );
    // kubectl is asked some thirty times.
  }, 180_000);
});

/** `deployments.apps`, `pods`. */
function groupAndName(resource: string): { readonly group: string; readonly resource: string } {
  const [name = '', ...group] = resource.split('.');
  return { group: group.join('.'), resource: name };
}
