import { describe, expect, test } from 'vitest';
import { dpkgCataloguer } from '../../../src/ecosystems/apt/installed.ts';
import { cataloguers } from '../../../src/ecosystems/cataloguers.ts';
import { completePackages } from '../../../src/ecosystems/complete-packages.ts';
import { catalogue, fixture, urls } from './catalogue.ts';

const status = `Package: bash
Status: install ok installed
Installed-Size: 7164
Architecture: amd64
Version: 5.2.15-2+b7
Source: bash (5.2.15-2)
Description: GNU Bourne Again SHell
 Version: 9 is a line of the description

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0-1

Package: bsdutils
Status: install ok triggers-pending
Architecture: amd64
Source: util-linux (2.38.1-5)
Version: 1:2.38.1-5

Package: broken
Status: install ok half-installed
Version: 1.0-1

Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.15-1~deb12u1
`;

describe('dpkg', () => {
  test('packages whose files are there, with the source that they were built from', () => {
    expect(catalogue('var/lib/dpkg/status', status)).toEqual([
      {
        kind: 'deb',
        name: 'bash',
        version: '5.2.15-2+b7',
        purl: 'pkg:deb/bash@5.2.15-2%2Bb7?arch=amd64',
        architecture: 'amd64',
        source: { name: 'bash', version: '5.2.15-2' },
        licences: [],
        bytes: 7164 * 1024,
        path: 'var/lib/dpkg/status',
      },
      expect.objectContaining({
        name: 'bsdutils',
        version: '1:2.38.1-5',
        source: { name: 'util-linux', version: '2.38.1-5' },
      }),
      expect.objectContaining({ name: 'libssl3', source: { name: 'openssl', version: '3.0.15-1~deb12u1' } }),
    ]);
  });

  test('lines may end as on Windows', () => {
    expect(urls(catalogue('var/lib/dpkg/status', status.replaceAll('\n', '\r\n')))).toEqual(
      urls(catalogue('var/lib/dpkg/status', status)),
    );
  });

  test('one file a package in distroless images, which have no states', () => {
    const file = 'Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n';
    expect(urls(catalogue('var/lib/dpkg/status.d/tzdata', file))).toEqual([
      'pkg:deb/tzdata@2024a-0%2Bdeb12u1?arch=all',
    ]);
    expect(catalogue('var/lib/dpkg/status.d/tzdata.md5sums', file)).toEqual([]);
  });

  test.each([
    [
      'short names of the machine-readable form',
      'Format: https://x\n\nFiles: *\nLicense: GPL-2+\n text\n\nLicense: Expat\n',
      ['GPL-2+', 'Expat'],
    ],
    ['common licences that prose points to', 'On Debian: /usr/share/common-licenses/GPL-3.\n', ['GPL-3']],
    ['prose is no name', 'License: this is free software\n', []],
  ])('licences: %s', (_, text, licences) => {
    const file = { path: 'usr/share/doc/bash/copyright', bytes: text.length, mode: 0o644 };
    expect(dpkgCataloguer.notes?.(file, Buffer.from(text)).flatMap((note) => note.licences)).toEqual(licences);
  });
});

describe('packages of a file system', () => {
  const debian = { id: 'debian', idLike: [], versionId: '12' };
  test('distribution, source and licences complete what the database says', () => {
    const [bash] = completePackages(catalogue('var/lib/dpkg/status', status), {
      operatingSystem: debian,
      notes: [{ kind: 'deb', name: 'bash', licences: ['GPL-3+'] }],
    });
    expect(bash).toMatchObject({
      purl: 'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2',
      licences: ['GPL-3+'],
    });
  });

  const program = (name: string, version: string, path: string) =>
    ({ kind: 'generic', name, version, purl: `pkg:generic/${name}@${version}`, licences: [], path }) as const;
  const deb = (name: string, version: string) =>
    ({ kind: 'deb', name, version, purl: '', licences: [], path: 'var/lib/dpkg/status' }) as const;
  test.each([
    [
      'a program that a package brought is that package',
      'usr/bin/python3.11',
      '3.11.2',
      'python3.11-minimal',
      '3.11.2-6',
      1,
    ],
    ['one of another version is its own', 'usr/bin/python3.11', '3.11.9', 'python3.11-minimal', '3.11.2-6', 2],
    ['one below usr/local is its own', 'usr/local/bin/python3.11', '3.11.2', 'python3.11-minimal', '3.11.2-6', 2],
    ['one of another name is its own', 'usr/bin/python3.11', '3.11.2', 'perl', '3.11.2-6', 2],
  ])('%s', (_, path, version, name, ofPackage, count) => {
    expect(completePackages([program('python', version, path), deb(name, ofPackage)], {})).toHaveLength(count);
  });

  test('each once', () => {
    const node = program('node', '20.1.0', 'usr/local/bin/node');
    expect(completePackages([node, node], {})).toEqual([node]);
  });
});

