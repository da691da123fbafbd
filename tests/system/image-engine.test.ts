import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { Image } from '../../src/image/image.ts';
import { knownImages } from '../../src/image/known-images.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { inspectImage } from '../../src/project/inspected-image.ts';
import { tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';

// A small image through the real Docker Engine, and through the storage of Podman and Buildah.

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/engine');
const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const name = `plimsoll-sources/web:${process.pid}`;
const layer = tarOf([{ name: 'app/text', content: 'through an engine' }]);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-image-engine-'));
const archive = path.join(scratch, 'saved.tar');

async function bytesOf({ layers: [first] }: Image): Promise<Buffer> {
  if (first?.content.kind === 'stream') {
    const parts: Buffer[] = [];
    for await (const part of first.content.open(new AbortController().signal)) parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  }
  if (first?.content.kind !== 'file') throw new Error('no file');
  const file = await open(first.content.path);
  const { buffer } = await file.read(Buffer.alloc(first.content.length), 0, first.content.length, first.content.offset);
  await file.close();
  return buffer;
}

/** Looks into an image of an engine as the command does; what it exported, and what was found. */
async function lookTwice(asked: string, environment: Record<string, string | undefined>) {
  const cache = { directory: mkdtempSync(path.join(scratch, 'cache-')), code: '1' };
  const look = async () => {
    const told: string[] = [];
    const progress = (message: string) => told.push(message);
    const image = await openImage(asked, { environment, progress, known: knownImages(cache) });
    const { files, neededBytes, layers } = await analyseImage(image, { cataloguers: [], cache });
    const exported = () => told.filter((message) => message.startsWith('exporting')).length;
    const { name: _, source, reference, configuration } = image;
    const found = {
      source,
      reference,
      configuration,
      files: [...files],
      neededBytes,
      layers: layers.map(({ layer }) => ({ ...layer, content: '' })),
    };
    return { found, exported, image };
  };
  const first = await look();
  await first.image.close();
  return { first, second: await look() };
}

const sleeping = `await temporaryFile((async function* () { yield Buffer.alloc(1e6); })(), 'test');
console.log('written');
setInterval(() => {}, 1000);`;

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(!existsSync(docker))('an image of the real Docker Engine', () => {
  let environment: Record<string, string | undefined>;
  const call = (...args: string[]) =>
    spawnSync(docker, args, { env: { ...process.env, ...environment }, encoding: 'utf8' });
  beforeAll(() => {
    const up = spawnSync(script, ['up'], { encoding: 'utf8' });
    environment = { PATH: process.env.PATH, HOME: scratch, DOCKER_HOST: `unix://${up.stdout.trim()}` };
    const imported = spawnSync(docker, ['import', '--change', 'USER web', '-', name], {
      env: { ...process.env, ...environment },
      input: layer,
    });
    expect(String(imported.stderr)).toBe('');
    expect(call('save', '-o', archive, name).status).toBe(0);
  });
  afterAll(() => {
    call('rmi', name);
  });

  it('is the same as of its archive, by its name and by its id', async () => {
    const [, id = ''] = /^sha256:([0-9a-f]{12})/.exec(call('image', 'inspect', '-f', '{{.Id}}', name).stdout) ?? [];
    const saved = await openImage(archive, { environment });
    for (const asked of [name, `docker-daemon:${name}`, id]) {
      const image = await openImage(asked, { environment });
      expect(image).toMatchObject({ source: 'Docker Engine', configuration: saved.configuration });
      expect(image.configuration.user).toBe('web');
      expect(digestOf(await bytesOf(image))).toBe(image.layers[0]?.diffId);
      await image.close();
    }
    await saved.close();
  });

  it('is exported once: a second look asks for nothing but its id, until bytes are wanted', async () => {
    const { first, second } = await lookTwice(name, environment);
    expect([first.exported(), second.exported()]).toEqual([1, 0]);
    expect(second.found).toEqual(first.found);
    expect(digestOf(await bytesOf(second.image))).toBe(second.image.layers[0]?.diffId);
    expect(second.exported()).toBe(1);
    await second.image.close();
  });

  it('that another one has taken the name of is exported anew', async () => {
    const cache = { directory: mkdtempSync(path.join(scratch, 'cache-')), code: '1' };
    const tag = `plimsoll-sources/moved:${process.pid}`;
    const other = tarOf([{ name: 'app/text', content: 'another one' }]);
    const seen: (string | undefined)[] = [];
    try {
      for (const input of [layer, other]) {
        spawnSync(docker, ['import', '-', tag], { env: { ...process.env, ...environment }, input });
        const image = await openImage(tag, { environment, known: knownImages(cache) });
        await analyseImage(image, { cataloguers: [], cache });
        seen.push(image.layers[0]?.diffId);
        await image.close();
      }
    } finally {
      call('rmi', tag);
    }
    expect(seen).toEqual([digestOf(layer), digestOf(other)]);
  });

  it.skipIf(process.platform !== 'linux')('leaves nothing behind, even when it is killed while it reads', async () => {
    const temporary = path.join(scratch, 'temporary');
    mkdirSync(temporary);
    const image = await openImage(name, { environment });
    const before = await bytesOf(image);
    expect(before.length).toBeGreaterThan(0);
    await image.close();
    await expect(bytesOf(image)).rejects.toThrow();
    const sleeper = path.join(scratch, 'sleep.mjs');
    const source = fileURLToPath(new URL('../../src/image/sources/temporary-file.ts', import.meta.url));
    await build({
      stdin: { contents: `import { temporaryFile } from ${JSON.stringify(source)};\n${sleeping}`, resolveDir: scratch },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: sleeper,
    });
    const child = spawn(process.execPath, [sleeper], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(readdirSync(temporary)).toEqual([]);
  });
});

const podman = '/usr/bin/podman';
const buildah = '/usr/bin/buildah';
const skopeo = '/usr/bin/skopeo';
const noPodman = [podman, buildah, skopeo].filter((program) => !existsSync(program)).join(', ');

describe('an image that Buildah built', () => {
  const home = path.join(scratch, 'podman');
  const socket = path.join(home, 'api.sock');
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    DOCKER_HOST: `unix://${scratch}/none`,
    CONTAINERS_STORAGE_CONF: path.join(home, 'storage.conf'),
    BUILDAH_ISOLATION: 'chroot',
  };
  const overSocket = { ...environment, CONTAINER_HOST: `unix://${socket}`, PATH: '/nowhere' };
  const built = 'localhost/by-buildah:1';
  let service: ChildProcess | undefined;
  beforeEach((context) => {
    if (noPodman !== '') context.skip(`missing: ${noPodman}`);
  });
  beforeAll(async () => {
    if (noPodman !== '') return;
    const from = path.join(home, 'context');
    mkdirSync(from, { recursive: true });
    writeFileSync(
      environment.CONTAINERS_STORAGE_CONF,
      `[storage]\ndriver = "vfs"\ngraphroot = "${home}/root"\nrunroot = "${home}/run"\n`,
    );
    writeFileSync(path.join(from, 'text'), 'of Buildah');
    writeFileSync(path.join(from, 'Dockerfile'), 'FROM scratch\nCOPY text /app/\nUSER web\nCMD ["/app/text"]\n');
    const made = spawnSync(buildah, ['bud', '-q', '-t', built, from], { env: environment, encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    service = spawn(podman, ['system', 'service', '--time=0', `unix://${socket}`], {
      env: environment,
      stdio: 'ignore',
    });
    await vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 20_000 });
  }, 60_000);
  afterAll(async () => {
    if (service === undefined) return;
    const ended = once(service, 'close');
    service.kill();
    await ended;
  });
  /** With one of the programs that read its storage. */
  const alone = (program: string) => {
    const only = path.join(home, program);
    mkdirSync(only, { recursive: true });
    rmSync(path.join(only, program), { force: true });
    symlinkSync(`/usr/bin/${program}`, path.join(only, program));
    return { ...environment, PATH: only };
  };
  const identifier = () => {
    const listed = spawnSync(podman, ['images', '-q', built], { env: environment, encoding: 'utf8' });
    return listed.stdout.trim();
  };

  it.each<[string, string, () => string, Record<string, string | undefined>]>([
    ['by its name over the API of Podman', 'Podman', () => built, overSocket],
    ['by a short name over the API of Podman', 'Podman', () => 'by-buildah:1', overSocket],
    ['by its id over the API of Podman', 'Podman', identifier, overSocket],
    ['from Podman alone', 'Podman', () => `podman:${built}`, overSocket],
    ['by podman save', 'storage of Podman and Buildah', () => built, environment],
    ['by its id and podman save', 'storage of Podman and Buildah', identifier, environment],
  ])('is read %s', { timeout: 60_000 }, async (_, source, asked, given) => {
    const image = await openImage(asked(), { environment: given });
    expect(image).toMatchObject({ source, configuration: { user: 'web', command: ['/app/text'] } });
    expect(digestOf(await bytesOf(image))).toBe(image.layers[0]?.diffId);
    const analysis = await analyseImage(image, { cataloguers: [] });
    expect([...analysis.files].map((each) => each.path)).toEqual(['app', 'app/text']);
    // Buildah notes the one layer at CMD: it is COPY's.
    const { steps } = inspectImage(analysis, undefined, undefined);
    expect(steps.find(({ layer }) => layer === 0)?.text).toMatch(/^COPY /);
    await image.close();
  });

  it('is exported by the API of Podman once', { timeout: 60_000 }, async () => {
    const { first, second } = await lookTwice(built, overSocket);
    expect([first.exported(), second.exported()]).toEqual([1, 0]);
    expect(second.found).toEqual(first.found);
    expect(digestOf(await bytesOf(second.image))).toBe(second.image.layers[0]?.diffId);
    await second.image.close();
  });

  it.each(['buildah', 'skopeo'])('is read with %s alone', { timeout: 60_000 }, async (program) => {
    const image = await openImage(built, { environment: alone(program) });
    expect(digestOf(await bytesOf(image))).toBe(image.layers[0]?.diffId);
    await image.close();
  });

  it.each(['podman', 'buildah', 'skopeo'])('is exported by %s once', { timeout: 60_000 }, async (program) => {
    const { first, second } = await lookTwice(built, alone(program));
    expect([first.exported(), second.exported()]).toEqual([1, 0]);
    expect(second.found).toEqual(first.found);
    expect(digestOf(await bytesOf(second.image))).toBe(second.image.layers[0]?.diffId);
    expect(second.exported()).toBe(1);
    await second.image.close();
  });

  it('that is not there is said so by the API', async () => {
    await expect(openImage('podman:localhost/none:1', { environment: overSocket })).rejects.toThrow(
      'Podman has no such image',
    );
  });
});

describe.skipIf(!existsSync(skopeo) || !existsSync(docker))('an image of the storage of Podman and Buildah', () => {
  const storage = path.join(scratch, 'storage');
  const environment = {
    PATH: path.join(scratch, 'bin'),
    HOME: scratch,
    DOCKER_HOST: `unix://${scratch}/none`,
    CONTAINERS_STORAGE_CONF: path.join(scratch, 'storage.conf'),
  };
  beforeAll(() => {
    mkdirSync(environment.PATH);
    symlinkSync(skopeo, path.join(environment.PATH, 'skopeo'));
    writeFileSync(
      environment.CONTAINERS_STORAGE_CONF,
      `[storage]\ndriver = "vfs"\ngraphroot = "${storage}/root"\nrunroot = "${storage}/run"\n`,
    );
    const copied = spawnSync(
      skopeo,
      ['copy', '-q', `docker-archive:${archive}`, 'containers-storage:localhost/web:1'],
      { env: environment, encoding: 'utf8' },
    );
    expect(copied.stderr).toBe('');
  });

  it.each(['containers-storage:localhost/web:1', 'podman:localhost/web:1', 'localhost/web:1'])(
    'is found as %s',
    async (asked) => {
      const image = await openImage(asked, { environment });
      expect(image).toMatchObject({ source: 'storage of Podman and Buildah', configuration: { user: 'web' } });
      expect(digestOf(await bytesOf(image))).toBe(image.layers[0]?.diffId);
      await image.close();
    },
  );

  it('is said not to be there', async () => {
    const failure = await openImage('containers-storage:localhost/web:2', { environment }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('no such image') });
  });
});
