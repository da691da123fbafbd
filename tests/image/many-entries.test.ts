import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { layerScanner } from '../../src/image/layer-scan.ts';
import { imageOfDirectory } from '../../src/image/sources/root-directory.ts';
import { treeOf, visibleRows } from '../../src/report/internal/browser-tree.ts';
import { terminalTable } from '../../src/report/internal/terminal-table.ts';
import { type TarFile, tarOf, withPax } from './tar-archive.ts';
import { imageOf, layerOf, layerOfBytes } from './test-image.ts';

// As many of everything as an image may name: nothing is put on the stack, nothing holds more memory than it needs.

const analyse = (files: readonly TarFile[]) => analyseImage(imageOf([layerOf(files)]), { cataloguers });

test('paths through more directories than any build makes are refused, with the digest', async () => {
  const layer = layerOf(
    Array.from({ length: 1000 }, (_, at) => withPax({ path: `${at}/${'a/'.repeat(1500)}f` }, { name: 'x' })).flat(),
  );
  await expect(analyseImage(imageOf([layer]), { cataloguers })).rejects.toMatchObject({
    message: 'the paths of 1000 files lead through more than 502000 directories: no more are read',
    where: `layer ${layer.digest}`,
  });
});

test('targets of links are bounded together, and cut at what Linux takes', async () => {
  const links = Array.from({ length: 20 }, (_, at) =>
    withPax({ linkpath: `${at}${'t'.repeat(5000)}` }, { name: `l${at}`, type: '2' }),
  ).flat();
  const layer = layerOfBytes(tarOf(links));
  const options = { cataloguers, secrets: false, maximumTextBytes: 20 * 4096 };
  await expect(layerScanner(options).scan(layer)).rejects.toMatchObject({
    message: expect.stringContaining('targets of links'),
    where: `layer ${layer.digest}`,
  });
  const { files } = await analyse(links);
  expect(files.find('l3')?.target).toBe(`3${'t'.repeat(4095)}`);
});

test('a directory of a hundred and fifty thousand files is looked through, drawn and listed', async () => {
  const block = tarOf([{ name: 'd/0000000', content: '' }]).subarray(0, 512);
  const { files } = await analyseImage(imageOf([layerOfBytes(numbered(block, 2, 150_000))]), { cataloguers: [] });
  let last = '';
  let count = 0;
  for (const { path } of files) {
    if (path > last) count++;
    last = path;
  }
  expect([count, last]).toEqual([150_000, 'd/0149999']);
  const { root } = treeOf(Array.from(files, (file) => ({ file, state: 'added' as const })));
  const shown = { collapsed: new Set<string>(), hidden: new Set<never>(), search: '' };
  expect(visibleRows(root, shown)).toHaveLength(150_001);
  const rows = Array.from(files, ({ path }) => [path]);
  expect(terminalTable([{ title: 'path' }], rows, { columns: 80, color: false })).toHaveLength(150_001);
});

test('a manifest of a package with a million entries is read', async () => {
  const exports = `[${'1,'.repeat(1_000_000)}"./test/x.js"]`;
  const content = `{"name":"p","version":"1.0.0","exports":${exports}}`;
  const { packages } = await analyse([{ name: 'node_modules/p/package.json', content }]);
  expect(packages.map(({ name }) => name)).toEqual(['p']);
});

/** Empty files whose names end in a number, as an archive. */
function numbered(block: Buffer, at: number, count: number): Buffer {
  const all = Buffer.alloc(512 * (count + 2));
  for (let number = 0; number < count; number++) {
    const start = number * 512;
    block.copy(all, start);
    all.write(String(number).padStart(7, '0'), start + at, 'latin1');
    all.fill(0x20, start + 148, start + 156);
    let sum = 0;
    for (let byte = start; byte < start + 512; byte++) sum += all[byte] ?? 0;
    all.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148, 'latin1');
  }
  return all;
}

test('a list of packages above 64 MiB is read as it comes', async () => {
  const long = ` ${'x'.repeat(64 * 1024)}`;
  const stanza = (at: number) =>
    `Package: lib${at}\nStatus: install ok installed\nVersion: 1.${at}\nDescription: long\n${long}\n\n`;
  const content = Array.from({ length: 1100 }, (_, at) => stanza(at)).join('');
  expect(content.length).toBeGreaterThan(64 * 2 ** 20);
  const { packages, gaps } = await analyse([{ name: 'var/lib/dpkg/status', content }]);
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(
    Array.from({ length: 1100 }, (_, at) => `lib${at} 1.${at}`),
  );
  expect(gaps).toEqual([]);
});

test('an entry that is longer than is held is told', async () => {
  const content = `Package: lib\nVersion: 1\nDescription: x\n${` ${'x'.repeat(1000)}\n`.repeat(20_000)}`;
  const { packages, gaps } = await analyse([{ name: 'var/lib/dpkg/status', content }]);
  expect(packages.map(({ name }) => name)).toEqual(['lib']);
  expect(gaps).toEqual([expect.stringContaining('an entry of a package longer than 8 MiB')]);
});

test('of a file whose terabyte is stored nowhere, as lastlog is, no byte is read, and it is told', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-holes-'));
  try {
    mkdirSync(path.join(root, 'var/log'), { recursive: true });
    const file = path.join(root, 'var/log/lastlog');
    writeFileSync(file, 'x');
    truncateSync(file, 2 ** 40);
    const { files, gaps } = await analyseImage(
      { ...imageOfDirectory(root), name: 'root', close: async () => {} },
      { cataloguers },
    );
    expect(files.find('var/log/lastlog')?.bytes).toBeLessThan(2 ** 20);
    expect(gaps).toEqual([expect.stringContaining('a file with holes, counted as what is stored of it')]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
