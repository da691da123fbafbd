import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/cost.ts';
import { command as fixCommand } from '../../src/cli/commands/fix.ts';
import type { StartUpEstimate } from '../../src/core/cost-report.ts';
import { runCommand } from '../cli/run-command.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { type CountingRegistry, startCountingRegistry } from './counting-registry.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { type PodClock, startPodClock } from './node-pods.ts';

// The start-up estimate against a real kubelet that pulls from a real registry of a stated bandwidth: an application before and after the fixes that
// Plimsoll offers for it. npm run test:node runs it: a node of its own, and a clock that wants a quiet machine.

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-start-up-'));
const mine = `plimsoll-start-up-${process.pid}`;
/** Slow enough that it decides, as it does on real networks; quick enough for a test. Bytes a second. */
const bandwidth = 5_000_000;
const megabyte = 1_000_000;

interface Row {
  readonly what: string;
  readonly estimate: StartUpEstimate;
  readonly pull: number;
  readonly ready: number;
}

describe('how long a pod takes to start', () => {
  let engine: ContainerEngine;
  let registry: CountingRegistry;
  let node: KubernetesNode;
  let clock: PodClock;
  let socket = '';
  const rows: Row[] = [];
  const name = (image: string) => `${registry.host}/shop/${image}`;

  beforeAll(async () => {
    if (!hasNodeParts()) throw new Error('parts are missing: scripts/system-parts node engine');
    engine = startContainerEngine(['busybox']);
    socket = spawnSync(path.resolve('scripts/engine'), ['up'], { encoding: 'utf8' }).stdout.trim();
    registry = await startCountingRegistry();
    node = startKubernetesNode();
    clock = await startPodClock(node, mine);
    const before = path.join(scratch, 'before');
    application(before);
    const after = path.join(scratch, 'after');
    cpSync(before, after, { recursive: true });
    const fixed = await runCommand(fixCommand, after, ['--write', '--review']);
    expect(fixed.stdout).toContain('wrote Dockerfile');
    await buildAndPush(before, 'before');
    await buildAndPush(after, 'after');
    writeFileSync(path.join(after, 'app', 'changed'), randomBytes(megabyte));
    await buildAndPush(after, 'next');
    calibration(path.join(scratch, 'small'));
    await buildAndPush(path.join(scratch, 'small'), 'small');
  }, 1_800_000);
  afterAll(() => {
    const names = ['before', 'after', 'next', 'small'].flatMap((each) => [`${mine}:${each}`, name(each)]);
    for (const each of names) clock?.forget(each);
    if (socket !== '') spawnSync(docker, ['-H', `unix://${socket}`, 'rmi', ...names]);
    clock?.stop();
    node?.stop();
    registry?.stop();
    rmSync(scratch, { recursive: true, force: true });
    if (process.env.PLIMSOLL_START_UP_TABLE) writeFileSync(process.env.PLIMSOLL_START_UP_TABLE, table(rows));
  }, 120_000);

  async function buildAndPush(context: string, tag: string): Promise<void> {
    await engine.build(context, `${mine}:${tag}`, { cache: true });
    await engine.push(`${mine}:${tag}`, name(tag));
  }

  async function estimated(image: string, ...args: string[]): Promise<StartUpEstimate> {
    const flags = ['--plain-http', '--no-config', '--json', '--replicas', '1', '--bandwidth', `${bandwidth / 1e6}MB/s`];
    const { code, stdout } = await runCommand(command, scratch, [`docker://${name(image)}`, ...args, ...flags]);
    expect(code).toBe(0);
    const { images } = JSON.parse(stdout);
    return images[0].startUp.deploy;
  }

  it('is estimated from what the registry, the layers and the node are', async () => {
    registry.limit(Number.POSITIVE_INFINITY);
    // What a pod takes whose image is there is the node's own, and no part of the image's cost.
    await clock.start('first', name('small'));
    const bare = median([await clock.start('bare-1', name('small')), await clock.start('bare-2', name('small'))]);
    registry.limit(bandwidth);
    const starts = [
      ['before', 'before', []],
      ['after', 'after', []],
      ['next', 'next version of after', ['--previous', `docker://${name('after')}`]],
    ] as const;
    for (const [tag, what, flags] of starts) {
      const estimate = await estimated(tag, ...flags);
      const { pullSeconds = 0, readySeconds } = await clock.start(tag, name(tag));
      const withoutPull = estimate.downloadSeconds + estimate.unpackSeconds;
      rows.push({
        what,
        estimate: { ...estimate, readySeconds: bare + withoutPull },
        pull: pullSeconds,
        ready: readySeconds,
      });
    }
    const [before, after, next] = rows;
    if (!before || !after || !next) throw new Error('no rows');
    console.log(table(rows));
    for (const { what, estimate, ready } of [before, after])
      expect(Math.abs(estimate.readySeconds - ready) / ready, what).toBeLessThan(0.35);
    expect(after.ready).toBeLessThan(before.ready);
    expect(next.ready).toBeLessThan(after.ready);
  }, 600_000);
});

function median(starts: readonly { readonly readySeconds: number }[]): number {
  const sorted = starts.map(({ readySeconds }) => readySeconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Dependencies of many small files and one large one, and an owner that is changed afterwards. */
function application(directory: string): void {
  for (let folder = 0; folder < 100; folder++) {
    const place = path.join(directory, 'srv', 'modules', String(folder));
    mkdirSync(place, { recursive: true });
    for (let file = 0; file < 40; file++)
      writeFileSync(path.join(place, `${file}.js`), `exports.${'value'.repeat(20)} = ${Math.random()};\n`.repeat(40));
  }
  mkdirSync(path.join(directory, 'app'));
  writeFileSync(path.join(directory, 'app', 'main'), randomBytes(megabyte));
  writeFileSync(path.join(directory, 'srv', 'data'), randomBytes(40 * megabyte));
  writeFileSync(
    path.join(directory, 'Dockerfile'),
    'FROM busybox:1.35\nCOPY srv /srv\nRUN chown -R 1000:1000 /srv\nCOPY app /app\nUSER 1000\nCMD ["sleep", "1000"]\n',
  );
  writeFileSync(path.join(directory, '.dockerignore'), '.git\n');
}

function calibration(directory: string): void {
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'Dockerfile'), 'FROM busybox:1.35\nUSER 1000\nCMD ["sleep", "1000"]\n');
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, estimate, pull, ready }) => {
    const estimatedPull = estimate.downloadSeconds + estimate.unpackSeconds;
    const cells = [estimatedPull, pull, estimate.readySeconds, ready].map((each) => each.toFixed(2));
    return `| ${what} | ${(estimate.pulledBytes / 1e6).toFixed(1)} MB | ${cells.join(' | ')} |`;
  });
  return `${lines.join('\n')}\n`;
}
