import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { diffImages } from '../../src/image/diff-images.ts';
import { cacheFiles } from '../../src/image/internal/cache-files.ts';
import { contentNames, newKey } from '../../src/image/internal/content-names.ts';
import { type TarFile, tarOf } from './tar-archive.ts';
import { imageOf, layerOfBytes } from './test-image.ts';

const key = newKey();
const names = contentNames(key);
const text = (name: Uint8Array) => Buffer.from(name).toString('hex');

describe('the name of a content', () => {
  test('is the same however it comes in pieces', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 16_300, maxLength: 16_500 }),
    );
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 20_000 }), (bytes, piece) => {
        const naming = names.begin(bytes.length);
        for (let at = 0; at < bytes.length; at += piece) naming.push(bytes.subarray(at, at + piece));
        expect(text(naming.end())).toBe(text(names.of(bytes)));
      }),
      { numRuns: 60 },
    );
  });

  test.each([1, 100, 16_383, 16_384, 16_400, 200_000])('is another one where one bit of %i bytes differs', (length) => {
    const bytes = Buffer.alloc(length, 7);
    const seen = new Set([text(names.of(bytes))]);
    const places = [0, length >> 1, length - 1];
    for (const at of places) {
      const other = Buffer.from(bytes);
      other[at] = 6;
      seen.add(text(names.of(other)));
    }
    expect(seen.size).toBe(1 + new Set(places).size);
  });

  test('of a large one cannot be known without the key', () => {
    const bytes = Buffer.alloc(20_000, 1);
    expect(text(contentNames(newKey()).of(bytes))).not.toBe(text(names.of(bytes)));
  });
});

describe('contents of two looks', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-names-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const large = Buffer.alloc(50_000, 'large');
  const layer = (name: string) => layerOfBytes(tarOf([{ name, content: large } satisfies TarFile]));
  const duplicates = async (cache: { directory: string; code: string } | undefined, ...files: string[]) => {
    const { waste } = await analyseImage(imageOf(files.map(layer)), { cataloguers: [], ...(cache && { cache }) });
    return waste.filter(({ kind }) => kind === 'duplicate').map(({ bytes }) => bytes);
  };

  test('are compared where one was kept by an earlier one', async () => {
    const cache = { directory: path.join(scratch, 'kept'), code: '1' };
    expect(await duplicates(cache, 'a')).toEqual([]);
    expect(await duplicates(cache, 'a', 'b')).toEqual([50_000]);
    expect(await duplicates(undefined, 'a', 'b')).toEqual([50_000]);
  });

  test('are read anew where the key is gone', async () => {
    const cache = { directory: path.join(scratch, 'gone'), code: '1' };
    await duplicates(cache, 'a');
    for (const name of readdirSync(cache.directory))
      if (name.startsWith('content-key')) rmSync(path.join(cache.directory, name));
    expect(await duplicates(cache, 'a', 'b')).toEqual([50_000]);
  });

  test('are the same in two images of one run, though the key goes between them', async () => {
    const cache = { directory: path.join(scratch, 'between'), code: '1' };
    const analysed = (code: string) =>
      analyseImage(imageOf([layer('a')]), { cataloguers: [], cache: { ...cache, code } });
    const before = await analysed('1');
    rmSync(cache.directory, { recursive: true });
    const { files } = diffImages(before, await analysed('2'));
    expect(files).toEqual([]);
  });

  test('are not kept where their key cannot be, and nothing is left behind', async () => {
    const directory = path.join(scratch, 'none');
    mkdirSync(path.join(directory, 'content-key.layer'), { recursive: true });
    expect(await duplicates({ directory, code: '1' }, 'a', 'b')).toEqual([50_000]);
    expect(readdirSync(directory)).toEqual(['content-key.layer']);
  });

  test('have the key of who made one first', () => {
    const files = cacheFiles(path.join(scratch, 'first'));
    files.writeFirst('key', Buffer.from('one'));
    files.writeFirst('key', Buffer.from('two'));
    expect(files.read('key')?.toString()).toBe('one');
    writeFileSync(path.join(scratch, 'first', 'key.layer'), 'damaged');
    files.writeFirst('key', Buffer.from('two'));
    expect(files.read('key')?.toString()).toBe('two');
    expect(readdirSync(path.join(scratch, 'first'))).toEqual(['key.layer']);
  });
});
