import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layerWorker } from '../../scripts/bundles.mjs';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageLayer } from '../../src/image/image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
import { scanLayers } from '../../src/image/scan-layers.ts';
import { type TarFile, tarOf } from './tar-archive.ts';
import { digestOf, imageOf, layerOf } from './test-image.ts';

let scratch = '';
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-layers-'));
  await build({ ...layerWorker, outdir: scratch });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const file = (name: string, content: string): TarFile => ({ name, content });
/** What a search of packages and secrets has to do with, and a part that is large enough for a thread. */
const files = (name: string): TarFile[] => [
  file(`${name}/node_modules/a/package.json`, '{"name":"a","version":"1.0.0"}'),
  file(`${name}/.env`, 'DB_PASSWORD=x9Yk2mQ7\n'),
  ...Array.from({ length: 20 }, (_, at) => file(`${name}/${at}`, `${name}${at}`.repeat(200_000))),
];

/** A layer in a file, where a thread reads it. */
function stored(name: string, bytes: Uint8Array, given: Partial<ImageLayer> = {}): ImageLayer {
  const place = path.join(scratch, name);
  writeFileSync(place, bytes);
  return {
    digest: digestOf(bytes),
    packing: 'unknown',
    bytes: bytes.length,
    foreign: false,
    content: { kind: 'file', path: place, offset: 0, length: bytes.length },
    ...given,
  };
}

/** All that is told, without the image itself. */
function told({ image: _, files: seen, filesAt, pathsOf, broughtBy, ...rest }: ImageAnalysis) {
  return {
    ...rest,
    layers: rest.layers.map(({ layer, ...figures }) => ({ ...figures, digest: layer.digest })),
    files: [...seen].map((file) => ({ ...file, broughtBy: broughtBy?.(file.path) })),
    filesByLayer: rest.layers.map((_layer, index) => [...(filesAt?.(index) ?? [])]),
    pathsByLayer: rest.layers.map((_layer, index) => [...(pathsOf?.(index) ?? [])]),
  };
}

describe('layers in threads', () => {
  test('are read as one thread reads them', async () => {
    const image = imageOf(['a', 'b', 'c'].map((name) => stored(name, tarOf(files(name)))));
    const one = await analyseImage(image, { cataloguers });
    expect(one.packages).toHaveLength(3);
    expect(one.secrets.map(({ place }) => place)).toEqual(['a/.env', 'b/.env', 'c/.env']);
    const several = await analyseImage(image, { cataloguers, threads: path.join(scratch, 'layer-worker.js') });
    expect(told(several)).toEqual(told(one));
  });

  test('end with the same error', async () => {
    const bytes = tarOf(files('a'));
    const image = imageOf([
      stored('large', tarOf([...files('d'), ...files('e')])),
      stored('wrong', bytes, { digest: digestOf(Buffer.from('x')) }),
    ]);
    await expect(
      analyseImage(image, { cataloguers, threads: path.join(scratch, 'layer-worker.js') }),
    ).rejects.toMatchObject({
      name: 'UserError',
      message: `the layer's bytes have the digest ${digestOf(bytes)}`,
      where: `layer ${digestOf(Buffer.from('x'))}`,
    });
  });

  test('that do not start leave the work to one thread', async () => {
    const image = imageOf(['a', 'b', 'c'].map((name) => stored(name, tarOf(files(name)))));
    const broken = path.join(scratch, 'broken.cjs');
    writeFileSync(broken, 'throw new Error("does not start");');
    const analysis = await analyseImage(image, { cataloguers, threads: broken });
    expect(analysis.packages).toHaveLength(3);
  });

  test('stop when nobody wants the answer any more', async () => {
    const image = imageOf(['a', 'b'].map((name) => stored(name, tarOf(files(name)))));
    const signal = AbortSignal.abort(new Error('not wanted'));
    await expect(
      analyseImage(image, { cataloguers, threads: path.join(scratch, 'layer-worker.js'), signal }),
    ).rejects.toThrow('not wanted');
  });
});

