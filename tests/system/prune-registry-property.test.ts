import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { diskBytes } from '../../src/maintain/prune-registry/collect-garbage.ts';
import { runCommand } from '../cli/run-command.ts';
import { listen } from './faulty-registry.ts';
import { indexOf, ociManifest, type PushedDescriptor, type Pusher, pusherTo } from './pushed-images.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';

/** One manifest; what it lists or is about was pushed before it, to the same repository. */
interface Node {
  readonly repository: 0 | 1;
  readonly layers: readonly string[];
  /** Old or young, each at a time of its own; undated where undefined. */
  readonly days: number | undefined;
  readonly tag: 'none' | 'plain' | 'stable';
  readonly children: readonly number[];
  readonly about: { readonly at: number; readonly by: 'field' | '.sig' | '.att' | '.sbom' | '' } | undefined;
  readonly named: 'not' | 'tag' | 'digest';
}

const layer = fc.constantFrom('base', 'runtime', 'application', 'data', 'more data'.repeat(3000));
const worlds = fc
  .array(
    fc.record({
      repository: fc.constantFrom<0 | 1>(0, 1),
      layers: fc.uniqueArray(layer, { minLength: 1, maxLength: 3 }),
      age: fc.constantFrom('old', 'old', 'old', 'young', 'undated'),
      tag: fc.constantFrom<Node['tag']>('none', 'plain', 'plain', 'plain', 'stable'),
      kind: fc.constantFrom('image', 'image', 'image', 'index', 'referrer'),
      by: fc.constantFrom<NonNullable<Node['about']>['by']>('field', '.sig', '.att', '.sbom', ''),
      picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      named: fc.constantFrom<Node['named']>('not', 'not', 'not', 'not', 'tag', 'digest'),
    }),
    { minLength: 4, maxLength: 14 },
  )
  .map((seeds): Node[] => {
    const nodes: Node[] = [];
    for (const [at, { repository, layers, age, tag, kind, by, picks, named }] of seeds.entries()) {
      const before = nodes.flatMap((node, index) => (node.repository === repository ? [index] : []));
      const picked = [...new Set(picks.map((pick) => before[pick % before.length]))].filter(
        (each) => each !== undefined,
      );
      const [first] = picked;
      const about = kind === 'referrer' && first !== undefined ? { at: first, by } : undefined;
      nodes.push({
        repository,
        layers,
        days: age === 'undated' ? undefined : age === 'young' ? at + 1 : 100 + at,
        // By its tag it is about something: it has no other.
        tag: about !== undefined && about.by !== 'field' ? 'none' : tag,
        children: kind === 'index' ? picked : [],
        about,
        named,
      });
    }
    return nodes;
  });

const oldest = 30;
const newest = 2;

