import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  oneof,
  property,
  string,
  uint8Array,
} from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { byteCursor } from '../../src/image/sources/byte-cursor.ts';
import { readConfiguration } from '../../src/image/sources/read-configuration.ts';
import { readManifest } from '../../src/image/sources/read-manifest.ts';
import { indexTar } from '../../src/image/sources/tar-index.ts';
import { testBlobs } from './image-blobs.ts';
import { tarOf, withPax } from './tar-archive.ts';

// Whatever a registry, an archive or a layout holds, reading it ends in what was read or in an error that a user can act on.

const blobs = testBlobs();
const digest = blobs.image('web').digest;
const manifest = String(blobs.blobs.get(digest));
const configuration = String(blobs.blobs.get(JSON.parse(manifest).config.digest));

function endsWell(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** The document with one of its values exchanged for any other one, wherever it stands. */
function withOther(text: string, at: number, other: unknown): Buffer {
  let size = 0;
  JSON.stringify(JSON.parse(text), (_, value) => {
    size++;
    return value;
  });
  let seen = 0;
  return Buffer.from(JSON.stringify(JSON.parse(text), (_, value) => (seen++ === at % size ? other : value)) ?? '');
}

it('any value anywhere in a manifest and a configuration', () => {
  assert(
    property(integer({ min: 0, max: 200 }), jsonValue(), (at, other) => {
      endsWell(() => readManifest(withOther(manifest, at, other), [], 'test'));
      endsWell(() => readConfiguration(withOther(configuration, at, other), digest, 2, 'test'));
    }),
    { numRuns: 500 },
  );
});

it('any object of the fields of manifests', () => {
  const field = constantFrom(
    'schemaVersion',
    'mediaType',
    'manifests',
    'layers',
    'config',
    'annotations',
    'digest',
    'size',
    'platform',
    '__proto__',
  );
  const value = oneof(jsonValue(), array(dictionary(field, jsonValue())), constantFrom(digest, 2));
  assert(
    property(dictionary(field, value), string(), (object, type) =>
      endsWell(() => readManifest(Buffer.from(JSON.stringify(object)), [type], 'test')),
    ),
    { numRuns: 500 },
  );
});

const archive = tarOf([
  { name: 'blobs/one', content: 'x'.repeat(700) },
  ...withPax({ path: 'a/long/name', size: '3' }, { name: 'short', content: 'abc' }),
  { name: '././@LongLink', type: 'L', content: 'another/long/name\0' },
  { name: 'cut', content: 'def' },
  { name: 'linked', type: '2', target: 'blobs/one' },
  { name: 'manifest.json', content: '[]' },
]);

it('any bytes anywhere in an archive, in pieces of any size', async () => {
  await assert(
    asyncProperty(
      array(integer({ min: 0, max: archive.length - 1 }), { maxLength: 4 }),
      uint8Array({ minLength: 4, maxLength: 4 }),
      integer({ min: 0, max: archive.length }),
      integer({ min: 1, max: 3000 }),
      async (places, bytes, length, piece) => {
        const changed = Buffer.from(archive);
        for (const [index, place] of places.entries()) changed[place] = bytes[index] ?? 0;
        const cut = changed.subarray(0, length);
        async function* pieces() {
          for (let at = 0; at < cut.length; at += piece) yield cut.subarray(at, at + piece);
        }
        try {
          const { entries, contents } = await indexTar(byteCursor(pieces()), 'test', { each: 1000, total: 4000 });
          for (const { offset, bytes, kind } of entries.values())
            if (kind === 'file') expect(offset + bytes).toBeLessThanOrEqual(cut.length);
          for (const [name, content] of contents) {
            const { offset = 0, bytes = 0 } = entries.get(name) ?? {};
            expect(content.equals(cut.subarray(offset, offset + bytes))).toBe(true);
          }
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      },
    ),
    { numRuns: 500 },
  );
});
