import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { diskBytes } from '../../src/maintain/disk-bytes.ts';
import { runCommand } from '../cli/run-command.ts';
import { eventually } from './eventually.ts';
import { type Fault, listen, startFaultyRegistry } from './faulty-registry.ts';
import { indexOf, mustPull, ociIndex, type Pusher, pusherTo } from './pushed-images.ts';
import {
  builtAt,
  contentOf,
  needed,
  type PushedWorld,
  policyFlags,
  pushWorld,
  tagOf,
  worldsWith,
} from './random-registries.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';

describe.skipIf(!hasRegistry)('prune registry, over random registries in docker-registry', () => {
  let registry: RealRegistry;
  let host: string;
  let push: Pusher;
  let directory: string;
  let restarter: Server;
  let restart: string;
  /** Repository and digest of everything that ever had to be kept. */
  const kept: { readonly repository: string; readonly digest: string }[] = [];
  beforeAll(async () => {
    registry = await startRealRegistry({ deletion: true });
    host = `127.0.0.1:${registry.port}`;
    push = pusherTo(host);
    directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-'));
    restarter = createServer((_, response) => {
      void registry.restart().then(() => response.end());
    });
    const port = await listen(restarter);
    restart = `${process.execPath} -e 'fetch("http://127.0.0.1:${port}/").then((answer) => process.exit(answer.ok ? 0 : 1))'`;
  });
  afterAll(() => {
    restarter.closeAllConnections();
    restarter.close();
    registry.stop();
    rmSync(directory, { recursive: true });
  });
  const prune = (...args: string[]) =>
    runCommand(command, directory, ['registry', '--no-config', '--state', 'state', ...args], {
      environment: process.env,
    });

  /** A list of referrers as a registry with that API would give it; docker-registry has none. */
  function referrersIn({ nodes, pushed }: PushedWorld, names: readonly string[], url: string): Fault | undefined {
    const [, name, digest] = /^\/v2\/(.*)\/referrers\/(.*)$/.exec(url) ?? [];
    if (name === undefined) return undefined;
    const listed = pushed.filter((each, at) => {
      const { about, repository } = nodes[at] ?? {};
      const isThere = existsSync(linkOf(registry, name, each.digest));
      return about?.by === 'field' && names[repository ?? 0] === name && pushed[about.at]?.digest === digest && isThere;
    });
    const body = JSON.stringify(indexOf(listed));
    return { kind: 'answer', status: 200, headers: { 'content-type': ociIndex }, body };
  }

  it.each([false, true])(
    'never deletes what is needed, and everything with a tag that is not (with an API of referrers: %s)',
    async (withReferrers) => {
      let round = 0;
      const proxy = await startFaultyRegistry({ before: registry });
      const asked = withReferrers ? proxy.host : host;
      await fc.assert(
        fc.asyncProperty(worldsWith({ workloads: false }), async (seeds) => {
          const names = ['a', 'b'].map((name) => `round-${withReferrers}-${round}/${name}`);
          round += 1;
          // Two of one time would be one image.
          const world = await pushWorld(host, seeds, names, (node, at) => ({
            layers: node.layers.map(contentOf),
            architecture: `a${at}`,
            created: builtAt(node),
          }));
          const { nodes, pushed } = world;
          proxy.spoil(({ url }) => referrersIn(world, names, url));
          const deploy = path.join(directory, `deploy-${withReferrers}-${round}`);
          mkdirSync(deploy);
          const lines = nodes.flatMap((node, at) => {
            const image = `proxy.example/mirror/${names[node.repository]}`;
            if (node.named === 'digest') return [`image: ${image}@${pushed[at]?.digest}`];
            const tag = tagOf(node, at);
            return node.named === 'tag' && tag !== undefined ? [`image: ${image}:${tag}`] : [];
          });
          writeFileSync(path.join(deploy, 'deploy.yaml'), lines.join('\n'));
          const git = (...args: string[]) =>
            execFileSync('git', ['-C', deploy, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
              stdio: 'ignore',
            });
          git('init', '-q');
          git('add', '-A');
          git('commit', '-q', '--allow-empty', '-m', 'x');
          const needs = needed(nodes);
          // The registry knows of no repository in which nothing ever had a tag.
          const listed = names.filter((_, repository) =>
            nodes.some(
              (node) =>
                node.repository === repository && (node.tag !== 'none' || (node.about?.by ?? 'field') !== 'field'),
            ),
          );
          if (listed.length === 0) return;
          const policy = [...listed.map((name) => `${asked}/${name}`), ...policyFlags, '--git', deploy];
          const plan = JSON.parse((await prune(...policy, '--json')).stdout);
          const deleted = plan.repositories
            .flatMap((each: { items: { decision: string }[] }) => each.items)
            .filter((item: { decision: string }) => item.decision === 'delete').length;
          const deletion = ['--write', '--no-cluster', '--rate', '1000', '--plan', plan.plan];
          const { code, stdout } = await prune(...policy, ...deletion, '--yes-really', String(deleted));
          expect(code, stdout).toBe(0);
          for (const [at, { digest }] of pushed.entries()) {
            const node = nodes[at];
            const repository = names[node?.repository ?? 0] ?? '';
            const found = await push.head(repository, digest);
            const subject = node?.about?.by === 'field' ? nodes[node.about.at] : undefined;
            const isSeen = node?.tag !== 'none' || (withReferrers && subject !== undefined && subject.tag !== 'none');
            if (needs.has(at)) {
              expect(found, `${at} of ${JSON.stringify(nodes)}`).toBe(digest);
              kept.push({ repository, digest });
            } else if (isSeen) expect(found, `${at} of ${JSON.stringify(nodes)}`).toBe(404);
          }
        }),
        { numRuns: Number(process.env.PLIMSOLL_PRUNE_RUNS ?? 3) },
      );
      proxy.stop();
    },
    600_000,
  );

  it('collects the garbage: all that is kept can be pulled, du shows what was reclaimed, and what is pushed afterwards is whole', async () => {
    const gone = await push.image(
      'garbage',
      { layers: ['x'.repeat(2_000_000), 'base'], created: '2020-01-01T00:00:00Z' },
      'gone',
    );
    await push.image('garbage', { layers: ['base', 'y'], created: '2020-01-01T00:00:00Z' }, 'latest');
    // When it was pushed the storage tells: what was built long ago may have come today.
    const young = await prune(
      `${host}/garbage`,
      '--storage',
      registry.data,
      '--keep-last',
      '0',
      '--keep-younger',
      '1d',
    );
    expect(young.stdout).toMatch(/kept {3}gone: pushed on \S+, 0 minutes ago: younger than 1 day/);
    utimesSync(linkOf(registry, 'garbage', gone.digest), 1_500_000_000, 1_500_000_000);
    const du = () =>
      Number(spawnSync('du', ['-s', '--block-size=1', registry.data], { encoding: 'utf8' }).stdout.split('\t')[0]);
    const before = du();
    expect(await diskBytes([registry.data])).toBe(before);
    const config = readFileSync(registry.config, 'utf8');
    const args = [
      host,
      '--keep-younger',
      '1d',
      '--keep-last',
      '100',
      '--write',
      '--no-cluster',
      '--rate',
      '1000',
      '--garbage-collect',
      registry.config,
      '--restart',
      restart,
    ];
    const { code, stdout } = await prune(`${host}/garbage`, ...args.slice(1), '--keep-last', '0', '--json');
    expect(code).toBe(0);
    const { run } = JSON.parse(stdout);
    expect(run.deleted).toBe(1);
    expect(run.diskAfter).toBe(du());
    expect(before - du()).toBeGreaterThan(2_000_000);
    expect(readFileSync(registry.config, 'utf8')).toBe(config);
    expect(existsSync(`${registry.config}.before-plimsoll`)).toBe(false);
    expect(await push.head('garbage', gone.digest)).toBe(404);
    for (const { repository, digest } of kept) await mustPull(host, repository, digest);
    // Without a restart the registry would say of its layer that it is there.
    const again = await pusherTo(host).image(
      'garbage',
      { layers: ['x'.repeat(2_000_000), 'base'], created: '2020-01-01T00:00:00Z' },
      'again',
    );
    await mustPull(host, 'garbage', again.digest);
  }, 60_000);

  it('puts back what a run left that was killed while it collected', async () => {
    await push.image('half', { layers: ['half'], created: '2020-01-01T00:00:00Z' }, 'latest');
    const config = readFileSync(registry.config, 'utf8');
    writeFileSync(`${registry.config}.before-plimsoll`, config);
    writeFileSync(registry.config, config.replace('storage:', 'storage:\n  maintenance: {readonly: {enabled: true}}'));
    await registry.restart();
    const args = ['--write', '--no-cluster', '--garbage-collect', registry.config, '--restart', restart];
    expect((await prune(`${host}/half`, ...args)).code).toBe(0);
    expect(readFileSync(registry.config, 'utf8')).toBe(config);
    await push.image('half', { layers: ['more'], created: '2020-01-01T00:00:00Z' }, 'again');
  });

  it('does not disturb a run with another state while that collects', async () => {
    await push.image('disturbed', { layers: ['disturbed'], created: '2020-01-01T00:00:00Z' }, 'latest');
    const config = readFileSync(registry.config, 'utf8');
    const args = ['--write', '--no-cluster', '--garbage-collect', registry.config, '--restart'];
    // In the midst of the first one's collection, with its configuration changed.
    const second = path.join(directory, 'second');
    const slow = `${restart} && until [ -e '${second}' ]; do sleep 0.05; done`;
    const first = prune(`${host}/disturbed`, ...args, slow);
    await eventually(30, async () => expect(readFileSync(registry.config, 'utf8')).toContain('readonly'));
    const other = prune(`${host}/disturbed`, ...args, restart, '--state', 'other-state');
    await expect(other).rejects.toMatchObject({
      message: 'another run is clearing this registry',
      where: `${registry.config}.plimsoll-lock`,
    });
    expect(readFileSync(registry.config, 'utf8')).toContain('readonly');
    writeFileSync(second, '');
    expect((await first).code).toBe(0);
    expect(readFileSync(registry.config, 'utf8')).toBe(config);
  });

  it('leaves the registry as it was where it cannot be made read-only', async () => {
    await push.image('stays', { layers: ['x'], created: '2020-01-01T00:00:00Z' }, 'latest');
    const config = readFileSync(registry.config, 'utf8');
    const args = [
      `${host}/stays`,
      '--write',
      '--no-cluster',
      '--garbage-collect',
      registry.config,
      '--restart',
      'true',
    ];
    const { code, stdout } = await prune(...args);
    expect(code).toBe(3);
    expect(stdout).toMatch(/takes deletions though its configuration says that it is read-only/);
    expect(readFileSync(registry.config, 'utf8')).toBe(config);
  });
});

/** Where docker-registry notes that a repository has a manifest. */
function linkOf({ data }: RealRegistry, repository: string, digest: string): string {
  const revisions = path.join(data, 'docker/registry/v2/repositories', repository, '_manifests/revisions');
  return path.join(revisions, digest.replace(':', '/'), 'link');
}
