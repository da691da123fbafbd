import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.ts';
import { catalogue } from '../ecosystems/installed/catalogue.ts';
import { comparable, syftIsMissing, syftPackagesByFolder } from './package-lists.ts';

// Databases of systems that no machine of the tests can have, as modules of Go carry them for their own tests: those of rpm against what rpm itself lists of
// them, those that Debian's rpm cannot read and apk's against syft. Only in `npm run test:packages`: it fetches 220 MB once.

const rpmDatabases = { module: 'github.com/knqyf263/go-rpmdb', version: 'v0.1.1', folder: 'pkg/testdata' };
const apkDatabase = {
  module: 'github.com/google/osv-scalibr',
  version: 'v0.5.3',
  folder: 'extractor/filesystem/os/apk/testdata',
};

/** By the backend that rpm reads it with (https://rpm.org/docs/4.20.x/man/rpmdb.8.html). */
const systems = [
  ['centos5-plain', 'Packages', 'bdb_ro', 110],
  ['centos6-plain', 'Packages', 'bdb_ro', 129],
  ['centos6-many', 'Packages', 'bdb_ro', 325],
  ['centos6-devtools', 'Packages', 'bdb_ro', 262],
  ['centos7-plain', 'Packages', 'bdb_ro', 144],
  ['centos7-many', 'Packages', 'bdb_ro', 395],
  ['centos7-devtools', 'Packages', 'bdb_ro', 263],
  ['centos7-httpd24', 'Packages', 'bdb_ro', 222],
  ['centos7-python35', 'Packages', 'bdb_ro', 342],
  ['centos8-modularitylabel', 'Packages', 'bdb_ro', 517],
  ['ubi8-s390x', 'Packages', 'bdb_ro', 181],
  ['cbl-mariner-2.0', 'rpmdb.sqlite', 'sqlite', 129],
  ['fedora35', 'rpmdb.sqlite', 'sqlite', 137],
  ['fedora35-plus-mongo', 'rpmdb.sqlite', 'sqlite', 141],
] as const;

const hasRpm = spawnSync('rpm', ['--version']).status === 0;

describe('databases of real systems', () => {
  let rpms: string;
  let apks: string;
  beforeAll(() => {
    rpms = moduleFolder(rpmDatabases);
    apks = moduleFolder(apkDatabase);
  }, 600_000);

  it.each(systems)(
    '%s: name, epoch, version, architecture, source, size and licence are those of rpm -qa',
    (system, file, backend, count) => {
      expect(hasRpm, 'rpm is missing: scripts/system-parts versions').toBe(true);
      const folder = mkdtempSync(path.join(tmpdir(), 'plimsoll-rpm-'));
      try {
        copyFileSync(path.join(rpms, system, file), path.join(folder, file));
        const ours = catalogue(`var/lib/rpm/${file}`, readFileSync(path.join(folder, file))).map(lineOf);
        expect(ours.sort()).toEqual(rpmList(folder, backend));
        expect(ours.length).toBe(count);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it('the source of a package of another version has the epoch of the package that has its version', () => {
    const found = catalogue('var/lib/rpm/Packages', readFileSync(path.join(rpms, 'centos8-modularitylabel/Packages')));
    const sources = new Map(found.map(({ name, source }) => [name, source?.version]));
    expect(sources.get('npm')).toBe('1:10.21.0-3.module_el8.2.0+391+8da3adc6');
    expect(sources.get('perl-Errno')).toBe('4:5.26.3-416.el8');
    expect(sources.get('bind-export-libs')).toBe('32:9.11.13-5.el8_2');
  });

  it('SUSE Linux Enterprise 15 (NDB) and Alpine 3.18: the packages that syft lists', ({ skip }) => {
    if (syftIsMissing) return skip('syft is missing: scripts/system-parts syft');
    const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-package-databases-'));
    const files = [
      ['sle15', 'usr/lib/sysimage/rpm/Packages.db', path.join(rpms, 'sle15-bci/Packages.db'), 35],
      ['alpine', 'lib/apk/db/installed', path.join(apks, 'installed'), 15],
    ] as const;
    try {
      for (const [folder, file, from] of files) {
        mkdirSync(path.dirname(path.join(root, folder, file)), { recursive: true });
        copyFileSync(from, path.join(root, folder, file));
      }
      const theirs = syftPackagesByFolder(root);
      for (const [folder, file, from, count] of files) {
        const ours = new Set(catalogue(file, readFileSync(from)).map(({ purl }) => bare(comparable(purl))));
        expect([...ours].sort()).toEqual([...new Set([...(theirs.get(folder) ?? [])].map(bare))].sort());
        expect([folder, ours.size]).toEqual([folder, count]);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

/** Whose packages they are stands in no file here. */
function bare(purl: string): string {
  return purl.replace(/^(apk|rpm)\/[^/@]*\//, '$1/');
}

function moduleFolder({ module, version, folder }: typeof rpmDatabases): string {
  const output = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const { Dir: directory }: { readonly Dir: string } = JSON.parse(output);
  return path.join(directory, folder);
}

const format = [
  '%{NAME}',
  '%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}',
  '%{ARCH}',
  '%{SOURCERPM}',
  '%{LONGSIZE}',
  '%{LICENSE}',
].join('|');

/** Without the keys that rpm trusts, which it lists as packages. */
function rpmList(folder: string, backend: string): string[] {
  const output = execFileSync(
    'rpm',
    ['--dbpath', folder, '--define', `_db_backend ${backend}`, '-qa', '--qf', `${format}\\n`],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const lines = output.split('\n').filter((line) => line !== '' && !line.startsWith('gpg-pubkey|'));
  return lines.map((line) => line.replace(/\.(?:no)?src\.rpm\|/, '|')).sort();
}

function lineOf({ name, version, architecture, source, bytes = 0, licences }: InstalledPackage): string {
  const built = source ?? { name, version };
  // The file of a source is named without its epoch.
  const file = `${built.name}-${built.version.replace(/^\d+:/, '')}`;
  return [name, version, architecture, file, bytes, licences.join(' ')].join('|');
}