describe('what was found in layers before', () => {
  const small = [
    file('app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}'),
    file('b', 'bb'),
    { name: 'l', type: '2', target: 'b' },
  ];
  const directory = () => path.join(scratch, 'cache');
  /** But for the key that contents are named by. */
  const kept = () =>
    readdirSync(directory()).flatMap((name) => (name.startsWith('content-key') ? [] : [path.join(directory(), name)]));
  const unreadable = (layer: ImageLayer): ImageLayer => ({
    ...layer,
    content: {
      kind: 'stream',
      // biome-ignore lint/correctness/useYield: it ends before the first chunk
      async *open() {
        throw new Error('nowhere');
      },
    },
  });
  const analyse = (layer: ImageLayer, code = '1', chosen = cataloguers) =>
    analyseImage(imageOf([layer]), { cataloguers: chosen, cache: { directory: directory(), code } });

  beforeAll(() => rmSync(directory(), { recursive: true, force: true }));

  test('is told without reading them again', async () => {
    const layer = layerOf(small);
    const fresh = told(await analyse(layer));
    expect(kept()).toHaveLength(3);
    expect(told(await analyse(unreadable(layer)))).toEqual(fresh);
  });

  test('is told of the same layers under others, and under another one', async () => {
    const lower = layerOf([file('b', 'lower'), file('etc/os-release', 'ID=alpine\n')], { history: 0 });
    const upper = layerOf(small, { history: 1 });
    const another = layerOf([{ name: '.wh.b' }]);
    const told2 = async (layers: ImageLayer[], cached: boolean) =>
      told(
        await analyseImage(imageOf(layers), {
          cataloguers,
          ...(cached && { cache: { directory: directory(), code: 'stacks' } }),
        }),
      );
    const stacks = [[lower, upper], [upper, lower], [lower, upper, another], [upper], [lower, lower, upper]];
    for (const layers of stacks) expect(await told2(layers, true)).toEqual(await told2(layers, false));
    for (const layers of stacks) expect(await told2(layers.map(unreadable), true)).toEqual(await told2(layers, false));
  });

  test.each<[string, (layer: ImageLayer) => Promise<ImageAnalysis>]>([
    ['other code', (layer) => analyse(layer, '2')],
    ['other searches', (layer) => analyse(layer, '1', [])],
    ['other bytes', (layer) => analyse({ ...layer, digest: digestOf(Buffer.from('other')) })],
    ['another diffId', (layer) => analyse({ ...layer, diffId: digestOf(Buffer.from('other')) })],
    ['another size', (layer) => analyse({ ...layer, bytes: 1 })],
    ['a digest that cannot be verified', (layer) => analyse({ ...layer, digest: 'other:1' })],
  ])('does not count for %s', async (_, ask) => {
    await expect(ask(unreadable(layerOf(small)))).rejects.toThrow('cannot be read');
  });

  test.each<[string, (bytes: Uint8Array) => Partial<ImageLayer>]>([
    ['a layout, where the digest is said', (bytes) => ({ digest: digestOf(bytes), diffId: digestOf(bytes) })],
    ['an archive of docker save, which says the diffId only', (bytes) => ({ diffId: digestOf(bytes) })],
  ])('does not count for other bytes in the file of %s', async (name, claims) => {
    const tar = tarOf(small);
    const { digest: _, ...plain } = stored(`known ${name}`, tar);
    const files = kept().length;
    expect((await analyse({ ...plain, ...claims(tar) })).packages).toHaveLength(1);
    expect((await analyse({ ...plain, ...claims(tar) })).packages).toHaveLength(1);
    expect(kept().length - files).toBeLessThanOrEqual(1);
    const evil = tarOf([file('app/node_modules/a/package.json', '{"name":"e","version":"6.6.6"}'), ...small.slice(1)]);
    expect(evil).toHaveLength(tar.length);
    const { digest: __, ...other } = stored(`other ${name}`, evil);
    await expect(analyse({ ...other, ...claims(tar) })).rejects.toThrow(digestOf(evil));
  });

  test('does not count when it is damaged, and is then written anew', async () => {
    const layer = layerOf(small);
    rmSync(directory(), { recursive: true, force: true });
    const fresh = told(await analyse(layer));
    let unread = 0;
    for (const file of kept()) {
      const whole = readFileSync(file);
      for (const damaged of [
        whole.subarray(0, 40),
        Buffer.alloc(0),
        Buffer.concat([whole.subarray(0, 60), Buffer.from('x'), whole.subarray(61)]),
      ]) {
        writeFileSync(file, damaged);
        await analyse(unreadable(layer)).catch((error: Error) => {
          expect(error.message).toContain('cannot be read');
          unread++;
        });
        expect(told(await analyse(layer))).toEqual(fresh);
        expect(readFileSync(file)).toHaveLength(whole.length);
      }
    }
    // The layer, and what its digest unpacks to. What layers are on top of each other is found again from those.
    expect(unread).toBe(2 * 3);
  });

  test('gives way, the oldest first, when there is too much', async () => {
    const cache = { directory: path.join(scratch, 'small'), code: '1', maximumBytes: 0 };
    const sizes = async (files: readonly TarFile[], maximumBytes: number) => {
      await analyseImage(imageOf([layerOf(files)]), { cataloguers, cache: { ...cache, maximumBytes } });
      return readdirSync(cache.directory).map((name) => statSync(path.join(cache.directory, name)).size);
    };
    const sum = (one: number, other: number) => one + other;
    const first = (await sizes(small, 1 << 20)).reduce(sum);
    expect((await sizes([file('x', '1')], first + 10)).reduce(sum)).toBeLessThanOrEqual(first + 10);
    expect((await sizes([file('y', '1')], 1 << 20)).length).toBeGreaterThanOrEqual(6);
  });

  test('cannot be kept where there is no place, and nothing else happens', async () => {
    writeFileSync(path.join(scratch, 'file'), '');
    const cache = { directory: path.join(scratch, 'file/cache'), code: '1' };
    expect((await analyseImage(imageOf([layerOf(small)]), { cataloguers, cache })).files.size).toBe(3);
  });
});

