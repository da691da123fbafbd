import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { compressedSize } from '../../src/image/compressed-size.ts';
import type { ImageLayer } from '../../src/image/image.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-compressed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const words = Buffer.from(Array.from({ length: 400_000 }, (_, at) => `word ${(at * 7919) % 1013}\n`).join(''));

function layerOf(name: string, bytes: Uint8Array): ImageLayer {
  const file = path.join(directory, name);
  writeFileSync(file, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]));
  return {
    diffId: `sha256:${name}`,
    packing: 'unknown',
    foreign: false,
    content: { kind: 'file', path: file, offset: 6, length: bytes.length },
  };
}

test('layers that are stored unpacked count as gzip makes them, to the byte; packed ones as they are', async () => {
  const gzip = gzipSync(words, { level: 6 });
  const layers = [layerOf('plain', words), layerOf('packed', gzip), layerOf('empty', Buffer.alloc(0))];
  const size = await compressedSize({ layers }, new Map());
  expect(size).toBe(2 * gzip.length + gzipSync(Buffer.alloc(0), { level: 6 }).length);
});

test('a layer that was packed before is not packed again', async () => {
  const known = new Map([['sha256:missing', 42]]);
  const content = { kind: 'file', path: path.join(directory, 'nowhere'), offset: 0, length: 1 } as const;
  const layer: ImageLayer = { diffId: 'sha256:missing', packing: 'unknown', foreign: false, content };
  expect(await compressedSize({ layers: [layer] }, known)).toBe(42);
});

test('a directory has no size as it is pulled', async () => {
  const layer: ImageLayer = { packing: 'none', foreign: false, content: { kind: 'directory', path: directory } };
  expect(await compressedSize({ layers: [layer] }, new Map())).toBeUndefined();
});

test('it stops when it is told to', async () => {
  const layers = [layerOf('stopped', Buffer.concat([words, words, words]))];
  await expect(compressedSize({ layers }, new Map(), AbortSignal.abort())).rejects.toThrow();
});
