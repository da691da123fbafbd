import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { archiveWriter } from './layered-archive.ts';
import { imageOfProgram } from './program-image.ts';
import { runPlimsoll } from './run-plimsoll.ts';

const repository = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const missing = hasNodeParts() ? undefined : 'parts are missing: scripts/system-parts node';
const name = 'plimsoll-prune-engine';
const namespace = 'prune-daemon-set';
const image = 'localhost/prune-daemon-set/plimsoll:1';
const repositoryOfTest = 'localhost/prune-daemon-set/web';

describe('prune engine on nodes', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-daemon-set-'));
  let node: KubernetesNode;
  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing);
  });
  beforeAll(() => {
    if (missing === undefined) node = startKubernetesNode();
  });
  afterAll(() => {
    if (node) {
      for (const each of [name, namespace])
        node.kubectl(['delete', 'namespace', each, '--ignore-not-found', '--wait=false']);
      for (const kind of ['clusterrole', 'clusterrolebinding'])
        node.kubectl(['delete', kind, name, '--ignore-not-found']);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  });
  const manifest = (...args: string[]) => {
    const { status, stdout, stderr } = runPlimsoll(['prune', 'engine', '--daemon-set', image, ...args]);
    expect(status, stderr).toBe(0);
    return stdout;
  };

  it('writes a manifest that the API server takes', () => {
    // A dry run makes no namespace for what comes behind it.
    const text = manifest('--keep-last', '2', '--until-free', '20%').replaceAll(
      `namespace: ${name}`,
      'namespace: default',
    );
    const answer = node.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], text);
    expect(answer.trim().split('\n')).toHaveLength(5);
  });

  const inFullSet = process.env.PLIMSOLL_PODS === 'all' ? it : undefined;
  inFullSet?.(
    'runs with the rights of that manifest, and keeps what a ReplicaSet could go back to',
    async () => {
      const write = archiveWriter(directory);
      const base = { lib: 1_000_000 };
      for (const version of ['1', '2', '3'])
        node.load(write(`${repositoryOfTest}:${version}`, { base, [`own-${version}`]: { own: 2_000_000 } }));
      const plimsoll = path.join(directory, 'plimsoll');
      mkdirSync(path.join(plimsoll, 'root/plimsoll'), { recursive: true });
      for (const part of ['dist', 'package.json'])
        cpSync(path.join(repository, part), path.join(plimsoll, 'root/plimsoll', part), { recursive: true });
      node.load(imageOfProgram(plimsoll, process.execPath, image, '/bin/node'));
      node.kubectl(['create', 'namespace', namespace]);
      // No pod: version 2 and then 3 are only what a roll-back and a start would need.
      const deployment = ['--namespace', namespace, 'create', 'deployment', 'web', '--replicas=0'];
      node.kubectl([...deployment, `--image=${repositoryOfTest}:2`]);
      const replicaSets = () =>
        node.kubectl(['--namespace', namespace, 'get', 'replicasets', '-o', 'name']).trim().split('\n');
      await eventually(20, async () => expect(replicaSets()[0]).toContain('replicaset'));
      node.kubectl(['--namespace', namespace, 'set', 'image', 'deployment/web', `web=${repositoryOfTest}:3`]);
      await eventually(20, async () => expect(replicaSets()).toHaveLength(2));
      const text = manifest('--keep-last', '1', '--keep-younger', '0m', '--only', repositoryOfTest)
        // Nobody is given such a manifest; here, the cluster alone is to keep what it needs.
        .replace('--keep-last=1', '--keep-last=0')
        // The image here is Node.js alone, without the entry point of Plimsoll's own.
        .replace(/^( *)- prune$/m, '$1- /plimsoll/dist/cli/main.js\n$1- prune');
      node.kubectl(['apply', '-f', '-'], text);
      const server = new URL(
        node.kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}']),
      );
      const address = [`KUBERNETES_SERVICE_HOST=${server.hostname}`, `KUBERNETES_SERVICE_PORT=${server.port}`];
      node.kubectl(['--namespace', name, 'set', 'env', `daemonset/${name}`, ...address]);
      node.kubectl(['--namespace', name, 'rollout', 'status', `daemonset/${name}`, '--timeout=120s']);
      const log = () => node.kubectl(['--namespace', name, 'logs', `daemonset/${name}`]);
      await eventually(60, async () => expect(log()).toContain('went'));
      const lines = log()
        .split('\n')
        .filter((line) => line.includes(repositoryOfTest));
      expect(lines.map((line) => line.replace(/\s+/g, ' ')).sort()).toEqual([
        expect.stringContaining(`${repositoryOfTest}:2 context inClusterContext: ${namespace}/replicaset/web-`),
        expect.stringContaining(`${repositoryOfTest}:3 context inClusterContext: ${namespace}/`),
        expect.stringContaining(`${repositoryOfTest}:1 no rule keeps it`),
      ]);
    },
    300_000,
  );
});
