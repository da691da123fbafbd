import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageLayer } from '../../src/image/image.ts';
import { layerScanner } from '../../src/image/layer-scan.ts';
import { tarOf } from './tar-archive.ts';
import { digestOf, imageOf, layerOfBytes } from './test-image.ts';

/** What `zstd -19 --check` makes of an archive with 4,000 bytes of numbers. */
const real = Buffer.from(
  'KLUv/WQAJzUKAHbcOxSwJx0A3Q2HLKmglCnJlFJljuiZBDwAMgAzALdt27ZnZmZmZtq2bVuSJEly27Zto3vKyRACoOieckIgAAaBUBRjFAXBwYAoRqDgZMgoRv1RtB7FITE4BET///+/bdu2PTMzMzPTtm3bkiRJktu2bZuIiIiICN1TTsYQQFVVVVVVERERERH9//8/VUVERERE9P///9u2bdszMzMzM23bti1JkiS5bdu2iYiIiIjQPeVkjAGqqqqqqoqIiIgoBaCqqqqqqoiIiIiI/v//f9u2bXtmZmZmpm3btiVJkiS3bds2ERERERG6p5yMQUBVVVVVgZeoIexBIY0BsUshwxqSzymr/P+jIJkOXEbaCroyJOv//39tZ8JSW5stuibhYmurNVozYamtze5mbZJgOvWQ+IcauwNGOypASluPw1MAALnjcEYFPr6IBg==',
  'base64',
);

const realDiffId = 'sha256:bcdfc421bf9457184586cbfb9fdf9f9a862052ef18657bc9bee74f24a4a72a61';

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const block = (kind: 'raw' | 'repeat' | 'reserved', size: number, content: Uint8Array, last: boolean) => {
  const header = (size << 3) | ({ raw: 0, repeat: 1, reserved: 3 }[kind] << 1) | (last ? 1 : 0);
  return Buffer.concat([Buffer.of(header & 0xff, (header >> 8) & 0xff, header >> 16), content]);
};
/** A frame of blocks that are stored as they are, with a window of 1 MiB. */
function frame(content: Uint8Array, window = 0x50): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += 0x20000) {
    const piece = content.subarray(at, at + 0x20000);
    blocks.push(block('raw', piece.length, piece, at + 0x20000 >= content.length));
  }
  return Buffer.concat([magic, Buffer.of(0, window), ...blocks]);
}
const skippable = (content: Uint8Array) => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.of(0x5e, 0x2a, 0x4d, 0x18), size, content]);
};

const tar = tarOf([{ name: 'a', content: randomBytes(400_000) }]);
const files = async (bytes: Uint8Array, given: Partial<ImageLayer> = {}) =>
  [...(await analyseImage(imageOf([layerOfBytes(bytes, given)]), { cataloguers: [] })).files].map(
    ({ path, bytes: size }) => `${path} ${size}`,
  );

describe('a layer of Zstandard', () => {
  test('as zstd packs it', async () => {
    expect(await files(real, { diffId: realDiffId })).toEqual(['text 4000']);
  });

  test.each<[string, Buffer]>([
    ['one frame', frame(tar)],
    ['several frames', Buffer.concat([frame(tar.subarray(0, 1000)), frame(tar.subarray(1000))])],
    [
      'frames to skip, as zstd:chunked and seekable files have them',
      Buffer.concat([
        skippable(randomBytes(30)),
        frame(tar.subarray(0, 512)),
        skippable(Buffer.alloc(0)),
        frame(tar.subarray(512)),
        skippable(randomBytes(70_000)),
      ]),
    ],
  ])('of %s', async (_, bytes) => {
    expect(await files(bytes, { diffId: digestOf(tar), packing: 'zstd' })).toEqual(['a 400000']);
  });

  test.each<[string, Buffer, string]>([
    ['cut off in a block', frame(tar).subarray(0, 200_000), 'unexpected end of file'],
    ['cut off in a header', frame(tar).subarray(0, 5), 'unexpected end of file'],
    [
      'cut off in a frame to skip',
      Buffer.concat([frame(tar), skippable(randomBytes(100)).subarray(0, 50)]),
      'unexpected end of file',
    ],
    [
      'followed by something else',
      Buffer.concat([frame(tar), Buffer.from('something else')]),
      'should be a Zstandard frame',
    ],
    ['that asks for gigabytes of memory', frame(tar, 0xff), 'bytes of memory'],
    ['of a second frame that does', Buffer.concat([frame(tar), frame(tar, 0xf0)]), 'bytes of memory'],
    [
      'with a block of no kind',
      Buffer.concat([magic, Buffer.of(0, 0x50), block('reserved', 3, Buffer.alloc(3), true)]),
      'no known kind',
    ],
  ])('is an error when it is %s', async (_, bytes, message) => {
    const layer = layerOfBytes(bytes);
    const error = await files(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: expect.stringContaining(message), where: `layer ${layer.digest}` });
  });

  test('is an error when it is damaged', async () => {
    const bytes = Buffer.concat([real.subarray(0, 40), Buffer.of(0xff, 0xff, 0xff), real.subarray(43)]);
    await expect(files(bytes, { diffId: realDiffId })).rejects.toBeInstanceOf(UserError);
  });

  test('is not held in memory when its blocks are far larger than it', async () => {
    // 8 GiB in 256 KiB.
    const blocks = Buffer.concat(
      Array.from({ length: 65_536 }, (_, at) => block('repeat', 0x1ffff, Buffer.of(0), at === 65_535)),
    );
    const layer = layerOfBytes(Buffer.concat([magic, Buffer.of(0, 0x50), blocks]));
    const before = process.memoryUsage().rss;
    const limits = { bytes: 2 ** 40, ratio: 200, free: 200 * 2 ** 20 };
    await expect(layerScanner({ cataloguers: [], secrets: false, limits }).scan(layer)).rejects.toThrow(
      '200 times its size',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });
});
