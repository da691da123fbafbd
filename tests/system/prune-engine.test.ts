import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import schema from '../../schemas/prune-engine.schema.json' with { type: 'json' };
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from '../cli/run-command.ts';
import {
  busyboxArchive,
  diskBytes,
  type OwnEngine,
  startOwnEngine,
  whyNoEngine,
  writeBuildContext,
} from './engine-of-its-own.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-engine-'));
const environment = { PATH: process.env.PATH ?? '', HOME: directory };
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

interface Row {
  readonly kind: string;
  readonly names: readonly string[];
  readonly id: string;
  readonly outcome?: { readonly how: string; readonly why?: string } | null | undefined;
  readonly reasons?: readonly { readonly why: string; readonly text: string }[];
}

/** What `--json` prints of the one engine that was asked. */
interface Printed {
  readonly code: number;
  readonly deleted: readonly Row[];
  readonly kept: readonly Row[];
  readonly predictedBytes: number;
  readonly listedBytes: number;
  readonly freedBytes: number | null;
  readonly basis: string;
  readonly notes: readonly string[];
}

async function prune(engine: string, ...args: string[]): Promise<Printed> {
  const { code, stdout, stderr } = await runCommand(command, directory, ['engine', engine, '--json', ...args], {
    environment: { ...environment, ...(engine.includes('.conf') && { CONTAINERS_STORAGE_CONF: engine.split(':')[1] }) },
  });
  const report: unknown = JSON.parse(stdout || '{}');
  if (!validate(report)) throw new Error(`${JSON.stringify(validate.errors)} ${stderr}`);
  const { engines } = report as { engines: Omit<Printed, 'code'>[] };
  const [only] = engines;
  if (only === undefined) throw new Error(stderr);
  return { ...only, code };
}

/** Bytes on the disk, once they stay the same: an engine says that something is deleted before the last of its files is. */
async function settled(disk: () => number): Promise<number> {
  let bytes = disk();
  for (let tries = 0; tries < 50; tries++) {
    await sleep(100);
    const now = disk();
    if (now === bytes) return now;
    bytes = now;
  }
  return bytes;
}

/** Carries a plan out, and tells of both figures beside what the disk says. */
async function measured(
  title: string,
  engine: string,
  disk: () => number,
  claimed: string,
  ...args: string[]
): Promise<Printed & { readonly actual: number }> {
  const before = await settled(disk);
  // Some of these policies keep nothing but what is named.
  const { deleted } = await prune(engine, ...args);
  const done = await prune(engine, '--write', '--yes-really', String(deleted.length), ...args);
  const actual = before - (await settled(disk));
  const off = (100 * (done.predictedBytes - actual)) / actual;
  console.log(
    `${title}: predicted ${done.predictedBytes}, freed on the disk ${actual} (${off.toFixed(2)} % off, limit 2 %); lists add up to ${done.listedBytes}; ${claimed}`,
  );
  // Of some kilobytes, a directory of the engine's own that shrinks is more than 2 %.
  expect(Math.abs(done.predictedBytes - actual)).toBeLessThanOrEqual(Math.max(0.02 * actual, 32_768));
  expect(done.freedBytes).toBe(done.predictedBytes);
  return { ...done, actual };
}

const nothingKept = ['--keep-younger', '0m', '--keep-last', '0'];
const names = (rows: readonly Row[], kind = 'image') =>
  rows.filter((row) => row.kind === kind).map((row) => row.names[0] ?? row.id);

