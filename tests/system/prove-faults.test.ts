import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findBuilder, parseBuilderChoice } from '../../src/prove/builders/find-builder.ts';
import {
  type Application,
  application,
  type Builders,
  docker,
  isRunning,
  mustFail,
  removeWithMounts,
  root,
  startBuilders,
  storeBase,
} from './prove-builds.ts';

// Engines that die and disks that are full, each of the test's own: `npm run test:prove`.

const never = new AbortController().signal;
let builders: Builders;
const applications: Application[] = [];

beforeAll(async () => {
  builders = startBuilders(false);
}, 600_000);

afterEach(() => {
  for (const app of applications.splice(0)) app.remove();
});

afterAll(() => builders?.stop());

function app(dockerfile: string): Application {
  const made = application(dockerfile);
  applications.push(made);
  return made;
}

test('an engine that dies during a build is the reason that is given', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'prove-engine-'));
  const own = { ...process.env, PLIMSOLL_ENGINE_DIR: directory };
  const script = (...args: string[]) =>
    spawnSync(path.join(root, 'scripts/engine'), args, { encoding: 'utf8', env: own });
  try {
    const socket = script('up').stdout.trim();
    const from = spawn(docker, ['-H', builders.environment.DOCKER_HOST ?? '', 'save', 'busybox:latest'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const to = spawn(docker, ['-H', `unix://${socket}`, 'load'], { stdio: [from.stdout, 'ignore', 'ignore'] });
    await new Promise((resolve) => to.once('close', resolve));
    for (const kind of ['docker', 'docker-classic'] as const) {
      script('up');
      const builder = await findBuilder(parseBuilderChoice(`${kind}:unix://${socket}`), builders.environment, never);
      const mark = `7${process.pid}`;
      const running = mustFail(builder, app(`FROM busybox\nRUN sleep ${mark}\n`).request());
      await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 30_000, interval: 100 }).toBe(true);
      process.kill(Number(readFileSync(path.join(directory, 'pid'), 'utf8')), 'SIGKILL');
      const failure = await running;
      expect([failure.why, failure.message]).toEqual([
        'system',
        expect.stringMatching(/^Docker Engine .* stopped answering during the build/),
      ]);
      spawnSync('pkill', ['-9', '-f', `^sleep ${mark}`]);
      await builder.close();
    }
  } finally {
    script('down');
    removeWithMounts(directory);
  }
}, 180_000);

test.each(['docker', 'docker-classic', 'buildah'])(
  'what a run with %s left that was killed, the next one ends and removes',
  async (kind) => {
    const mark = `6${process.pid}${kind.length}`;
    const made = app(
      `FROM busybox AS done\nRUN echo ${mark} > /done\nFROM done\nRUN echo step-of-it > /step\nRUN sleep ${mark}\n`,
    );
    const before = namelessImages(kind);
    const bundle = path.join(builders.scratch, 'killed-run.mjs');
    await bundleOf('prove-killed-run.ts', bundle);
    const run = spawn(process.execPath, [bundle, kind, made.directory], {
      env: { ...builders.environment },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => run.once('close', resolve));
    try {
      await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 40_000, interval: 200 }).toBe(true);
    } finally {
      run.kill('SIGKILL');
      await ended;
    }
    expect(imagesOf(kind, `-${run.pid}-`).length).toBeGreaterThan(0);
    const fresh = () => namelessImages(kind).filter((id) => !before.includes(id));
    if (kind !== 'docker') expect(fresh()).not.toEqual([]);
    const next = await findBuilder(parseBuilderChoice(kind), builders.environment, never);
    await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 10_000, interval: 200 }).toBe(false);
    expect(imagesOf(kind, `-${run.pid}-`)).toEqual([]);
    expect(fresh()).toEqual([]);
    await next.close();
  },
  90_000,
);

async function bundleOf(name: string, outfile: string): Promise<void> {
  const { build } = await import('esbuild');
  const entry = path.join(root, 'tests/system', name);
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
}

function imagesOf(kind: string, owner: string): string[] {
  const name = kind === 'buildah' ? '{{.Name}}:{{.Tag}}' : '{{.Repository}}:{{.Tag}}';
  return images(kind, '--format', name).filter((line) => line.includes(owner));
}

/** Of steps of this test: others may build beside it. */
function namelessImages(kind: string): string[] {
  const ids = images(kind, '--all', '--quiet', '--filter', 'dangling=true');
  return ids.filter((id) => {
    const args = kind === 'buildah' ? ['inspect', '--type', 'image', id] : ['history', '--no-trunc', id];
    return call(kind, args).includes('echo step-of-it');
  });
}

function images(kind: string, ...args: string[]): string[] {
  return call(kind, ['images', ...args])
    .split('\n')
    .filter((line) => line !== '');
}

function call(kind: string, args: readonly string[]): string {
  const [program = '', ...flags] =
    kind === 'buildah' ? ['buildah'] : [docker, '-H', builders.environment.DOCKER_HOST ?? ''];
  return spawnSync(program, [...flags, ...args], { encoding: 'utf8', env: { ...builders.environment } }).stdout;
}

test('a disk that is full is the reason that is given', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'prove-full-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', directory]).status !== 0)
      throw new Error('no tmpfs can be mounted');
    const storage = path.join(directory, 'storage.conf');
    writeFileSync(
      storage,
      `[storage]
driver = "vfs"
graphroot = "${directory}/root"
runroot = "${directory}/run"
`,
    );
    const small = { ...builders.environment, CONTAINERS_STORAGE_CONF: storage, STORAGE_DRIVER: 'vfs' };
    storeBase(small, builders.scratch);
    const builder = await findBuilder(parseBuilderChoice('buildah'), small, never);
    const failure = await mustFail(
      builder,
      app('FROM busybox\nRUN dd if=/dev/zero of=/large bs=1M count=30\n').request(),
    );
    expect([failure.why, failure.message]).toEqual([
      'system',
      expect.stringMatching(/^The disk of Buildah .* is full/),
    ]);
    await builder.close();
  } finally {
    removeWithMounts(directory);
  }
}, 60_000);
