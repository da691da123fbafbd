import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layerWorker } from '../../scripts/bundles.mjs';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageLayer } from '../../src/image/image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
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
function told({ image: _, files: seen, filesAt, ...rest }: ImageAnalysis) {
  return {
    ...rest,
    layers: rest.layers.map(({ layer, ...figures }) => ({ ...figures, digest: layer.digest })),
    files: [...seen],
    filesByLayer: rest.layers.map((_layer, index) => [...(filesAt?.(index) ?? [])]),
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
  const kept = () => readdirSync(directory()).map((name) => path.join(directory(), name));
  const unreadable = (layer: ImageLayer): ImageLayer => ({
    ...layer,
    content: { kind: 'file', path: '/nowhere', offset: 0, length: 1 },
  });
  const analyse = (layer: ImageLayer, code = '1', chosen = cataloguers) =>
    analyseImage(imageOf([layer]), { cataloguers: chosen, cache: { directory: directory(), code } });

  beforeAll(() => rmSync(directory(), { recursive: true, force: true }));

  test('is told without reading them again, in whichever form they are packed', async () => {
    const layer = layerOf(small);
    const fresh = told(await analyse(layer));
    expect(kept()).toHaveLength(1);
    expect(told(await analyse(unreadable(layer)))).toEqual(fresh);
    const tar = tarOf(small);
    const other = gzipSync(tar, { level: 1 });
    const again = await analyse(unreadable({ ...layer, digest: digestOf(other), bytes: other.length }));
    expect(again.pulledBytes).toBe(other.length);
    const unpacked = await analyse(unreadable({ ...layer, digest: digestOf(tar), packing: 'none', bytes: tar.length }));
    expect(unpacked.pulledBytes).toBeUndefined();
    expect([...unpacked.files]).toEqual(fresh.files);
  });

  test.each<[string, (layer: ImageLayer) => Promise<ImageAnalysis>]>([
    ['other code', (layer) => analyse(layer, '2')],
    ['other searches', (layer) => analyse(layer, '1', [])],
    ['another layer', (layer) => analyse({ ...layer, diffId: digestOf(Buffer.from('other')) })],
  ])('does not count for %s', async (_, ask) => {
    await expect(ask(unreadable(layerOf(small)))).rejects.toThrow('cannot be read');
  });

  test('does not count when it is damaged, and is then written anew', async () => {
    const layer = layerOf(small);
    const [first = ''] = kept();
    const whole = readFileSync(first);
    for (const damaged of [
      whole.subarray(0, 100),
      Buffer.alloc(0),
      Buffer.concat([whole.subarray(0, 200), Buffer.from('x'), whole.subarray(201)]),
    ]) {
      writeFileSync(first, damaged);
      await expect(analyse(unreadable(layer))).rejects.toThrow('cannot be read');
      await analyse(layer);
      expect(readFileSync(first)).toHaveLength(whole.length);
    }
  });

  test('gives way, the oldest first, when there is too much', async () => {
    const cache = { directory: path.join(scratch, 'small'), code: '1', maximumBytes: 0 };
    const sizes = async (files: readonly TarFile[], maximumBytes: number) => {
      await analyseImage(imageOf([layerOf(files)]), { cataloguers, cache: { ...cache, maximumBytes } });
      return readdirSync(cache.directory).map((name) => statSync(path.join(cache.directory, name)).size);
    };
    const [one = 0] = await sizes(small, 1 << 20);
    expect(await sizes([file('x', '1')], one + 10)).toHaveLength(1);
    expect(await sizes([file('y', '1')], 1 << 20)).toHaveLength(2);
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
