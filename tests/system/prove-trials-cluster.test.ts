import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterClient, openCluster } from '../../src/kubernetes/cluster-client.ts';
import type { BuiltImage } from '../../src/prove/build.ts';
import { ownerName } from '../../src/prove/owner.ts';
import type { Runner, TrialPlan } from '../../src/prove/trial.ts';
import { openClusterRunner } from '../../src/prove/trials/cluster-runner.ts';
import { compareTrials } from '../../src/prove/trials/compare-trials.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { engineSocket } from './engine-socket.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { hasRegistry, startRealRegistry } from './real-registry.ts';

const execute = promisify(execFile);

const missing = !hasNodeParts();
const reason = 'parts of a Kubernetes node are missing: scripts/system-parts node';
const signal = new AbortController().signal;

const plan: TrialPlan = {
  kind: 'service',
  ports: [8080],
  requests: [
    {
      from: 'configuration',
      method: 'GET',
      scheme: 'http',
      port: 8080,
      path: '/a',
      headers: new Map(),
      body: undefined,
    },
    {
      from: 'configuration',
      method: 'GET',
      scheme: 'http',
      port: 8080,
      path: '/none',
      headers: new Map(),
      body: undefined,
    },
  ],
  commands: [{ from: 'readinessProbe', command: ['test', '-f', '/work/started'] }],
  runs: [],
  environment: new Map([['GREETING', 'good $(DAY)']]),
  command: ['sh', '-c', 'trap "exit 0" TERM; echo $GREETING > /work/started; httpd -f -p 8080 -h /www & wait'],
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map([['/www/a', 'of a ConfigMap\n']]),
  security: {
    user: '1000:1000',
    nonRoot: true,
    readOnlyRoot: true,
    dropCapabilities: ['ALL'],
    addCapabilities: [],
    noNewPrivileges: true,
    writable: ['/work'],
  },
  startSeconds: 20,
  graceSeconds: 5,
  notes: [],
};

describe('trials as pods of a real node', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-prove-trials-'));
  const tag = `plimsoll-prove-trials/cluster:${process.pid}`;
  let engine: ContainerEngine;
  let node: KubernetesNode;
  let cluster: ClusterClient;
  let runner: Runner;
  let image: BuiltImage;
  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    engine = startContainerEngine(['busybox']);
    node = startKubernetesNode();
    writeFileSync(
      path.join(directory, 'Dockerfile'),
      'FROM busybox:1\nRUN mkdir -p /www /work\nCMD ["sh", "-c", "echo done; exit 3"]\n',
    );
    const { id, seconds } = await engine.build(directory, tag, { cache: true });
    await engine.save(tag, path.join(directory, 'image.tar'));
    node.load(path.join(directory, 'image.tar'));
    image = { tag, id, seconds, source: `docker-daemon:${tag}`, steps: [], contextBytes: undefined, logFile: '' };
    cluster = await openCluster({ kubeconfig: node.kubeconfig, environment: process.env, cwd: directory });
    runner = await openClusterRunner({ cluster, deliver: async () => `docker.io/${tag}` });
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(async () => {
    await runner?.close();
    await engine?.removeMade();
    cluster?.close();
    if (!missing) {
      node?.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('see start, answers, probes, user and stop, with the rights of the manifest', async () => {
    const trial = await runner.try(image, plan, signal);
    expect(trial.observations.map(({ name, good, lines }) => [name, good, lines.at(0)])).toEqual([
      ['starts', true, 'runs and listens'],
      ['readinessProbe test -f /work/started', true, 'exit code 0'],
      ['GET :8080/a', true, 'status 200'],
      ['GET :8080/none', true, 'status 404'],
      ['user', true, 'uid 1000'],
      ['stops', true, 'stops at the signal'],
    ]);
    expect(trial.observations[2]?.lines).toContain('of a ConfigMap');
    const other = await runner.try(image, { ...plan, files: new Map([['/www/a', 'another\n']]) }, signal);
    expect(compareTrials(trial, trial, other).differences.map(({ name }) => name)).toEqual(['GET :8080/a']);
  }, 300_000);

  it('see what a kubelet refuses, and programs that end', async () => {
    const refused = await runner.try(
      image,
      { ...plan, security: plan.security && { ...plan.security, user: undefined } },
      signal,
    );
    expect(refused.observations[0]?.lines[0]).toMatch(/^refused: .*runAsNonRoot/);
    const program = { ...plan, kind: 'program' as const, ports: [], command: undefined, files: new Map() };
    const run = { arguments: [], entrypoint: undefined, input: undefined };
    const ended = await runner.try(image, { ...program, runs: [run, { ...run, arguments: ['echo', 'x'] }] }, signal);
    expect(ended.observations.map(({ name, lines }) => [name, ...lines])).toEqual([
      ['runs', 'exit code 3'],
      ['runs: output', 'done'],
      ['runs: errors'],
      ['runs echo x', 'exit code 0'],
      ['runs echo x: output', 'x'],
      ['runs echo x: errors'],
    ]);
  }, 300_000);

  it.skipIf(!hasRegistry)(
    'are made of images that a registry gives to the nodes, for the whole of a proof',
    async () => {
      const registry = await startRealRegistry();
      try {
        const project = path.join(directory, 'shop');
        mkdirSync(project);
        writeFileSync(
          path.join(project, 'Dockerfile'),
          'FROM busybox:1\nCOPY . /www\nRUN echo ok >/www/health\nEXPOSE 8080\nCMD exec httpd -f -p 8080 -h /www\n',
        );
        writeFileSync(path.join(project, 'index.html'), '<p>hello</p>\n');
        writeFileSync(
          path.join(project, 'plimsoll.yaml'),
          'prove:\n  ports: [8080]\n  requests: [/health, /index.html]\n',
        );
        const repository = `127.0.0.1:${registry.port}/proof/shop`;
        const { stdout } = await execute(
          process.execPath,
          [
            ...[
              path.resolve('dist/cli/main.js'),
              'prove',
              project,
              '--review',
              '--json',
              '--quiet',
              '--network',
              'host',
            ],
            ...['--builder', 'docker', '--cluster', '--kubeconfig', node.kubeconfig, '--push', repository],
          ],
          { env: { ...process.env, DOCKER_HOST: `unix://${engineSocket()}` } },
        ).catch((error: { stdout: string }) => error);
        const [proof] = JSON.parse(stdout).proofs;
        expect(proof.evidence.runner).toMatch(/^pods/);
        expect(proof.evidence.behaviour.verdict).toBe('same');
        expect(proof.evidence.behaviour.compared).toBeGreaterThanOrEqual(3);
        const tags = await fetch(`http://127.0.0.1:${registry.port}/v2/proof/shop/tags/list`);
        expect(await tags.json()).toMatchObject({ tags: expect.arrayContaining([expect.any(String)]) });
      } finally {
        registry.stop();
      }
    },
    300_000,
  );

  it('leave no namespace', async () => {
    await runner.close();
    const name = `plimsoll-trial-${ownerName()}`;
    const phase = node.kubectl(['get', 'namespace', name, '--ignore-not-found', '-o', 'jsonpath={.status.phase}']);
    expect(['', 'Terminating']).toContain(phase);
  }, 60_000);
});
