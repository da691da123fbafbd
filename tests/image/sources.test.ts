import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import type { ImageLayer, Platform } from '../../src/image/image.ts';
import { unpacked } from '../../src/image/sources/compressed-archive.ts';
import { readImageName } from '../../src/image/sources/image-name.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import {
  layoutFiles,
  type TestBlobs,
  type TestDescriptor,
  testBlobs,
  types,
  writeFiles,
  zstdStored,
} from './image-blobs.ts';
import { type TarFile, tarOf, withPax } from './tar-archive.ts';
import { digestOf } from './test-image.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-sources-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;
const place = (name = '') => path.join(scratch, `${++count}${name}`);
const nobody = { environment: { PATH: '', HOME: scratch, DOCKER_HOST: `unix://${scratch}/none` } };

function layout(manifests: readonly object[], { blobs }: TestBlobs, index: object = {}): string {
  return writeFiles(place(), layoutFiles(blobs, manifests, index));
}

function archive(files: readonly TarFile[], pack: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
  const file = place('.tar');
  writeFileSync(file, pack(tarOf(files)));
  return file;
}

/** As `docker save` writes an image. */
function savedFiles(text: string, tags: readonly string[] = [`${text}:1`]): { files: TarFile[]; saved: object } {
  const layer = tarOf([{ name: 'app/text', content: text }]);
  const config = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [digestOf(layer), digestOf(layer)] },
  });
  const hex = digestOf(Buffer.from(config)).slice('sha256:'.length);
  return {
    files: [
      { name: `${text}/layer.tar`, content: layer },
      { name: `${text}2/layer.tar`, type: '2', target: `../${text}/layer.tar` },
      { name: `${hex}.json`, content: config },
    ],
    saved: { Config: `${hex}.json`, RepoTags: tags, Layers: [`${text}/layer.tar`, `${text}2/layer.tar`] },
  };
}

async function bytesOf({ content }: ImageLayer): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  if (content.kind === 'directory') throw new Error('a directory');
  if (content.kind === 'stream') for await (const part of content.open(new AbortController().signal)) parts.push(part);
  else {
    const file = await open(content.path);
    const { buffer } = await file.read(Buffer.alloc(content.length), 0, content.length, content.offset);
    parts.push(buffer);
    await file.close();
  }
  return Buffer.concat(parts);
}

