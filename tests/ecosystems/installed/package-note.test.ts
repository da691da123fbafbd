import { describe, expect, test } from 'vitest';
import { packageNoteCataloguer } from '../../../src/ecosystems/binaries/package-note.ts';
import { completePackages } from '../../../src/ecosystems/complete-packages.ts';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.ts';
import { catalogue, urls } from './catalogue.ts';

const gcc = { type: 'deb', os: 'debian', name: 'gcc-14', version: '14.2.0-19', architecture: 'amd64' };

/** As `ld --package-metadata` writes it. */
function note(text: string, type = 0xcafe1a7e, owner = 'FDO\0'): Buffer {
  const bytes = Buffer.from(`${text}\0`);
  const header = Buffer.alloc(12);
  [owner.length, bytes.length, type].forEach((value, at) => void header.writeUInt32LE(value, at * 4));
  return Buffer.concat([header, Buffer.from(owner), bytes]);
}

/** The least of a 64-bit library: its header, the note, the names of sections, and three section headers. */
function library(section: Buffer, name = '.note.package'): Buffer {
  const names = Buffer.from(`\0${name}\0.shstrtab\0`);
  const start = 64 + section.length + names.length;
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeBigUInt64LE(BigInt(start), 40);
  [64, 3, 2].forEach((value, at) => void header.writeUInt16LE(value, 58 + at * 2));
  const sections = [
    [0, 0, 0, 0],
    [1, 7, 64, section.length],
    [name.length + 2, 3, 64 + section.length, names.length],
  ].map(([nameAt = 0, type = 0, offset = 0, size = 0]) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(nameAt, 0);
    entry.writeUInt32LE(type, 4);
    entry.writeBigUInt64LE(BigInt(offset), 24);
    entry.writeBigUInt64LE(BigInt(size), 32);
    return entry;
  });
  return Buffer.concat([header, section, names, ...sections]);
}

const file = 'usr/lib/x86_64-linux-gnu/libgcc_s.so.1';
const found = (content: Buffer, path = file, mode = 0o644) => catalogue(path, content, { mode });

describe('notes of packages in programs and libraries', () => {
  test.each([
    ['a deb', note(JSON.stringify(gcc)), ['pkg:deb/gcc-14@14.2.0-19']],
    ['an rpm', note('{"type":"rpm","name":"gcc","version":"13.2.1-1.fc39"}'), ['pkg:rpm/gcc@13.2.1-1.fc39']],
    ['an apk', note('{"type":"apk","os":"wolfi","name":"zlib","version":"1.3-r0"}'), ['pkg:apk/zlib@1.3-r0']],
    ['a package of another kind', note('{"type":"alpm","name":"zlib","version":"1.3-1"}'), []],
    ['a kind that any object knows', note('{"type":"constructor","name":"zlib","version":"1"}'), []],
    ['no name', note('{"type":"deb","version":"1"}'), []],
    ['a name that is none', note('{"type":"deb","name":"a\\u0000b c","version":"1"}'), []],
    ['no JSON', note('gcc-14'), []],
    ['a note of another owner', note(JSON.stringify(gcc), 0xcafe1a7e, 'GNU\0'), []],
    ['another note', note(JSON.stringify(gcc), 1), []],
    ['a note that is cut off', note(JSON.stringify(gcc)).subarray(0, 40), []],
    ['an empty section', Buffer.alloc(0), []],
  ])('%s', (_, section, expected) => {
    // Files that small have no note; a real one has code.
    const padded = Buffer.concat([library(section), Buffer.alloc(300)]);
    expect(urls(found(padded))).toEqual(expected);
  });

  test('is asked of programs and libraries alone', () => {
    const content = Buffer.concat([library(note(JSON.stringify(gcc))), Buffer.alloc(300)]);
    expect(found(content, 'usr/bin/program', 0o755)).toHaveLength(1);
    expect(found(content, 'usr/share/data', 0o644)).toHaveLength(0);
    expect(found(content, 'usr/lib/my.so.d/data', 0o644)).toHaveLength(0);
  });

  test('is not asked of what no cataloguer gets in one piece: that would be told as a gap', () => {
    const size = 64 * 2 ** 20;
    const { wants } = packageNoteCataloguer;
    expect([size, size + 1].map((bytes) => wants({ path: 'usr/bin/node', bytes, mode: 0o755 }))).toEqual([
      'whole',
      undefined,
    ]);
  });

  const told = (change: Partial<InstalledPackage> = {}): InstalledPackage => ({
    ...{ kind: 'deb', name: 'gcc-14', version: '14.2.0-19', purl: 'pkg:deb/gcc-14@14.2.0-19', licences: [] },
    ...{ path: file, noted: { system: 'debian' } },
    ...change,
  });
  const listed = (change: Partial<InstalledPackage>): InstalledPackage => ({
    ...{ kind: 'deb', name: 'libgcc-s1', version: '14.2.0-19', purl: 'pkg:deb/libgcc-s1@14.2.0-19', licences: [] },
    ...{ path: 'var/lib/dpkg/status' },
    ...change,
  });
  const debian = { id: 'debian', idLike: [], versionId: '13' };

  test.each<[string, readonly InstalledPackage[], number]>([
    ['has none', [], 1],
    ['has it', [listed({ name: 'gcc-14' })], 0],
    ['has one of its source', [listed({ source: { name: 'gcc-14', version: '14.2.0-19' } })], 0],
    [
      'has one of its source, built once more',
      [listed({ version: '14.2.0-19+b1', source: { name: 'gcc-14', version: '14.2.0-19' } })],
      0,
    ],
    ['has it with an epoch', [listed({ name: 'gcc-14', version: '2:14.2.0-19' })], 0],
    ['has another version of it', [listed({ name: 'gcc-14', version: '14.2.0-12' })], 1],
    ['has another package of that version', [listed({})], 1],
    ['has an rpm of the name', [listed({ kind: 'rpm', name: 'gcc-14' })], 1],
  ])('counts or not where the database %s', (_, database, count) => {
    const packages = completePackages([...database, told()], { operatingSystem: debian });
    expect(packages.filter(({ noted }) => noted !== undefined)).toHaveLength(count);
  });

  test.each([
    [
      'once for several libraries',
      [told(), told({ path: 'usr/lib/libstdc++.so.6' })],
      debian,
      'deb',
      'pkg:deb/debian/gcc-14@14.2.0-19?distro=debian-13',
    ],
    [
      'of an image that says no distribution',
      [told()],
      undefined,
      'deb',
      'pkg:deb/debian/gcc-14@14.2.0-19?distro=debian',
    ],
    [
      'in an image of another distribution',
      [told()],
      { id: 'alpine', idLike: [] },
      'generic',
      'pkg:generic/gcc-14@14.2.0-19',
    ],
  ] as const)('%s', (_, packages, operatingSystem, kind, purl) => {
    const complete = completePackages<InstalledPackage>(packages, { operatingSystem });
    expect(complete.map((one) => [one.kind, one.purl])).toEqual([[kind, purl]]);
  });
});
