import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageLayer } from '../../src/image/image.ts';
import { defaultLimits, unpackLayer } from '../../src/image/internal/unpack-layer.ts';
import { layerScanner } from '../../src/image/layer-scan.ts';
import { paxRecord, type TarFile, tarOf, tarPartOf, withPax } from './tar-archive.ts';
import { digestOf, imageOf, layerOf, layerOfBytes } from './test-image.ts';

const analyse = (...layers: ImageLayer[]) => analyseImage(imageOf(layers), { cataloguers });
const file = (name: string | Uint8Array, rest: Partial<TarFile> = {}): TarFile => ({ name, content: '1', ...rest });

async function errorOf(layer: ImageLayer): Promise<UserError> {
  const error = await analyse(layer).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  return error;
}

/** Base-256, as GNU tar writes numbers that are too large for octal. */
const base256 = (...last: number[]) =>
  Uint8Array.from({ length: 12 }, (_, at) => (at === 0 ? 0x80 : (last[at - 12 + last.length] ?? 0)));

describe('a name that leads elsewhere', () => {
  test.each<[string, TarFile[], string[], string?]>([
    ['stays in the image when it climbs', [file('../../etc/passwd')], ['etc/passwd'], 'leads out of the image'],
    ['stays in the image when it climbs on its way', [file('a/../../b')], ['b'], 'leads out of the image'],
    ['is read as engines read it', [file('./a//b/./c/../d')], ['a/b/d']],
    ['is below the root when it is absolute', [file('/etc/x'), file('//y')], ['etc/x', 'y']],
    ['is none when it is empty, or the root', [file(''), { name: './' }, { name: '/' }, file('a/..')], []],
    ['through a link stays in the image', [{ name: 'l', type: '2', target: '../../..' }, file('l/x')], ['l', 'x']],
    [
      'through many links ends',
      Array.from({ length: 60 }, (_, at): TarFile => ({ name: `l${at}`, type: '2', target: `l${at + 1}` })).concat(
        file('l0/x'),
      ),
      ['l40/x', ...Array.from({ length: 60 }, (_, at) => `l${at}`)],
    ],
    [
      'of a hard link is told',
      [{ name: 'h', type: '1', target: '../../../etc/shadow' }],
      ['h'],
      'a hard link that leads out of the image',
    ],
  ])('%s', async (_, files, paths, gap) => {
    const analysis = await analyse(layerOf(files));
    const seen = [...analysis.files].map(({ path }) => path);
    expect(seen.filter((path) => !/^l\d+$/.test(path) || paths.includes(path)).sort()).toEqual(
      [...new Set(paths)].filter((path) => path !== 'l40').sort(),
    );
    expect(analysis.gaps.join('\n')).toMatch(
      gap === undefined ? /^$/ : new RegExp(`^layer sha256:[0-9a-f]{64}: .*${gap}`),
    );
  });

  test.each<[string, TarFile, string]>([
    ['control characters', file('a\u001b[31m\u0007b'), 'a\u001b[31m\u0007b'],
    ['bytes that are no UTF-8', file(Uint8Array.of(0x61, 0xff, 0xfe)), 'a\\xff\\xfe'],
    ['a name of JavaScript', file('__proto__/constructor'), '__proto__/constructor'],
    ['255 bytes and more in one part', withPax({ path: 'n'.repeat(3000) }, file('x'))[1] ?? file('x'), 'x'],
  ])('is kept as it is: %s', async (_, entry, path) => {
    const { files } = await analyse(layerOf([entry]));
    expect([...files].map((each) => each.path)).toEqual([path]);
    expect(files.find(path)?.bytes).toBe(1);
  });

  test('is printable in what is said of it', async () => {
    const { gaps } = await analyse(layerOf([file('../a\u001b[31m')]));
    expect(gaps.join()).toContain('../a\\x1b[31m');
  });

  test('of more bytes than Linux takes is left out and told', async () => {
    const { files, gaps } = await analyse(layerOf(withPax({ path: 'd/'.repeat(3000) }, file('x'))));
    expect([files.size, gaps.length]).toEqual([0, 1]);
    expect(gaps.join()).toContain('longer than Linux takes');
  });
});