describe('prune engine, with Docker Engine', () => {
  const missing = whyNoEngine();
  let engine: OwnEngine;
  let address: string;
  const skipUnless = (context: TestContext) => missing !== undefined && context.skip(missing);
  const build = (version: number) =>
    engine.docker(
      'build',
      '-q',
      '--network=none',
      '-t',
      `shop/web:${version}`,
      writeBuildContext(directory, 'base:1', version),
    );
  const docker = (...args: string[]) => engine.docker(...args);
  const claim = () =>
    `docker system df: ${docker('system', 'df', '--format', '{{.Type}} {{.Reclaimable}}').split('\n')[0]}`;
  beforeAll(() => {
    if (missing !== undefined) return;
    engine = startOwnEngine();
    address = `docker:${engine.host}`;
    docker('import', busyboxArchive(directory), 'base:1');
    for (const version of [1, 2, 3]) build(version);
  });
  afterAll(() => engine?.stop());

  it('knows that images free next to nothing as long as the build cache holds their layers', async (context) => {
    skipUnless(context);
    const { deleted, code } = await measured(
      'images that the build cache holds',
      address,
      engine.diskBytes,
      claim(),
      '--keep-younger',
      '0m',
      '--keep-last',
      '2',
    );
    expect(names(deleted)).toEqual(['shop/web:1']);
    expect(code).toBe(0);
  });

  it('estimates from the engine’s own figures where its disk cannot be seen', async (context) => {
    skipUnless(context);
    const socket = engine.host.slice('unix://'.length);
    const server = createServer((client) => client.pipe(connect(socket)).pipe(client)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const there = await prune(`docker:tcp://127.0.0.1:${port}`, ...nothingKept, '--cache-older-than', '0m');
    server.close();
    const here = await prune(address, ...nothingKept, '--cache-older-than', '0m');
    expect([there.basis, here.basis]).toEqual(['estimated', 'measured']);
    // Those of one time may come in either order.
    const ids = ({ deleted }: typeof here) => deleted.map(({ id }) => id).sort();
    expect(ids(there)).toEqual(ids(here));
    // The 600 small files of each version fill a block each on the disk.
    console.log(
      `without the disk: ${there.predictedBytes} of ${here.predictedBytes}; lists add up to ${there.listedBytes}`,
    );
    expect(there.predictedBytes).toBeLessThan(here.predictedBytes);
    expect(there.predictedBytes).toBeGreaterThan(here.predictedBytes / 2);
    expect(there.notes.join()).toContain('cannot be read here');
  });

  it('says exactly what build cache frees', async (context) => {
    skipUnless(context);
    const { deleted } = await measured(
      'build cache that images share',
      address,
      engine.diskBytes,
      claim(),
      '--no-images',
      '--cache-older-than',
      '0m',
    );
    expect(names(deleted, 'cache').length).toBeGreaterThan(5);
    expect(docker('system', 'df', '--format', '{{.Type}} {{.TotalCount}}')).toContain('Build Cache 0');
  });

  it('keeps what a container is made of, and what its image stands on', async (context) => {
    skipUnless(context);
    docker('run', '-d', '--network=none', '--name', 'runs', 'shop/web:2');
    docker('create', '--name', 'stopped', '--network=none', 'shop/web:3');
    const { kept, deleted } = await prune(address, ...nothingKept);
    expect(deleted).toEqual([]);
    const why = Object.fromEntries(kept.map((row) => [row.names[0] ?? '', row.reasons?.[0]?.text]));
    expect(why).toMatchObject({
      'base:1': 'is the base of shop/web:3',
      'shop/web:2': 'the container runs is made of it',
      'shop/web:3': 'the container stopped is made of it',
      runs: 'is running',
    });
    docker('rm', '-f', 'runs');
  });

  it('deletes the container that was never started, and then its image, both measured', async (context) => {
    skipUnless(context);
    const { deleted } = await measured(
      'a container and images',
      address,
      engine.diskBytes,
      claim(),
      '--keep-younger',
      '0m',
      '--keep-last',
      '0',
      '--keep-image',
      'base:1',
      '--keep-image',
      'shop/web:2',
      '--stopped-for',
      '0m',
    );
    expect(names(deleted, 'container')).toEqual(['stopped']);
    expect(names(deleted)).toEqual(['shop/web:3']);
  });

  it('deletes an image of several names, and a volume that is named, but no other', async (context) => {
    skipUnless(context);
    docker('tag', 'shop/web:2', 'other/name:7');
    docker('volume', 'create', 'wanted');
    docker('volume', 'create', 'not-named');
    const { deleted } = await measured(
      'an image of two names',
      address,
      engine.diskBytes,
      claim(),
      ...nothingKept,
      '--keep-image',
      'base:1',
      '--volume',
      'wanted',
    );
    expect(names(deleted)).toEqual(['other/name:7']);
    expect(docker('volume', 'ls', '-q')).toBe('not-named');
    expect(docker('images', '-q', 'shop/web')).toBe('');
  });

  it('refuses to leave nothing, unless the count is said', async (context) => {
    skipUnless(context);
    const run = (...args: string[]) =>
      runCommand(command, directory, ['engine', address, ...nothingKept, ...args], { environment });
    expect((await run()).stdout).toContain('--write --yes-really 1');
    await expect(run('--write')).rejects.toMatchObject({ exitCode: 2, remedy: 'If it is meant: --yes-really 1.' });
    await expect(run('--write', '--yes-really', '2')).rejects.toMatchObject({ exitCode: 2 });
    expect(docker('images', '-q', 'base:1')).not.toBe('');
  });

  it('lets nothing go with --only that has a name of another repository, and names all of what goes', async (context) => {
    skipUnless(context);
    build(7);
    docker('tag', 'shop/web:7', 'prod/web:7');
    build(8);
    docker('tag', 'shop/web:8', 'shop/also:8');
    const only = [...nothingKept, '--only', 'shop/*'];
    const { stdout } = await runCommand(command, directory, ['engine', address, ...only], { environment });
    expect(stdout).toContain('has the name prod/web:7, too');
    expect(stdout).toMatch(/shop\/also:8, shop\/web:8|shop\/web:8, shop\/also:8/);
    await expect(prune(address, ...only, '--write')).rejects.toMatchObject({ exitCode: 2 });
    const { deleted } = await prune(address, ...only, '--write', '--yes-really', '1');
    expect(deleted.map((row) => [...row.names].sort())).toEqual([['shop/also:8', 'shop/web:8']]);
    expect(docker('images', '-q', 'prod/web:7')).not.toBe('');
    docker('rmi', 'shop/web:7', 'prod/web:7');
  });

  it('leaves alone what changed after the plan', async (context) => {
    skipUnless(context);
    for (const version of [4, 5, 6]) build(version);
    const { dockerEngine } = await import('../../src/maintain/prune-engine/engines/docker.ts');
    const { planEngine, carryOutPlan } = await import('../../src/maintain/prune-engine/prune-engine.ts');
    const { defaultPolicy } = await import('../../src/maintain/prune-engine/policy.ts');
    const { signal } = new AbortController();
    const socketPath = engine.host.slice('unix://'.length);
    const real = await dockerEngine({ engine: 'Docker Engine', address: socketPath, socketPath }, signal);
    if (real === undefined) throw new Error('no Docker Engine answers');
    const options = {
      policy: { ...defaultPolicy, keepLast: 0, youngerThan: 0, cacheOlderThan: 0, images: ['base:1'] },
      untilFree: undefined,
      now: Date.now() + 1000,
      signal,
      progress() {},
    };
    const plan = await planEngine(real, await real.read(options), options);
    expect(names(plan.report.deleted)).toEqual(['shop/web:4', 'shop/web:5', 'shop/web:6']);
    // One gets a container, one a name, one's name goes to another image, and a build uses its cache.
    docker('create', '--name', 'late', '--network=none', 'shop/web:4');
    docker('tag', 'shop/web:5', 'keep/me:1');
    docker('tag', 'base:1', 'shop/web:6');
    await sleep(1100);
    docker('build', '-q', '--network=none', '-t', 'again:1', writeBuildContext(directory, 'base:1', 4));
    const done = await carryOutPlan(plan, options, async () => undefined);
    const outcomes = done.deleted
      .filter(({ kind }) => kind === 'image')
      .map(({ names: [name], outcome }) => [name, outcome?.how === 'left' && outcome.why]);
    expect(outcomes).toEqual([
      ['shop/web:4', 'it got the name again:1'],
      ['shop/web:5', 'it got the name keep/me:1'],
      ['shop/web:6', 'it lost a name'],
    ]);
    expect(docker('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').sort()).toEqual(
      ['<none>:<none>', 'again:1', 'base:1', 'keep/me:1', 'shop/web:4', 'shop/web:5', 'shop/web:6'].sort(),
    );
    expect(done.deleted.some(({ kind, outcome }) => kind === 'cache' && outcome?.how !== 'deleted')).toBe(true);
    docker('rm', 'late');
  });

  it('frees until enough is free, and says where the policy does not let go of as much', async (context) => {
    skipUnless(context);
    const none = await prune(address, ...nothingKept, '--until-free', '1MB');
    expect(none.deleted).toEqual([]);
    const all = await prune(address, ...nothingKept, '--keep-image', 'base:1', '--until-free', '99%');
    expect(all.notes).toContain('the policy does not let go of as much as would have to be free');
  });

  it('beside docker image prune -a', async (context) => {
    skipUnless(context);
    const plan = await prune(address, ...nothingKept);
    const before = engine.diskBytes();
    const printed = docker('image', 'prune', '--all', '--force').split('\n').at(-1);
    const actual = before - engine.diskBytes();
    console.log(
      `docker image prune -a says «${printed}» for ${actual} bytes on the disk; prune engine had said ${plan.predictedBytes}`,
    );
    expect(Math.abs(plan.predictedBytes - actual)).toBeLessThanOrEqual(Math.max(0.02 * actual, 65_536));
  });
});

const hasPodman = spawnSync('podman', ['--version']).status === 0 && spawnSync('buildah', ['--version']).status === 0;

/** Over vfs each layer is a whole copy: that takes its time. `npm run test:prune` runs both. */
const drivers = process.env.PLIMSOLL_PRUNE === 'all' ? ['overlay', 'vfs'] : ['overlay'];

describe.each(drivers)('prune engine, with Podman and Buildah over %s', (driver) => {
  const missing = hasPodman ? whyNoEngine() : 'no podman and buildah (scripts/system-parts podman)';
  const skipUnless = (context: TestContext) => missing !== undefined && context.skip(missing);
  const root = path.join(directory, driver);
  const configuration = path.join(root, 'storage.conf');
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: configuration, BUILDAH_ISOLATION: 'chroot', HOME: root };
  const call = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const disk = () => diskBytes(path.join(root, 'root'));
  const claim = () =>
    `podman system df: ${call('podman', 'system', 'df', '--format', '{{.Type}} {{.Reclaimable}}').split('\n')[0]}`;
  beforeAll(() => {
    if (missing !== undefined) return;
    mkdirSync(root, { recursive: true });
    writeFileSync(
      configuration,
      `[storage]\ndriver = "${driver}"\ngraphroot = "${root}/root"\nrunroot = "${root}/run"\n`,
    );
    call('podman', 'import', '-q', busyboxArchive(root), 'localhost/base:1');
    for (const version of [1, 2])
      call(
        'buildah',
        'bud',
        '-q',
        '--layers',
        '-t',
        `localhost/web:${version}`,
        writeBuildContext(root, 'localhost/base:1', version),
      );
  });

  it('says exactly what Podman frees, steps of builds included', async (context) => {
    skipUnless(context);
    const { deleted, kept } = await measured(
      `Podman, ${driver}`,
      `podman:${configuration}`,
      disk,
      claim(),
      '--keep-younger',
      '0m',
      '--keep-last',
      '1',
    );
    expect(names(deleted)[0]).toBe('localhost/web:1');
    expect(names(kept)).toContain('localhost/web:2');
    expect(call('podman', 'images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').sort()).toEqual([
      'localhost/base:1',
      'localhost/web:2',
    ]);
  });

  it('keeps what working containers and others are made of', async (context) => {
    skipUnless(context);
    call('buildah', 'from', '--name', 'working', 'localhost/web:2');
    call('podman', 'create', '--name', 'made', 'localhost/base:1', 'sh');
    const { deleted, kept } = await prune(`podman:${configuration}`, ...nothingKept);
    expect(deleted).toEqual([]);
    expect(kept.find((row) => row.names[0] === 'localhost/web:2')?.reasons?.[0]?.text).toBe(
      'the container working is made of it',
    );
  });

  it('deletes both kinds of containers, a volume that is named, and with Buildah the rest', async (context) => {
    skipUnless(context);
    call('podman', 'volume', 'create', 'data');
    const { deleted } = await measured(
      `containers, ${driver}`,
      `podman:${configuration}`,
      disk,
      claim(),
      '--no-images',
      '--stopped-for',
      '0m',
      '--volume',
      'data',
    );
    expect([...names(deleted, 'container')].sort()).toEqual(['made', 'working']);
    expect(names(deleted, 'volume')).toEqual(['data']);
    await measured(
      `Buildah, ${driver}`,
      `buildah:${configuration}`,
      disk,
      claim(),
      ...nothingKept,
      '--keep-image',
      'localhost/base:1',
    );
    expect(call('buildah', 'images', '--all', '--format', '{{.Name}}')).toBe('localhost/base');
  });
});
