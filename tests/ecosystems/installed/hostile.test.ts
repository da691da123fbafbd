import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { javaCataloguer } from '../../../src/ecosystems/maven/installed.ts';
import { catalogue, fixture } from './catalogue.ts';
import { zipArchive } from './zip-archive.ts';

const jar = zipArchive({ 'META-INF/MANIFEST.MF': 'A: b\n', 'lib/a-1.jar': zipArchive({ 'a/b': 'c' }) });

/** A path that some cataloguer wants, with a file that is right. */
const right: readonly (readonly [path: string, content: Uint8Array])[] = [
  ['var/lib/dpkg/status', Buffer.from('Package: a\nStatus: install ok installed\nVersion: 1\nSource: b (2)\n\n')],
  ['usr/share/doc/a/copyright', Buffer.from('Format: x\n\nLicense: MIT\n')],
  ['lib/apk/db/installed', Buffer.from('P:a\nV:1\nL:MIT\n\n')],
  ['var/lib/rpm/rpmdb.sqlite', fixture('rpmdb.sqlite')],
  ['var/lib/rpm/Packages', fixture('Packages')],
  ['usr/lib/sysimage/rpm/Packages.db', fixture('Packages.db')],
  ['a/node_modules/a/package.json', Buffer.from('{"name":"a","version":"1.0.0","license":["MIT"]}')],
  ['a/vendor/composer/installed.json', Buffer.from('{"packages":[{"name":"a/b","version":"1"}]}')],
  ['a/a.deps.json', Buffer.from('{"libraries":{"a/1":{"type":"package"}}}')],
  ['a/b.dist-info/METADATA', Buffer.from('Name: a\nVersion: 1\n')],
  ['a/specifications/a.gemspec', Buffer.from('# stub: a 1 ruby lib\n')],
  ['usr/bin/go-program', fixture('go-1.26.8').subarray(0, 200_000)],
  ['usr/bin/old-go-program', fixture('go-1.17.13-mips').subarray(0, 200_000)],
  ['usr/bin/rust-program', fixture('rust-auditable')],
  ['a/a-1.0.jar', jar],
  ['usr/bin/node', Buffer.alloc(5000)],
];

describe.each(right)('%s', (path, content) => {
  test('any bytes are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        catalogue(path, bytes);
      }),
      { numRuns: 50 },
    );
  });

  test('right files with wrong bytes in them are read without an error', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(), (changes, cut) => {
        const bytes = Uint8Array.from(content);
        // Headers are where most of the meaning is.
        for (const [at, value] of changes)
          bytes[at % (at % 3 === 0 ? Math.min(600, bytes.length) : bytes.length)] = value;
        catalogue(path, cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
      }),
      { numRuns: 30 },
    );
  });
});

describe('time is linear in the size of the file', () => {
  const bytes = 4 * 1024 * 1024;
  const filled = (text: string) => Buffer.alloc(bytes, text, 'latin1');
  test.each([
    ['var/lib/dpkg/status', filled('Package: a\nVersion: 1\n\n')],
    ['var/lib/dpkg/status', filled('Package:')],
    ['var/lib/dpkg/status', filled('a: b\n')],
    ['lib/apk/db/installed', filled('P:a\nV:1\n\n')],
    ['usr/share/doc/a/copyright', filled('License: MIT\n')],
    ['usr/share/doc/a/copyright', filled('License:      ')],
    ['a/specifications/a.gemspec', filled('        s.licenses = [')],
    ['a/specifications/a.gemspec', filled('# stub: ')],
    ['a/node_modules/a/package.json', filled('[')],
    ['a/b.dist-info/METADATA', filled('Classifier: License :: a\n')],
    ['usr/bin/node', filled('node.js/v')],
    ['usr/bin/busybox', filled('BusyBox v1.2')],
    ['usr/bin/program', Buffer.concat([fixture('go-1.26.8').subarray(0, 4096), filled('\xff Go buildinf:\x08\x02')])],
    ['a/a.jar', filled('PK\x05\x06')],
    ['a/a.jar', zipArchive({ 'META-INF/MANIFEST.MF': filled(' a\n') })],
    ['opt/java/release', filled('JAVA_VERSION="1').subarray(0, 60_000)],
  ])('%s', (path, content) => {
    const started = performance.now();
    catalogue(path, content);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('a large archive whose data is nothing but marks of its end', () => {
    const start = zipArchive({ 'a.ear': '' }, { lengthsBehind: true }).subarray(0, 30 + 'a.ear'.length);
    const header = { path: 'a/a.jar', bytes: 2 ** 30, mode: 0o644 };
    const stream = javaCataloguer.stream?.(header);
    stream?.push(start);
    const [chunk, started, memory] = [filled('PK\x07\x08'), performance.now(), process.memoryUsage().rss];
    for (let pushed = 0; pushed < 6; pushed++) stream?.push(chunk);
    expect(process.memoryUsage().rss - memory).toBeLessThan(200 * 2 ** 20);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('what archives in a large archive unpack to counts for all of them together', () => {
    const first = (files: Parameters<typeof zipArchive>[0]) => {
      const [[name = '', content = ''] = []] = Object.entries(files);
      return zipArchive(files).subarray(0, 30 + name.length + content.length);
    };
    const large = first({ 'large.jar': zipArchive({ 'inner.jar': Buffer.alloc(60 * 2 ** 20) }) });
    const small = first({ 'small-1.0.jar': zipArchive({ 'A.class': 'x' }) });
    const found = (times: number) => {
      const stream = javaCataloguer.stream?.({ path: 'a/a.jar', bytes: 2 ** 31, mode: 0o644 });
      for (let at = 0; at < times; at++) stream?.push(large);
      stream?.push(small);
      return [...(stream?.end() ?? [])].map(({ name }) => name);
    };
    expect(found(1)).toEqual(['small:small']);
    expect(found(18)).toEqual([]);
  });

  test('a large program full of marks', () => {
    const content = Buffer.alloc(65 * 1024 * 1024, '\xff Go buildinf:\x08\x02', 'latin1');
    fixture('go-1.26.8').copy(content, 0, 0, 4096);
    const started = performance.now();
    expect(catalogue('usr/bin/large', content, { piece: 65_536 })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