describe('whiteouts', () => {
  test.each<[string, string, string[]]>([
    ['of no name', 'd/.wh.', ['d', 'd/a']],
    ['of the directory itself', 'd/.wh..', ['d', 'd/a']],
    ['of the directory above', 'd/.wh...', ['d', 'd/a']],
    ['that are notes of AUFS', 'd/.wh..wh.plnk', ['d', 'd/a']],
    ['of what is not there', 'd/.wh.b', ['d', 'd/a']],
    ['of something outside', '../.wh.d', []],
    ['of a name with a whiteout', '.wh..wh.d', ['d', 'd/a']],
    ['of a directory, as a directory', '.wh.d/', []],
  ])('%s', async (_, name, expected) => {
    const { files } = await analyse(layerOf([{ name: 'd/' }, file('d/a')]), layerOf([file(name, { content: '' })]));
    expect([...files].map(({ path }) => path)).toEqual(expected);
  });
});

describe('odd headers', () => {
  test.each<[string, TarFile[], (readonly [path: string, bytes: number])[]]>([
    [
      'long names of GNU',
      [{ name: '././@LongLink', type: 'L', content: `${'n'.repeat(150)}\0` }, file('n')],
      [['n'.repeat(150), 1]],
    ],
    ['a prefix', [file('b', { prefix: 'a' })], [['a/b', 1]]],
    ['a prefix that is none, of GNU', [file('b', { prefix: 'a', format: 'gnu' })], [['b', 1]]],
    ['version 7, with a directory as a name', [{ name: 'd/', type: '\0', format: 'v7' }], [['d', 0]]],
    ['sizes in base-256', [file('a', { size: base256(1) })], [['a', 1]]],
    [
      'names, owners and sizes of PAX',
      withPax({ path: 'p', size: '1', uid: '70000', gid: '5' }, file('x', { size: '00000000000' })),
      [['p', 1]],
    ],
    [
      'the last of two records of a name',
      [{ name: 'h', type: 'x', content: paxRecord('path', 'a') + paxRecord('path', 'b') }, file('x')],
      [['b', 1]],
    ],
    [
      'global records, which do not count',
      [{ name: 'g', type: 'g', content: paxRecord('path', 'evil') }, file('x')],
      [['x', 1]],
    ],
    [
      'a hard link that claims content',
      [{ name: 'h', type: '1', target: 'x', size: '00000001000' }, file('x')],
      [
        ['h', 0],
        ['x', 1],
      ],
    ],
    [
      'devices and pipes',
      [
        { name: 'd', type: '4' },
        { name: 'p', type: '6' },
      ],
      [
        ['d', 0],
        ['p', 0],
      ],
    ],
    ['types that nobody knows', [{ name: 'v', type: 'V', content: 'label' }, file('x')], [['x', 1]]],
    ['names with spaces and new lines', [file(' a\nb ')], [[' a\nb ', 1]]],
    [
      'a sparse file of GNU, as large as what is stored',
      [{ name: 's', type: 'S', content: 'data', format: 'gnu', patch: { 483: '77777777777' } }],
      [['s', 4]],
    ],
    [
      'a sparse file of GNU with more of a map',
      [
        {
          name: 's',
          type: 'S',
          size: '00000000004',
          content: Buffer.concat([Buffer.alloc(512), Buffer.from('data')]),
          format: 'gnu',
          patch: { 482: '\u0001' },
        },
        file('x'),
      ],
      [
        ['s', 4],
        ['x', 1],
      ],
    ],
    [
      'a sparse file of PAX that claims to be huge',
      withPax(
        {
          'GNU.sparse.major': '1',
          'GNU.sparse.minor': '0',
          'GNU.sparse.name': 's',
          'GNU.sparse.realsize': '9223372036854775807',
        },
        file('GNUSparseFile.0/s'),
      ),
      [['s', 1]],
    ],
    [
      'a sparse file of PAX with a map that overlaps itself',
      withPax({ 'GNU.sparse.map': '0,10,5,10,-1,3', 'GNU.sparse.size': '20', 'GNU.sparse.numblocks': '2' }, file('s')),
      [['s', 1]],
    ],
  ])('%s', async (_, files, expected) => {
    const analysis = await analyse(layerOf(files));
    expect([...analysis.files].map(({ path, bytes }) => [path, bytes])).toEqual(expected);
  });

  test.each<[string, TarFile[], string]>([
    ['a wrong checksum', [file('a', { checksum: '0000001\0' })], 'checksum'],
    ['a negative size', [file('a', { size: Uint8Array.of(0xff, ...Array<number>(11).fill(0xff)) })], 'negative'],
    ['a size beyond all measure', [file('a', { size: base256(0xff, 0, 0, 0, 0, 0, 0, 0) })], 'beyond all measure'],
    ['a size that is no number', [file('a', { size: 'x0000000001' })], 'no number'],
    ['a size larger than the archive', [file('a', { size: '77777777777' })], 'ends in the middle'],
    ['a negative size of PAX', withPax({ size: '-1' }, file('a')), 'no number that a file can have'],
    [
      'a size of PAX beyond all measure',
      withPax({ size: '99999999999999999999' }, file('a')),
      'no number that a file can have',
    ],
    ['a name of PAX with a zero in it', withPax({ path: 'a\0b' }, file('a')), 'NUL'],
    ['records that are none', [{ name: 'h', type: 'x', content: 'nonsense' }, file('a')], 'no records'],
    ['a record longer than its header', [{ name: 'h', type: 'x', content: '99 path=a\n' }, file('a')], 'no records'],
    ['a record of no length', [{ name: 'h', type: 'x', content: '0 path=a\n' }, file('a')], 'no records'],
    [
      'a long name of megabytes',
      [{ name: 'l', type: 'L', content: 'n'.repeat(2 ** 21) }, file('a')],
      'a name or record has 2097152 bytes',
    ],
    ['a name with nothing behind it', [{ name: 'l', type: 'L', content: 'n' }], 'ends in the middle'],
  ])('end in an error that names the layer: %s', async (_, files, message) => {
    const layer = layerOf(files);
    const archive = message.includes('middle') ? layerOfBytes(tarPartOf(files)) : layer;
    const error = await errorOf(archive);
    expect(error.message).toContain(message);
    expect(error.where).toBe(`layer ${archive.digest}`);
  });
});

