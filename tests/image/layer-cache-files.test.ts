import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageLayer } from '../../src/image/image.ts';
import { tarOf } from './tar-archive.ts';
import { digestOf, imageOf } from './test-image.ts';

/** So much that reading it is seen in what the process has read; nothing in it to look for. */
const padding = { name: 'p', content: '\0'.repeat(8 * 2 ** 20) };
const contentOf = (name: string) =>
  tarOf([{ name: 'app/node_modules/a/package.json', content: `{"name":"${name}","version":"1.0.0"}` }, padding]);
const good = contentOf('good');
const evil = contentOf('evil');

/** No file in memory is trusted, where /tmp is in some distributions. */
const isTmpfs = process.platform === 'linux' && statfsSync(tmpdir()).type === 0x01021994;
const parent = isTmpfs ? path.resolve('.cache') : tmpdir();

let scratch = '';
let file = '';
beforeEach(() => {
  mkdirSync(parent, { recursive: true });
  scratch = mkdtempSync(path.join(parent, 'plimsoll-cache-'));
  file = path.join(scratch, 'blob');
  writeFileSync(file, good);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(scratch, { recursive: true, force: true });
});

const claimed: ImageLayer = {
  digest: digestOf(good),
  diffId: digestOf(good),
  packing: 'none',
  bytes: good.length,
  foreign: false,
  content: { kind: 'file', path: '', offset: 0, length: good.length },
};
const ofFile = (): ImageLayer => ({
  ...claimed,
  content: { kind: 'file', path: file, offset: 0, length: good.length },
});
const analyse = async (layer: ImageLayer = ofFile()) => {
  const cache = { directory: path.join(scratch, 'cache'), code: '1' };
  const { packages } = await analyseImage(imageOf([layer]), { cataloguers, cache });
  return packages.map(({ name }) => name);
};
/** As long after the file was written that a later change has another time. */
const later = () => vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
const bytesRead = () => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
/** Whether the layer's bytes were read meanwhile. */
async function readsLayer(act: () => Promise<unknown>): Promise<boolean> {
  const before = bytesRead();
  await act();
  return bytesRead() - before > good.length / 2;
}
const restoring = (change: () => void) => {
  const { atime, mtime } = statSync(file);
  change();
  utimesSync(file, atime, mtime);
};

describe.runIf(process.platform === 'linux')('a file whose bytes were held against their digest', () => {
  test('is not read again', async () => {
    later();
    expect(await analyse()).toEqual(['good']);
    expect(await readsLayer(analyse)).toBe(false);
    expect(await analyse()).toEqual(['good']);
  });

  test.each<[string, () => void]>([
    ['written over', () => writeFileSync(file, evil)],
    [
      'replaced by another file',
      () => {
        writeFileSync(`${file}.new`, evil);
        renameSync(`${file}.new`, file);
      },
    ],
  ])('is read again once it was %s, with the same size and time', async (_, change) => {
    later();
    await analyse();
    restoring(change);
    expect(statSync(file).size).toBe(good.length);
    await expect(analyse()).rejects.toThrow(`the layer's bytes have the digest ${digestOf(evil)}`);
  });

  test('is read again where it was changed just before it was read', async () => {
    await analyse();
    expect(await readsLayer(analyse)).toBe(true);
  });

  test('is noted by the second look where the first one came too soon', async () => {
    await analyse();
    later();
    expect(await readsLayer(analyse)).toBe(true);
    expect(await readsLayer(analyse)).toBe(false);
  });

  test('is read again where everybody can write it', async () => {
    chmodSync(file, 0o666);
    later();
    await analyse();
    expect(await readsLayer(analyse)).toBe(true);
  });

  test('says nothing of another range of it, and nothing of another digest', async () => {
    writeFileSync(file, Buffer.concat([good, evil]));
    later();
    await analyse();
    const other: ImageLayer = {
      ...claimed,
      content: { kind: 'file', path: file, offset: good.length, length: evil.length },
    };
    await expect(analyse(other)).rejects.toThrow(digestOf(evil));
    await expect(analyse({ ...ofFile(), digest: digestOf(evil), diffId: digestOf(evil) })).rejects.toThrow(
      digestOf(good),
    );
    expect(await readsLayer(analyse)).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('a layer that an engine has just exported', () => {
  const { digest: _, ...exported } = claimed;
  const fromEngine = (): ImageLayer => ({
    ...exported,
    content: { kind: 'file', path: file, offset: 0, length: good.length, byDiffId: true },
  });

  test('is not read again: the engine keeps it by its diffId', async () => {
    expect(await analyse(fromEngine())).toEqual(['good']);
    expect(await readsLayer(() => analyse(fromEngine()))).toBe(false);
    expect(await analyse(fromEngine())).toEqual(['good']);
  });

  test('is read, and held against its diffId, where nothing is known of it', async () => {
    writeFileSync(file, evil);
    await expect(analyse(fromEngine())).rejects.toThrow(digestOf(evil));
  });
});

describe('a layer that was found packed otherwise', () => {
  const packed = gzipSync(good);
  const gzipped: ImageLayer = {
    ...claimed,
    digest: digestOf(packed),
    packing: 'gzip',
    bytes: packed.length,
    content: {
      kind: 'stream',
      async *open() {
        yield packed;
      },
    },
  };
  const unreadable: ImageLayer = {
    ...gzipped,
    content: {
      kind: 'stream',
      // biome-ignore lint/correctness/useYield: it ends before the first chunk
      async *open() {
        throw new Error('nowhere');
      },
    },
  };

  test('is known in an archive without digests, by its verified bytes', async () => {
    await analyse(gzipped);
    const { digest: _, ...saved } = ofFile();
    const reading = vi.fn();
    const cache = { directory: path.join(scratch, 'cache'), code: '1' };
    const searches = cataloguers.map((each) => ({ ...each, wants: reading }));
    const analysis = await analyseImage(imageOf([saved]), { cataloguers: searches, cache });
    expect(analysis.packages.map(({ name }) => name)).toEqual(['good']);
    expect(reading).not.toHaveBeenCalled();
    expect(analysis.pulledBytes).toBeUndefined();
    writeFileSync(file, evil);
    await expect(analyse(saved)).rejects.toThrow(digestOf(evil));
  });

  test('is not known under a digest that was never seen to unpack to it', async () => {
    await analyse();
    await expect(analyse(unreadable)).rejects.toThrow('cannot be read');
    await analyse(gzipped);
    expect(await analyse(unreadable)).toEqual(['good']);
  });

  test.each(['gzip', 'zstd'] as const)(
    'is read, and is an error, where it says %s and is not packed',
    async (packing) => {
      const plain: ImageLayer = {
        ...claimed,
        content: {
          kind: 'stream',
          async *open() {
            yield good;
          },
        },
      };
      expect(await analyse(plain)).toEqual(['good']);
      await expect(analyse({ ...plain, packing })).rejects.toThrow(`says that it is ${packing}, and is not`);
    },
  );
});