test('a layer that is in an image twice is read once', async () => {
  const layer = layerOf([file('a', '1')]);
  let opened = 0;
  const counted: ImageLayer = {
    ...layer,
    content: {
      kind: 'stream',
      open(signal) {
        opened++;
        return layer.content.kind === 'stream' ? layer.content.open(signal) : (async function* () {})();
      },
    },
  };
  const { layers } = await analyseImage(imageOf([counted, { ...counted }]), { cataloguers });
  expect(opened).toBe(1);
  expect(layers.map(({ contentBytes }) => contentBytes)).toEqual([1, 1]);
});

describe('a layer that says it is another one of the image', () => {
  const clean = tarOf([file('a', '1')]);
  const evil = tarOf([file('b', '2')]);
  const named = (bytes: Uint8Array): ImageLayer => stored(digestOf(bytes).slice(7), bytes);

  test.each<[string, (layer: ImageLayer) => ImageLayer]>([
    ['in a layout', (layer) => layer],
    ['in an archive without digests', ({ digest: _, ...layer }) => layer],
  ])('is refused %s', async (_, of) => {
    const diffId = digestOf(clean);
    const layers = [clean, evil].map((bytes) => of({ ...named(bytes), diffId }));
    await expect(analyseImage(imageOf(layers), { cataloguers })).rejects.toThrow(
      `the layer unpacks to ${digestOf(evil)}, but the image's configuration says ${diffId}`,
    );
  });

  test('is refused where one blob has two diffIds', async () => {
    const layers = [clean, evil].map((bytes) => ({ ...named(clean), diffId: digestOf(bytes) }));
    await expect(analyseImage(imageOf(layers), { cataloguers })).rejects.toThrow(
      `the layer unpacks to ${digestOf(clean)}, but the image's configuration says ${digestOf(evil)}`,
    );
  });

  test('is refused where its digest is one of SHA-512', async () => {
    const digest = `sha512:${'0'.repeat(128)}`;
    await expect(analyseImage(imageOf([{ ...named(clean), digest }]), { cataloguers })).rejects.toThrow(
      "the layer's bytes have the digest sha512:",
    );
  });
});

test('layers of too many files together are refused', async () => {
  const layers = ['a', 'b', 'c'].map((name) => layerOf([file(`${name}1`, ''), file(`${name}2`, '')]));
  const options = { cataloguers, secrets: false };
  const [again] = layers;
  await expect(
    scanLayers([...layers, ...(again ? [{ ...again }] : [])], { ...options, maximumImageEntries: 7 }),
  ).rejects.toThrow('more than 7 files');
  expect(await scanLayers(layers, { ...options, maximumImageEntries: 6 })).toHaveLength(3);
  await expect(scanLayers(layers, { ...options, maximumImageEntries: 5 })).rejects.toMatchObject({
    name: 'UserError',
    message: 'this layer and others of the image have more than 5 files, directories and links: no more are read',
  });
});

test('so are layers of too many packages together', async () => {
  const status = (name: string) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n`;
  const layers = ['a', 'b'].map((name) => layerOf([file(`var/lib/dpkg/status.d/${name}`, status(name))]));
  await expect(scanLayers(layers, { cataloguers, secrets: false, maximumImagePackages: 1 })).rejects.toThrow(
    'more than 1 packages',
  );
});