describe('bytes that are not what they should be', () => {
  const tar = tarOf([file('a', { content: randomBytes(300_000) })]);
  const packed = gzipSync(tar);
  const flipped = (bytes: Buffer, at: number) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 0x55), bytes.subarray(at + 1)]);

  test.each<[string, ImageLayer, string | RegExp]>([
    ['cut off', layerOfBytes(packed.subarray(0, 100_000)), 'unexpected end of file'],
    [
      'cut off, by its size',
      layerOfBytes(packed.subarray(0, 100_000), { bytes: packed.length }),
      /unexpected end of file|ends after 100000/,
    ],
    ['cut off, unpacked', layerOfBytes(tar.subarray(0, 100_000)), 'ends in the middle'],
    ['cut off after a header', layerOfBytes(tar.subarray(0, 512)), 'ends in the middle'],
    ['damaged', layerOfBytes(flipped(packed, 50_000)), 'cannot be unpacked'],
    ['damaged at the end', layerOfBytes(flipped(packed, packed.length - 6)), 'cannot be unpacked'],
    [
      'with another digest',
      layerOfBytes(packed, { digest: digestOf(Buffer.from('x')) }),
      `have the digest ${digestOf(packed)}`,
    ],
    [
      'with another digest, unpacked',
      layerOfBytes(tar, { digest: digestOf(Buffer.from('x')) }),
      `have the digest ${digestOf(tar)}`,
    ],
    [
      'with another digest than the configuration says',
      layerOfBytes(packed, { diffId: digestOf(Buffer.from('x')) }),
      `unpacks to ${digestOf(tar)}`,
    ],
    ['fewer than the manifest says', layerOfBytes(packed, { bytes: packed.length + 1 }), 'ends after'],
    ['more than the manifest says', layerOfBytes(packed, { bytes: packed.length - 1 }), 'more than the'],
    ['no gzip at all', layerOfBytes(Buffer.from('hello'), { packing: 'gzip' }), 'says that it is gzip, and is not'],
    [
      'with something else behind gzip',
      layerOfBytes(Buffer.concat([packed, Buffer.from('something else')])),
      /something else behind its gzip data|cannot be unpacked/,
    ],
    ['no archive at all', layerOfBytes(Buffer.alloc(2000, 0x41)), 'no tar archive'],
  ])('%s', async (_, layer, message) => {
    const error = await errorOf(layer);
    expect(error.message).toMatch(message);
    expect(error.where).toBe(`layer ${layer.digest}`);
  });

  test('what stands behind the archive is held against the digest and otherwise left alone', async () => {
    const behind = Buffer.concat([tar, Buffer.from('garbage'.repeat(1000))]);
    for (const bytes of [behind, gzipSync(behind)]) expect((await analyse(layerOfBytes(bytes))).files.size).toBe(1);
  });

  test('several members of gzip are one layer, as in eStargz', async () => {
    const members = Buffer.concat(
      [...Array(tar.length / 512).keys()].map((at) => gzipSync(tar.subarray(at * 512, at * 512 + 512))),
    );
    expect((await analyse(layerOfBytes(members, { diffId: digestOf(tar) }))).files.find('a')?.bytes).toBe(300_000);
  });

  test('chunks of any size are the same', async () => {
    for (const size of [1, 7, 511, 513, 4096]) {
      const bytes = size < 500 ? tarOf([file('a/b', { content: 'x'.repeat(700) }), file('c')]) : tar;
      const layer = layerOfBytes(bytes, {
        content: {
          kind: 'stream',
          async *open() {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          },
        },
      });
      expect([...(await analyse(layer)).files]).toEqual([...(await analyse(layerOfBytes(bytes))).files]);
    }
  });

  test('a connection that breaks off is an error of the layer', async () => {
    const layer = layerOfBytes(packed, {
      content: {
        kind: 'stream',
        async *open() {
          yield packed.subarray(0, 1000);
          throw new Error('socket hang up');
        },
      },
    });
    const error = await errorOf(layer);
    expect(error.message).toContain('socket hang up');
    expect(error.where).toBe(`layer ${layer.digest}`);
  });
});