const apk = `C:Q1abc=
P:musl
V:1.2.5-r0
A:x86_64
S:407278
I:667648
T:the musl c library (libc) implementation
L:MIT
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

P:libcrypto3
V:3.3.2-r0
A:x86_64
L:Apache-2.0
o:openssl
`;

describe('apk', () => {
  test.each(['lib/apk/db/installed', 'usr/lib/apk/db/installed'])('%s', (file) => {
    expect(catalogue(file, apk)).toEqual([
      {
        kind: 'apk',
        name: 'musl',
        version: '1.2.5-r0',
        purl: 'pkg:apk/musl@1.2.5-r0?arch=x86_64',
        architecture: 'x86_64',
        licences: ['MIT'],
        bytes: 667648,
        path: file,
      },
      expect.objectContaining({ name: 'libcrypto3', source: { name: 'openssl', version: '3.3.2-r0' } }),
    ]);
  });
});

/**
 * rpmdb.sqlite was written by rpm 4.18 (three packages of rpmbuild, one of them longer than a page). Packages holds the same headers and was written by
 * Berkeley DB 5.3's db_load; rpm's own reader and syft list it. Packages.db was written by a script after rpm's source, as no rpm here writes
 * it; syft lists it.
 */
describe('rpm', () => {
  test.each([
    ['Packages', 'var/lib/rpm/Packages'],
    ['Packages.db', 'usr/lib/sysimage/rpm/Packages.db'],
    ['rpmdb.sqlite', 'var/lib/rpm/rpmdb.sqlite'],
    ['rpmdb.sqlite', 'usr/lib/sysimage/rpm/rpmdb.sqlite'],
  ])('%s at %s', (name, path) => {
    const found = catalogue(path, fixture(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(urls(found)).toEqual([
      'pkg:rpm/plimsoll-a@1.2.3-4.el9?arch=x86_64',
      'pkg:rpm/plimsoll-b@1.2.3-4.el9?arch=noarch&epoch=2',
      'pkg:rpm/plimsoll-big@1.2.3-4.el9?arch=x86_64',
    ]);
    expect(found[2]).toMatchObject({
      version: '1.2.3-4.el9',
      bytes: 492,
      licences: ['MIT AND (Apache-2.0 OR BSD-3-Clause)'],
      path,
    });
    expect(found[1]).toMatchObject({ version: '2:1.2.3-4.el9', architecture: 'noarch' });
  });
});

describe('package managers whose packages are not listed', () => {
  const said = (path: string) =>
    cataloguers.flatMap(({ wants, gap }) => {
      const header = { path, bytes: 1, mode: 0o644 };
      return (wants(header) && gap?.(header, Buffer.from('x'))) ?? [];
    });
  test.each([
    ['var/lib/pacman/local/ALPM_DB_VERSION', 'pacman'],
    ['usr/lib/opkg/status', 'opkg'],
    ['nix/var/nix/db/db.sqlite', 'Nix'],
    ['var/lib/portage/world', 'Portage'],
    ['opt/conda/conda-meta/history', 'conda'],
  ])('are named: %s', (path, whose) => {
    expect(said(path)).toEqual([`packages that ${whose} installed are not listed`]);
  });

  test.each(['var/lib/dpkg/status', 'app/history', 'srv/var/lib/pacman/local/ALPM_DB_VERSION'])(
    '%s is none',
    (path) => {
      expect(said(path)).toEqual([]);
    },
  );
});