async function failure(name: string, platform?: Platform): Promise<UserError> {
  try {
    const image = await openImage(name, { ...nobody, ...(platform && { platform }) });
    await image.close();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${name} was opened`);
}

describe('an image on disk', () => {
  const blobs = testBlobs();
  const manifest = blobs.image('web');
  const files = layoutFiles(blobs.blobs, [manifest]);
  it.each([
    ['OCI layout', () => writeFiles(place(), files)],
    ['OCI archive', () => archive(files)],
    ['OCI archive', () => archive(files, gzipSync)],
    ['OCI archive', () => archive(files, zstdStored)],
    // An archive of several members, as pigz and bgzip write them.
    [
      'OCI archive',
      () => archive(files, (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))])),
    ],
  ])('is the same as %s (%#)', async (source, make) => {
    const image = await openImage(make(), nobody);
    expect(image).toMatchObject({
      source,
      digest: manifest.digest,
      configuration: {
        platform: { os: 'linux', architecture: 'amd64' },
        user: 'web',
        environment: ['A=1'],
        command: ['/app'],
        exposedPorts: ['80/tcp'],
        history: [{ createdBy: 'ADD base', emptyLayer: false }, { emptyLayer: true }, { createdBy: 'COPY app' }],
      },
      layers: [{ history: 0 }, { history: 2 }],
    });
    expect(image.configuration.labels.get('from')).toBe('web');
    for (const layer of image.layers) expect(digestOf(await bytesOf(layer))).toBe(layer.digest);
    // Again, and from the last one to the first.
    for (const layer of image.layers.toReversed()) expect(digestOf(await bytesOf(layer))).toBe(layer.digest);
    await image.close();
    await image.close();
  });

  it.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['gzipped', gzipSync],
  ])('is what docker save wrote, %s', async (_, pack) => {
    const { files, saved } = savedFiles('web');
    const image = await openImage(
      archive([...files, { name: 'manifest.json', content: JSON.stringify([saved]) }], pack),
      nobody,
    );
    expect(image).toMatchObject({
      source: 'docker-archive',
      reference: 'web:1',
      layers: [{ bytes: 2048 }, { bytes: 2048 }],
    });
    for (const layer of image.layers) expect(digestOf(await bytesOf(layer))).toBe(layer.diffId);
    await image.close();
  });

  it('counts as the last one of a name, compressed or not', async () => {
    const { files, saved } = savedFiles('web');
    const twice = [
      { name: String(files[2]?.name), content: '{}' },
      ...files,
      { name: 'manifest.json', content: JSON.stringify([saved]) },
    ];
    for (const pack of [(bytes: Buffer) => bytes, gzipSync])
      expect((await openImage(archive(twice, pack), nobody)).configuration.platform.architecture).toBe('amd64');
  });

  it('is a file of its own where a compressed archive may be unpacked', async () => {
    const image = await openImage(archive(files, gzipSync), { ...nobody, temporaryFiles: true });
    for (const layer of image.layers) {
      expect(layer.content.kind).toBe('file');
      expect(digestOf(await bytesOf(layer))).toBe(layer.digest);
    }
    await image.close();
  });

  it('has names of any length in its archive', async () => {
    const { files, saved } = savedFiles('web');
    const long = `${'long/'.repeat(60)}layer.tar`;
    const [layer, , config] = files;
    const image = { ...saved, Layers: [long, 'linked'] };
    const entries = [
      ...withPax({ path: long }, { name: 'short', ...(layer?.content !== undefined && { content: layer.content }) }),
      { name: '././@LongLink', type: 'K', content: `${long}\0` },
      { name: 'linked', type: '1', target: 'long' },
      ...(config ? [config] : []),
      { name: './manifest.json', content: JSON.stringify([image]) },
    ];
    const opened = await openImage(archive(entries), nobody);
    for (const layer of opened.layers) expect(digestOf(await bytesOf(layer))).toBe(layer.diffId);
    await opened.close();
  });

  it('is a root file system where a directory is nothing else', async () => {
    expect(await openImage(`rootfs:${scratch}`, nobody)).toMatchObject({
      source: 'directory',
      layers: [{ content: { kind: 'directory', path: scratch } }],
    });
  });
});

describe('of several images', () => {
  const blobs = testBlobs();
  const ref = 'org.opencontainers.image.ref.name';
  const [one, two] = ['one', 'two'].map((text) => ({ ...blobs.image(text), annotations: { [ref]: text } }));
  const named = layout([one ?? {}, two ?? {}], blobs);
  it('one is named behind the path', async () => {
    expect(await openImage(`${named}:two`, nobody)).toMatchObject({ digest: two?.digest });
    expect(await openImage(`oci:${named}@${one?.digest}`, nobody)).toMatchObject({ digest: one?.digest });
    expect(await failure(named)).toMatchObject({ remedy: expect.stringContaining('one, two'), exitCode: 2 });
    expect(await failure(`${named}:three`)).toMatchObject({ message: 'There is no image three here.' });
  });

  it('one of an archive of docker save is named by a tag', async () => {
    const [first, second] = [savedFiles('one'), savedFiles('two', ['docker.io/shop/two:latest'])];
    const content = JSON.stringify([first.saved, second.saved]);
    const file = archive([...first.files, ...second.files, { name: 'manifest.json', content }]);
    for (const name of ['two', 'shop/two:latest', 'docker.io/shop/two:latest'])
      expect((await openImage(`docker-archive:${file}:${name}`, nobody)).layers[0]?.content).toMatchObject({
        kind: 'file',
      });
    expect((await failure(file)).remedy).toContain('one:1, docker.io/shop/two:latest');
  });

  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm', variant: 'v6' },
    { os: 'linux', architecture: 'arm', variant: 'v7' },
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
    { os: 'windows', architecture: 'amd64' },
  ];
  const many = testBlobs();
  const images = platforms.map((platform) => many.image(JSON.stringify(platform), { platform }));
  const attestation = many.image('attestation', { platform: { os: 'unknown', architecture: 'unknown' } });
  const index = many.add(types.index, {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [attestation, ...images],
  });
  const several = layout([index], many);
  it.each([
    [{ os: 'linux', architecture: 'amd64' }, 0],
    [{ os: 'linux', architecture: 'arm', variant: 'v6' }, 1],
    [{ os: 'linux', architecture: 'arm' }, 2],
    [{ os: 'linux', architecture: 'arm', variant: 'v8' }, 2],
    [{ os: 'linux', architecture: 'arm64' }, 3],
    [{ os: 'windows', architecture: 'amd64' }, 4],
  ])('that of the platform %o is taken', async (platform, which) => {
    expect(await openImage(several, { ...nobody, platform })).toMatchObject({
      digest: images[which]?.digest,
      indexDigest: index.digest,
    });
  });

  it.each([
    { os: 'linux', architecture: 's390x' },
    { os: 'unknown', architecture: 'unknown' },
    { os: 'linux', architecture: 'arm', variant: 'v5' },
  ])('none is taken for %o', async (platform) => {
    expect(await failure(several, platform)).toMatchObject({
      exitCode: 2,
      remedy: expect.stringContaining('linux/arm/v6, linux/arm/v7'),
    });
  });

  it('those count that are there', async () => {
    const partial = testBlobs();
    const here = partial.image('here', { platform: { os: 'linux', architecture: 'riscv64' } });
    const [absent] = images;
    const mixed = partial.add(types.index, { schemaVersion: 2, manifests: [absent, here] });
    expect(await openImage(layout([mixed], partial), nobody)).toMatchObject({ digest: here.digest });
  });
});

describe('what is wrong with an image is said with its digest', () => {
  type Wrong = (blobs: TestBlobs) => TestDescriptor;
  const manifestOf =
    (given: object): Wrong =>
    (blobs) =>
      blobs.image('web', { manifest: given });
  const raw =
    (content: Buffer | object, type = types.manifest): Wrong =>
    (blobs) =>
      blobs.add(type, content);
  const layer = (given: object) => ({ mediaType: types.tar, digest: `sha256:${'a'.repeat(64)}`, size: 1, ...given });
  it.each<[string, Wrong, RegExp]>([
    ['an index and an image at once', manifestOf({ manifests: [] }), /index and an image at once/],
    ['an image called an index', manifestOf({ mediaType: types.index }), /says it is .*index.*holds layers/],
    ['an index under the type of an image', raw({ schemaVersion: 2, manifests: [] }), /holds a list of manifests/],
    ['no JSON', raw(Buffer.from('{"manifests": [')), /no JSON object/],
    ['a list', raw(Buffer.from('[]')), /no JSON object/],
    ['nothing', raw({}), /neither manifests nor layers/],
    ['schema 1', raw({ schemaVersion: 1, fsLayers: [] }), /schema 1/],
    [
      'a Helm chart',
      manifestOf({ config: layer({ mediaType: 'application/vnd.cncf.helm.config.v1+json' }) }),
      /no container image: .*helm/,
    ],
    [
      'an attestation',
      manifestOf({ layers: [1, 2].map(() => layer({ mediaType: 'application/vnd.in-toto+json' })) }),
      /A layer of this image is application.vnd.in-toto.json/,
    ],
    [
      'too many layers',
      manifestOf({ layers: Array.from({ length: 513 }, () => layer({})) }),
      /513 layers; at most 512/,
    ],
    [
      'more layers than the configuration names',
      manifestOf({ layers: [layer({})] }),
      /configuration of this image names 2 layers, its manifest 1/,
    ],
    [
      'a digest that is a path',
      manifestOf({ config: layer({ mediaType: types.config, digest: 'sha256:../../../../etc/passwd' }) }),
      /no digest/,
    ],
    [
      'a digest of another length',
      manifestOf({ config: layer({ mediaType: types.config, digest: 'sha256:abc' }) }),
      /no digest/,
    ],
    ['a negative size', manifestOf({ layers: [layer({ size: -1 })] }), /no number of bytes/],
    ['a size beyond all', manifestOf({ layers: [layer({ size: 1e300 })] }), /no number of bytes/],
    ['a configuration that is not there', manifestOf({ config: layer({ mediaType: types.config }) }), /lacks a file/],
    ['another size', (blobs) => ({ ...blobs.image('web'), size: 5 }), /its manifest says 5/],
    ['an index of nothing', (blobs) => blobs.add(types.index, { manifests: [] }), /no image for/],
    [
      'diff_ids that are none',
      (blobs) => blobs.image('web', { config: { rootfs: { diff_ids: ['x', 'y'] } } }),
      /does not name its layers/,
    ],
    [
      'the platform of another',
      (blobs) => ({
        ...blobs.image('web', { platform: { os: 'plan9', architecture: 'mips' } }),
        platform: { os: 'linux', architecture: 'amd64' },
      }),
      /is for plan9\/mips, not for linux\/amd64/,
    ],
  ])('%s', async (_, make, message) => {
    const blobs = testBlobs();
    const error = await failure(layout([make(blobs)], blobs), { os: 'linux', architecture: 'amd64' });
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });

  it('a blob that was exchanged', async () => {
    const blobs = testBlobs();
    const manifest = blobs.image('web');
    const other = testBlobs().image('wex');
    const stored = blobs.blobs.get(manifest.digest);
    const changed = new Map(blobs.blobs).set(
      manifest.digest,
      Buffer.from(String(stored).replace(/[0-9a-f]{64}/, other.digest.slice(7))),
    );
    const error = await failure(writeFiles(place(), layoutFiles(changed, [manifest])));
    expect(error).toMatchObject({
      message: expect.stringContaining('not what its digest names'),
      where: expect.stringContaining(manifest.digest),
    });
  });

  it('a layer that is cut off', async () => {
    const blobs = testBlobs();
    const manifest = blobs.image('web');
    const cut = new Map(
      [...blobs.blobs].map(([digest, bytes]) => [digest, bytes.length === 2048 ? bytes.subarray(1) : bytes]),
    );
    const error = await failure(writeFiles(place(), layoutFiles(cut, [manifest])));
    expect(error.message).toContain('has 2047 bytes; its manifest says 2048');
  });

  it('indexes that lie in each other without end', async () => {
    const blobs = testBlobs();
    let inner = blobs.image('web');
    for (let depth = 0; depth < 6; depth++)
      inner = blobs.add(types.index, { manifests: [inner], annotations: { depth: `${depth}` } });
    expect((await failure(layout([inner], blobs))).message).toContain('more than 4 deep');
  });

  // No bytes hold their own SHA-256: a loop is a lie in a digest, and is told as one before it is followed.
  it.each<[string, readonly string[]]>([
    ['an index that lists itself', ['a']],
    ['indexes that list each other', ['a', 'b', 'c']],
  ])('%s', async (_, letters) => {
    const digest = (at: number) => `sha256:${(letters[at % letters.length] ?? '').repeat(64)}`;
    const next = (at: number) => ({ mediaType: types.index, digest: digest(at) });
    const bodies = letters.map((_letter, at) =>
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [next(at + 1)] })),
    );
    const size = bodies[0]?.length ?? 0;
    const sized = bodies.map((body) => body.subarray(0, size));
    const looped = new Map(sized.map((body, at) => [digest(at), body] as const));
    const files = layoutFiles(looped, [{ ...next(0), size }]);
    const archive = place('.tar');
    writeFileSync(archive, tarOf(files));
    for (const from of [writeFiles(place(), files), archive])
      expect(await failure(from)).toMatchObject({
        message: expect.stringContaining('not what its digest names'),
        where: expect.stringContaining(digest(0)),
        exitCode: 2,
      });
  });

  it('an index that lists one manifest a thousand times is read once', async () => {
    const blobs = testBlobs();
    const inner = blobs.add(types.index, { manifests: Array.from({ length: 1000 }, () => blobs.image('web')) });
    const image = await openImage(layout([inner], blobs), { environment: {} });
    expect(image.layers).toHaveLength(2);
    await image.close();
  });

  it('a manifest of gigabytes', async () => {
    const blobs = testBlobs();
    const huge = blobs.add(types.manifest, Buffer.alloc(5 * 1024 * 1024, ' '));
    expect((await failure(layout([huge], blobs))).message).toContain('at most 4194304 are read');
  });

  it('JSON that is nested a million deep', async () => {
    const blobs = testBlobs();
    const deep = blobs.add(types.manifest, Buffer.from('{"a":'.repeat(500_000)));
    expect((await failure(layout([deep], blobs))).message).toContain('no JSON object');
  });

  it('names that would change every object', async () => {
    const blobs = testBlobs();
    const manifest = blobs.image('web', {
      config: { config: JSON.parse('{"__proto__": {"polluted": true}, "Labels": {"__proto__": "x"}}') },
    });
    await openImage(layout([manifest], blobs), nobody);
    expect('polluted' in {}).toBe(false);
  });
});

describe('an archive that is none', () => {
  const { files, saved } = savedFiles('web');
  const manifest = { name: 'manifest.json', content: JSON.stringify([saved]) };
  const whole = tarOf([...files, manifest]);
  const file = (bytes: Buffer) => {
    const name = place('.tar');
    writeFileSync(name, bytes);
    return name;
  };
  it.each<[string, () => string, RegExp]>([
    ['random bytes', () => file(Buffer.alloc(2048, 'plimsoll')), /no tar archive/],
    ['nothing', () => file(Buffer.alloc(0)), /lacks manifest.json/],
    ['cut off in a header', () => file(whole.subarray(0, 700 - 188 + 2048 + 100)), /middle of a header/],
    ['cut off in a layer', () => file(whole.subarray(0, 1200)), /middle of web\/layer.tar/],
    ['cut off and gzipped', () => file(gzipSync(whole).subarray(0, 200)), /damaged or cut short/],
    ['gzip of which a byte is wrong', () => file(flipped(gzipSync(whole))), /damaged or cut short|no tar archive/],
    ['cut off and packed with Zstandard', () => file(zstdStored(whole).subarray(0, -100)), /damaged or cut short/],
    ['xz', () => file(Buffer.from('fd377a585a000000', 'hex')), /compressed with xz/],
    ['manifest.json twice', () => archive([...files, manifest, manifest]), /manifest.json twice/],
    ['manifest.json that is no list', () => archive([...files, { ...manifest, content: '{}' }]), /no list/],
    [
      'manifest.json that is no JSON',
      () => archive([...files, { ...manifest, content: '['.repeat(3_000_000) }]),
      /not valid JSON/,
    ],
    [
      'a configuration out of the archive',
      () => archive([{ ...manifest, content: JSON.stringify([{ Config: '../../etc/passwd', Layers: [] }]) }]),
      /lacks a file/,
    ],
    [
      'a layer that is a link to this machine',
      () => archive([...files.slice(1), { name: 'web/layer.tar', type: '2', target: '/etc/passwd' }, manifest]),
      /lacks a file/,
    ],
    [
      'layers that link to each other',
      () => archive([...files.slice(1), { name: 'web/layer.tar', type: '2', target: '../web2/layer.tar' }, manifest]),
      /lacks a file/,
    ],
    [
      'a layer that is a device',
      () => archive([...files.slice(1), { name: 'web/layer.tar', type: '3' }, manifest]),
      /lacks a file/,
    ],
    [
      'an entry beyond all files',
      () => archive([...withPax({ size: '9007199254740991' }, { name: 'huge' })]),
      /larger than any file|middle of huge/,
    ],
    [
      'a configuration that is not what its name says',
      () =>
        archive(
          files
            .map((entry) => (String(entry.name).endsWith('.json') ? { ...entry, content: `${entry.content} ` } : entry))
            .concat(manifest),
        ),
      /not what its name says/,
    ],
    ['no list of images', () => archive([...files, { ...manifest, content: '[]' }]), /no image in this archive/],
  ])('%s', async (_, make, message) => {
    const error = await failure(make());
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });

  it('that unpacks to far more than it has ends early, and says its name', async () => {
    const bomb = file(gzipSync(Buffer.alloc(64 * 2 ** 20)));
    let seen = 0;
    const read = async () => {
      for await (const chunk of unpacked(bomb, 'gzip', bomb, 2 ** 20)) seen += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^This archive unpacks to more than \d+ bytes, 100 times its size/),
      where: bomb,
    });
    expect(seen).toBeLessThan(8 * 2 ** 20);
  });

  it.each([
    ['oci-archive:none.tar', /no file or directory/],
    ['docker-archive:none.tar', /no file or directory/],
    [`oci-archive:${scratch}`, /cannot be read|lacks/],
    ['oci:none', /lacks a file/],
    ['rootfs:none', /no file or directory/],
    [`rootfs:${fileURLToPath(import.meta.url)}`, /this is a file/],
  ])('%s', async (name, message) => {
    expect((await failure(name)).message).toMatch(message);
  });

  it('a directory whose blobs are pipes and devices', async () => {
    const blobs = testBlobs();
    const manifest = blobs.image('web');
    const directory = layout([manifest], blobs);
    const blob = path.join(directory, 'blobs/sha256', manifest.digest.slice(7));
    rmSync(blob);
    symlinkSync('/dev/zero', blob);
    expect((await failure(directory)).message).toContain('lacks a file');
  });
});

function flipped(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  return bytes;
}

describe('a name', () => {
  const directory = place();
  mkdirSync(path.join(directory, 'etc'), { recursive: true });
  const anywhere = (image: string) => ({ kind: 'anywhere', image });
  it.each([
    ['node:20', anywhere('node:20')],
    ['docker:24', anywhere('docker:24')],
    ['registry:2', anywhere('registry:2')],
    ['localhost:5000/web', anywhere('localhost:5000/web')],
    ['0123456789ab', anywhere('0123456789ab')],
    [`sha256:${'a'.repeat(64)}`, anywhere(`sha256:${'a'.repeat(64)}`)],
    ['docker://node:20', { kind: 'registry', reference: { repository: 'library/node', tag: '20' } }],
    ['registry:ghcr.io/shop/web:1', { kind: 'registry', reference: { registry: 'ghcr.io' } }],
    ['registry:node', { kind: 'registry', reference: { repository: 'library/node' } }],
    ['docker-daemon:web:1', { kind: 'docker', image: 'web:1' }],
    ['podman:web', { kind: 'podman', image: 'web' }],
    ['containers-storage:localhost/web:1', { kind: 'storage', image: 'localhost/web:1' }],
    ['rootfs:/', { kind: 'rootfs', path: '/' }],
    [`dir:${directory}`, { kind: 'rootfs', path: directory }],
    [directory, { kind: 'rootfs', path: directory }],
    [`oci:${directory}:web:1`, { kind: 'layout', path: directory, image: 'web:1' }],
    ['oci-archive:none.tar', { kind: 'archive', path: 'none.tar', format: 'OCI archive' }],
    // A directory of this repository is not what is meant by an image of its name.
    ['src', anywhere('src')],
    ['src:1', anywhere('src:1')],
  ])('%s is %o', (name, expected) => {
    expect(readImageName(name)).toMatchObject(expected);
  });

  it('of a directory that skopeo wrote needs no path before it', () => {
    const here = `plimsoll-name-${process.pid}`;
    mkdirSync(here);
    try {
      expect(readImageName(here)).toMatchObject({ kind: 'anywhere' });
      for (const name of ['version', 'manifest.json']) writeFileSync(path.join(here, name), '');
      expect(readImageName(here)).toEqual({ kind: 'skopeo-directory', path: here });
    } finally {
      rmSync(here, { recursive: true });
    }
  });

  it.each([
    '',
    'No Such',
    './nothing',
    'nothing.tar',
    'web@sha256:1',
    'docker://-x',
    'docker-daemon:--help',
    'podman:$(x)',
  ])('%j is none', (name) => {
    expect(() => readImageName(name)).toThrow(UserError);
  });

  it('a pipe or a device is there, and is no image', () => {
    expect(() => readImageName('/dev/null')).toThrow('neither a file nor a directory');
    expect(() => readImageName('/dev/nothing-is-here')).toThrow('no file or directory of this name');
  });
});