describe('layers made to fill memory or time', () => {
  test('a layer that unpacks to far more than it has ends early', async () => {
    const layer = layerOfBytes(gzipSync(Buffer.alloc(64 * 2 ** 20)));
    let unpacked = 0;
    const take = (chunk: Uint8Array) => {
      unpacked += chunk.length;
    };
    const content = layer.content.kind === 'directory' ? never() : layer.content;
    const limits = { ...defaultLimits, free: 10 * 2 ** 20 };
    await expect(unpackLayer(layer, content, take, { limits })).rejects.toMatchObject({
      name: 'UserError',
      message: 'the layer unpacks to more than 200 times its size: it was made to fill memory or disks',
      where: `layer ${layer.digest}`,
    });
    expect(unpacked).toBeLessThan(15 * 2 ** 20);
  });

  test('no layer unpacks to more than the bound', async () => {
    const layer = layerOf([file('a', { content: 'x'.repeat(10_000) })]);
    await expect(
      layerScanner({ cataloguers: [], secrets: false, limits: { ...defaultLimits, bytes: 5000 } }).scan(layer),
    ).rejects.toMatchObject({ message: 'the layer unpacks to more than 5000 bytes', where: `layer ${layer.digest}` });
  });

  test('more files than the bound are an error', async () => {
    const layer = layerOf(Array.from({ length: 101 }, (_, at) => file(`f${at}`)));
    await expect(
      layerScanner({ cataloguers: [], secrets: false, maximumEntries: 100 }).scan(layer),
    ).rejects.toMatchObject({
      message: 'the layer has more than 100 files, directories and links: no more are read of one',
      where: `layer ${layer.digest}`,
    });
  });

  test('two hundred thousand files take less than 60 bytes each', async () => {
    const count = 200_000;
    const block = tarPartOf([file('directory/that/has/many/files/in/it/0000000', { content: '' })]);
    const layer: ImageLayer = {
      packing: 'none',
      foreign: false,
      content: {
        kind: 'stream',
        async *open() {
          const many = Buffer.alloc(512 * 1000);
          for (let at = 0; at < count; at += 1000) {
            for (let each = 0; each < 1000; each++) renumber(block, at + each, many, each * 512);
            yield many;
          }
        },
      },
    };
    const { entries } = await layerScanner({ cataloguers: [], secrets: false }).scan(layer);
    expect(entries.count).toBe(count);
    const columns = [
      entries.kinds,
      entries.bytes,
      entries.modes,
      entries.users,
      entries.groups,
      entries.shared,
      entries.ends,
      entries.text,
      entries.hashes,
    ];
    expect(columns.reduce((sum, { byteLength }) => sum + byteLength, 0) / count).toBeLessThan(60);
  });

  test('directories that are taken away and come back again and again end in an error', async () => {
    const many = Array.from({ length: 3000 }, (_, at) => file(`d/${at}`, { content: '' }));
    const flip = Array.from({ length: 8000 }, (_, at) => file(at % 2 === 0 ? 'd' : 'd/0', { content: '' }));
    await expect(analyse(layerOf(many), layerOf(flip))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('so often'),
    });
  });

  test('links that lead through each other again and again end in an error', async () => {
    const target = `${'a/'.repeat(1000)}l`;
    const links = [
      { name: 'l', type: '2', target: `/${'a/'.repeat(1000)}m` },
      ...withPax({ linkpath: `/${target}` }, { name: 'l', type: '2', target: 'x' }),
    ];
    const files = Array.from({ length: 12_000 }, (_, at) => file(`l/${at}`, { content: '' }));
    await expect(analyse(layerOf([...links, ...files]))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('so often'),
    });
  });
});