/** What has to be there afterwards, by the specification alone: roots, then whatever belongs to them, until nothing is added. */
function needed(nodes: readonly Node[]): Set<number> {
  const dateOf = (at: number): number | undefined => {
    const { days, children } = nodes[at] ?? { days: undefined, children: [] };
    const dates = (children.length > 0 ? children.map(dateOf) : [days]).filter((date) => date !== undefined);
    return dates.length === 0 ? undefined : Math.min(...dates);
  };
  const tagged = [...nodes.entries()].filter(([, { tag }]) => tag !== 'none').map(([at]) => at);
  const roots = new Set<number>();
  for (const [at, node] of nodes.entries()) {
    const date = dateOf(at);
    if (node.named === 'digest' || (node.named === 'tag' && node.tag !== 'none')) roots.add(at);
    if (node.tag === 'none') continue;
    if (node.tag === 'stable' || date === undefined || date < oldest) roots.add(at);
    const younger = tagged.filter(
      (other) => nodes[other]?.repository === node.repository && (dateOf(other) ?? Infinity) < (date ?? 0),
    );
    if (date !== undefined && younger.length < newest) roots.add(at);
  }
  for (let size = -1; size !== roots.size; ) {
    size = roots.size;
    for (const [at, { children, about }] of nodes.entries()) {
      if (roots.has(at)) for (const other of [...children, ...(about ? [about.at] : [])]) roots.add(other);
      if (about && roots.has(about.at)) roots.add(at);
    }
  }
  return roots;
}

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
    runCommand(command, directory, ['registry', ...args, '--no-config', '--state', 'state'], {
      environment: process.env,
    });

  async function pushWorld(nodes: readonly Node[], names: readonly string[]): Promise<PushedDescriptor[]> {
    const pushed: PushedDescriptor[] = [];
    const there = new Map<string, string>();
    for (const [at, { repository, layers, days, tag, children, about }] of nodes.entries()) {
      const name = names[repository] ?? '';
      for (const each of layers) {
        const from = there.get(each);
        // What lies in another repository is taken over from there, as clients do.
        if (from !== undefined && from !== name) await push.mount(name, await pusherTo(host).blob(from, each), from);
        there.set(each, name);
      }
      const subject = about ? pushed[about.at] : undefined;
      const byTag = about && about.by !== 'field' ? `${subject?.digest.replace(':', '-')}${about.by}` : undefined;
      const label = byTag ?? (tag === 'none' ? undefined : `${tag}-${at}`);
      const own = about?.by === 'field' && subject ? { subject } : {};
      pushed.push(
        children.length > 0
          ? await push.manifest(
              name,
              indexOf(
                children.flatMap((child) => pushed[child] ?? []),
                { ...own, annotations: { at: String(at) } },
              ),
              label,
            )
          : await push.image(
              name,
              {
                layers,
                ...own,
                // Two of one time would be one image.
                architecture: `a${at}`,
                created: days === undefined ? undefined : new Date(Date.now() - days * 86_400_000).toISOString(),
              },
              label,
            ),
      );
    }
    return pushed;
  }

  it('never deletes what is needed, and everything with a tag that is not', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (nodes) => {
        const names = [`round-${++round}/a`, `round-${round}/b`];
        const pushed = await pushWorld(nodes, names);
        const deploy = path.join(directory, `deploy-${round}`);
        mkdirSync(deploy);
        const lines = nodes.flatMap(({ named, tag, repository }, at) => {
          const image = `proxy.example/mirror/${names[repository]}`;
          if (named === 'digest') return [`image: ${image}@${pushed[at]?.digest}`];
          return named === 'tag' && tag !== 'none' ? [`image: ${image}:${tag}-${at}`] : [];
        });
        writeFileSync(path.join(deploy, 'deploy.yaml'), lines.join('\n'));
        const git = (...args: string[]) =>
          execFileSync('git', ['-C', deploy, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
            stdio: 'ignore',
          });
        git('init', '-q');
        git('add', '-A');
        git('commit', '-q', '--allow-empty', '-m', 'x');
        const tagOf = new Map<string, number>();
        for (const [at, { about }] of nodes.entries())
          if (about && about.by !== 'field') tagOf.set(`${pushed[about.at]?.digest}${about.by}`, at);
        // Of two under one tag the later one has it.
        const real = nodes.map((node, at) =>
          node.about &&
          node.about.by !== 'field' &&
          tagOf.get(`${pushed[node.about.at]?.digest}${node.about.by}`) !== at
            ? { ...node, about: undefined }
            : node,
        );
        const needs = needed(real);
        const policy = [
          `${host}/${names[0]}`,
          `${host}/${names[1]}`,
          '--keep-last',
          String(newest),
          '--keep-younger',
          `${oldest}d`,
          '--keep-tag',
          'stable-*',
          '--git',
          deploy,
        ];
        const plan = JSON.parse((await prune(...policy, '--json')).stdout);
        const deleted = plan.repositories
          .flatMap((each: { items: { decision: string }[] }) => each.items)
          .filter((item: { decision: string }) => item.decision === 'delete').length;
        const { code, stdout } = await prune(
          ...policy,
          '--write',
          '--no-cluster',
          '--rate',
          '1000',
          '--plan',
          plan.plan,
          '--yes-really',
          String(deleted),
        );
        expect(code, stdout).toBe(0);
        for (const [at, { digest }] of pushed.entries()) {
          const repository = names[nodes[at]?.repository ?? 0] ?? '';
          const found = await push.head(repository, digest);
          if (needs.has(at)) {
            expect(found, `${at} of ${JSON.stringify(nodes)}`).toBe(digest);
            kept.push({ repository, digest });
          } else if (nodes[at]?.tag !== 'none') expect(found, `${at} of ${JSON.stringify(nodes)}`).toBe(404);
        }
      }),
      { numRuns: Number(process.env.PLIMSOLL_PRUNE_RUNS ?? 4) },
    );
  }, 300_000);

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
    const link = path.join(
      registry.data,
      'docker/registry/v2/repositories/garbage/_manifests/revisions/sha256',
      gone.digest.slice(7),
      'link',
    );
    utimesSync(link, 1_500_000_000, 1_500_000_000);
    const du = () =>
      Number(spawnSync('du', ['-s', '--block-size=1', registry.data], { encoding: 'utf8' }).stdout.split('\t')[0]);
    const before = du();
    expect(diskBytes(registry.data)).toBe(before);
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
    for (const { repository, digest } of kept) await mustPull(repository, digest);
    // Without a restart the registry would say of its layer that it is there.
    const again = await pusherTo(host).image(
      'garbage',
      { layers: ['x'.repeat(2_000_000), 'base'], created: '2020-01-01T00:00:00Z' },
      'again',
    );
    await mustPull('garbage', again.digest);
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

  /** Every byte of an image, as a client would. */
  async function mustPull(repository: string, digest: string): Promise<void> {
    const base = `http://${host}/v2/${repository}`;
    const manifest = JSON.parse(
      await (await fetch(`${base}/manifests/${digest}`, { headers: { accept: `${ociManifest}, */*` } })).text(),
    );
    for (const each of manifest.manifests ?? []) expect(await push.head(repository, each.digest)).toBe(each.digest);
    for (const blob of [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])]) {
      const bytes = Buffer.from(await (await fetch(`${base}/blobs/${blob.digest}`)).arrayBuffer());
      expect(bytes.length, `${blob.digest} of ${repository}`).toBe(blob.size);
    }
  }
});
