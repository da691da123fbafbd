import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { containerdEngine } from '../../src/maintain/prune-engine/engines/containerd.ts';
import { defaultPolicy } from '../../src/maintain/prune-engine/policy.ts';
import { carryOutPlan, planEngine } from '../../src/maintain/prune-engine/prune-engine.ts';
import { runCommand } from '../cli/run-command.ts';
import { diskBytes } from './engine-of-its-own.ts';
import { nodeProgram } from './kubernetes-node.ts';
import { archiveWriter } from './layered-archive.ts';

const missing = existsSync(nodeProgram('containerd')) ? undefined : 'no containerd (scripts/system-parts node)';
const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-containerd-'));
const socket = path.join(directory, 's');
const root = path.join(directory, 'data');
const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`small-${at}`, 100]));
const layers = { base: { lib: 2_000_000 }, one: { one: 3_000_000 }, two: { two: 4_000_000, ...many } };

describe('prune engine, with a containerd of its own', () => {
  let stop = () => {};
  const ctr = (namespace: string, ...args: string[]) =>
    execFileSync(nodeProgram('ctr'), ['-a', socket, '-n', namespace, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const names = (namespace: string) =>
    ctr(namespace, 'images', 'ls', '-q')
      .split('\n')
      .filter((name) => name !== '' && !name.startsWith('sha256:'));
  const prune = async (...args: string[]) => {
    const asked = ['engine', `containerd:${socket}`, '--json', '--keep-younger', '0m', '--keep-last', '0', ...args];
    const { code, stdout } = await runCommand(command, directory, asked);
    const { engines } = JSON.parse(stdout);
    return { code, ...engines[0] };
  };
  const deletedNames = (deleted: readonly { names: string[] }[]) => deleted.map((item) => item.names[0]);

  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing);
  });
  beforeAll(async () => {
    if (missing !== undefined) return;
    const config = path.join(directory, 'config.toml');
    mkdirSync(root);
    writeFileSync(
      config,
      `version = 3\nroot = "${root}"\nstate = "${directory}/state"\n[grpc]\n  address = "${socket}"\n[ttrpc]\n  address = "${socket}.ttrpc"\n`,
    );
    const child = spawn(nodeProgram('containerd'), ['--config', config, '--log-level', 'error'], { stdio: 'ignore' });
    stop = () => child.kill('SIGTERM');
    for (let tries = 0; spawnSync(nodeProgram('ctr'), ['-a', socket, 'version']).status !== 0; tries++) {
      if (tries > 100) throw new Error('containerd does not start');
      await sleep(100);
    }
    const write = archiveWriter(directory);
    const { base, one, two } = layers;
    for (const namespace of ['k8s.io', 'other']) {
      ctr(namespace, 'images', 'import', write('localhost/base:1', { base }));
      ctr(namespace, 'images', 'import', write('localhost/web:1', { base, one }));
      ctr(namespace, 'images', 'import', write('localhost/web:2', { base, two }, { keep: 'yes' }));
    }
    ctr('other', 'images', 'rm', '--sync', 'localhost/web:1', 'localhost/web:2');
    ctr('k8s.io', 'images', 'tag', 'localhost/web:1', 'localhost/also:1');
  });
  afterAll(async () => {
    stop();
    await sleep(500);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it('counts what only the image has, on the disk, and removes it through CRI with all of its names', async () => {
    const before = diskBytes(root);
    const done = await prune('--keep-label', 'keep=yes', '--write', '--yes-really', '1');
    const actual = before - diskBytes(root);
    console.log(
      `containerd: predicted ${done.predictedBytes}, freed on the disk ${actual}; its list adds up to ${done.listedBytes}`,
    );
    expect(done.code).toBe(0);
    expect(deletedNames(done.deleted)).toEqual(['localhost/also:1']);
    expect(
      done.kept.map(({ names: [name], reasons }: { names: string[]; reasons: { why: string }[] }) => [
        name,
        reasons[0]?.why,
      ]),
    ).toEqual([
      ['localhost/base:1', 'base'],
      ['localhost/web:2', 'labelled'],
    ]);
    expect(Math.abs(done.predictedBytes - actual)).toBeLessThan(0.02 * actual);
    expect(done.freedBytes).toBe(done.predictedBytes);
    expect(names('k8s.io')).toEqual(['localhost/base:1', 'localhost/web:2']);
  });

  it('keeps what a container is made of, and counts no blob that another name space has', async () => {
    const plan = await prune('--keep-image', 'localhost/base:1');
    expect(deletedNames(plan.deleted)).toEqual(['localhost/web:2']);
    ctr('k8s.io', 'containers', 'create', 'localhost/web:2', 'by-hand');
    expect((await prune()).deleted).toEqual([]);
    ctr('k8s.io', 'containers', 'rm', 'by-hand');
    const all = await prune();
    // The base's blob stays for the other name space; its snapshot here goes.
    expect(all.predictedBytes - plan.predictedBytes).toBeGreaterThan(1_900_000);
    expect(all.predictedBytes - plan.predictedBytes).toBeLessThan(2_200_000);
    expect(all.everything).toBe(true);
  });

  it('leaves alone what changed after the plan, and says what is not there', async () => {
    const { signal } = new AbortController();
    const engine = await containerdEngine(socket, 'k8s.io', signal);
    const policy = { ...defaultPolicy, keepLast: 0, youngerThan: 0, images: ['localhost/base:1'] };
    const options = { policy, untilFree: undefined, now: Date.now() + 1000, signal, progress() {} };
    const plan = await planEngine(engine, await engine.read(options), options);
    ctr('k8s.io', 'images', 'tag', 'localhost/web:2', 'localhost/late:1');
    const done = await carryOutPlan(plan, options, async () => undefined);
    engine.close?.();
    expect(done.deleted.map(({ outcome }) => outcome)).toEqual([
      { how: 'left', why: 'it got the name localhost/late:1' },
    ]);
    expect(done.freedBytes).toBe(0);
    const nowhere = runCommand(command, directory, ['engine', `containerd:${directory}/nothing`]);
    await expect(nowhere).rejects.toMatchObject({ exitCode: 3, where: `${directory}/nothing` });
  });

  it('works in a name space that is not Kubernetes’, without CRI', async () => {
    const done = await prune('--containerd-namespace', 'other', '--write', '--yes-really', '1');
    expect(deletedNames(done.deleted)).toEqual(['localhost/base:1']);
    expect(done.code).toBe(0);
    expect(names('other')).toEqual([]);
  });
});