/** Writes the header of `block` with another number at the end of its name. */
function renumber(block: Buffer, number: number, into: Buffer, at: number): void {
  block.copy(into, at, 0, 512);
  into.write(String(number).padStart(7, '0'), at + 35, 'latin1');
  into.fill(0x20, at + 148, at + 156);
  let sum = 0;
  for (let index = at; index < at + 512; index++) sum += into[index] ?? 0;
  into.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}

function never(): never {
  throw new Error('not a stream');
}

describe('any bytes as a layer', () => {
  const settled = async (bytes: Uint8Array) => {
    try {
      await analyse(layerOfBytes(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
    }
  };

  test('end in an analysis or in an error for the user', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), settled), { numRuns: 100 });
  });

  test('so do archives with bytes changed anywhere', async () => {
    const archive = tarOf([
      ...withPax({ path: 'a/b', 'GNU.sparse.name': 's' }, file('x')),
      { name: '././@LongLink', type: 'L', content: 'long/name' },
      file('y', { content: 'z'.repeat(600) }),
      { name: 'd/.wh..wh..opq' },
      { name: 'l', type: '2', target: 'a' },
    ]);
    const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), fc.boolean(), async (changes, repair) => {
        const bytes = Buffer.from(archive);
        for (const [at, value] of changes) bytes[at] = value;
        if (repair) for (let at = 0; at + 512 <= bytes.length; at += 512) repairSum(bytes, at);
        await settled(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test('so do any entries on top of any others, and what is seen can be found', async () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', '.wh.a', '.wh..wh..opq', '..', '', '.wh.', 'c'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    const entry = fc.record({
      name,
      type: fc.constantFrom('0', '5', '2', '1'),
      target: fc.constantFrom('a', '..', '/b', 'a/b', ''),
      content: fc.constantFrom('', 'x'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 8 }), { maxLength: 4 }), async (layers) => {
        const {
          files,
          layers: figures,
          neededBytes,
        } = await analyse(
          ...layers.map((entries) =>
            layerOf(entries.map((each) => ({ ...each, content: each.type === '0' ? each.content : '' }))),
          ),
        );
        for (const each of files) expect(files.find(each.path)).toEqual(each);
        expect([...files]).toHaveLength(files.size);
        // Each parent of what is seen is a directory.
        for (const { path } of files)
          for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
            expect(files.find(path.slice(0, at))?.kind ?? 'directory').toBe('directory');
        const visible = [...files].reduce((sum, { bytes }) => sum + bytes, 0);
        expect(figures.reduce((sum, { contentBytes, hiddenBytes }) => sum + contentBytes - hiddenBytes, 0)).toBe(
          visible,
        );
        expect(neededBytes).toBeLessThanOrEqual(visible);
      }),
      { numRuns: 300 },
    );
  });
});

function repairSum(bytes: Buffer, at: number): void {
  bytes.fill(0x20, at + 148, at + 156);
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}
