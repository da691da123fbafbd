import { describe, expect, test } from 'vitest';
import type { InstalledPackage, OperatingSystem } from '../../src/ecosystems/installed-package.ts';
import type { Advisory } from '../../src/vulnerabilities/advisory.ts';
import type { StoredRecord } from '../../src/vulnerabilities/advisory-store.ts';
import { normalEcosystem } from '../../src/vulnerabilities/ecosystem-names.ts';
import { readAlpine } from '../../src/vulnerabilities/formats/alpine.ts';
import { readDebianPackage } from '../../src/vulnerabilities/formats/debian.ts';
import { readOsv } from '../../src/vulnerabilities/formats/osv.ts';
import { matchGaps, matchPackages } from '../../src/vulnerabilities/match.ts';
import type { Vulnerability } from '../../src/vulnerabilities/vulnerability.ts';
import { alpineMain, debianOpenssl, debianTracker, lodash } from './exports.ts';
import { advisory, installed, system, withStore } from './packages.ts';

const high = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';

function found(
  advisories: readonly Advisory[],
  packages: readonly InstalledPackage[],
  operatingSystem?: OperatingSystem,
): Vulnerability[] {
  return withStore(advisories, (store) => matchPackages(store, packages, operatingSystem));
}

function osv(entry: object): Advisory {
  const read = readOsv(entry);
  if (read?.kind !== 'advisory') throw new Error('this is no advisory');
  return read.advisory;
}

interface Place {
  readonly ecosystem: string;
  readonly name: string;
  readonly fixed: string;
  readonly installed: InstalledPackage;
  readonly system?: OperatingSystem;
}

/** What an advisory is published of, and a package that it is about. */
const places: readonly Place[] = [
  {
    ecosystem: 'Debian:12',
    name: 'openssl',
    fixed: '3.0.11-1~deb12u2',
    installed: installed('deb', 'libssl3', '3.0.11-1~deb12u1', {
      source: { name: 'openssl', version: '3.0.11-1~deb12u1' },
    }),
    system: system('debian', '12'),
  },
  {
    ecosystem: 'Ubuntu:22.04:LTS',
    name: 'curl',
    fixed: '7.81.0-1ubuntu1.16',
    installed: installed('deb', 'curl', '7.81.0-1ubuntu1.9'),
    system: system('ubuntu', '22.04'),
  },
  {
    ecosystem: 'Alpine:v3.20',
    name: 'busybox',
    fixed: '1.36.1-r29',
    installed: installed('apk', 'ssl_client', '1.36.1-r28', { source: { name: 'busybox', version: '1.36.1-r28' } }),
    system: system('alpine', '3.20.3'),
  },
  {
    ecosystem: 'Wolfi',
    name: 'glibc',
    fixed: '2.39-r1',
    installed: installed('apk', 'ld-linux', '2.39-r0', { source: { name: 'glibc', version: '2.39-r0' } }),
    system: system('wolfi', '20230201'),
  },
  {
    ecosystem: 'Chainguard',
    name: 'openssl',
    fixed: '3.3.1-r1',
    installed: installed('apk', 'openssl', '3.3.1-r0'),
    system: system('chainguard', '20230214'),
  },
  {
    ecosystem: 'Red Hat:enterprise_linux:9::baseos',
    name: 'openssl-libs',
    fixed: '1:3.0.7-27.el9',
    installed: installed('rpm', 'openssl-libs', '1:3.0.7-25.el9', {
      source: { name: 'openssl', version: '3.0.7-25.el9' },
    }),
    system: system('rhel', '9.3'),
  },
  {
    ecosystem: 'AlmaLinux:8',
    name: 'bash',
    fixed: '0:4.4.20-5.el8',
    installed: installed('rpm', 'bash', '4.4.20-4.el8'),
    system: system('almalinux', '8.9'),
  },
  {
    ecosystem: 'Rocky Linux:9',
    name: 'openssl',
    fixed: '1:3.0.7-27.el9',
    installed: installed('rpm', 'openssl-libs', '1:3.0.7-25.el9', {
      source: { name: 'openssl', version: '3.0.7-25.el9' },
    }),
    system: system('rocky', '9.3'),
  },
  {
    ecosystem: 'Rocky Linux:8',
    name: 'nodejs',
    fixed: '1:10.21.0-4',
    installed: installed('rpm', 'npm', '1:6.14.4-1.10.21.0.3', { source: { name: 'nodejs', version: '1:10.21.0-3' } }),
    system: system('rocky', '8.5'),
  },
  {
    ecosystem: 'Rocky Linux:8',
    name: 'lvm2',
    fixed: '8:2.03.08-4.el8',
    installed: installed('rpm', 'device-mapper', '8:1.02.169-3.el8', {
      source: { name: 'lvm2', version: '2.03.08-3.el8' },
    }),
    system: system('rocky', '8.5'),
  },
  {
    ecosystem: 'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
    name: 'zlib',
    fixed: '1.2.13-150500.4.3.1',
    installed: installed('rpm', 'libz1', '1.2.13-150500.2.3', {
      source: { name: 'zlib', version: '1.2.13-150500.2.3' },
    }),
    system: system('sles', '15.5'),
  },
  {
    ecosystem: 'openSUSE:Leap 15.5',
    name: 'zlib',
    fixed: '1.2.13-150500.4.3.1',
    installed: installed('rpm', 'libz1', '1.2.13-150500.2.3', { source: { name: 'zlib', version: '1.2.13' } }),
    system: system('opensuse-leap', '15.5'),
  },
  {
    ecosystem: 'npm',
    name: '@babel/traverse',
    fixed: '7.23.2',
    installed: installed('npm', '@babel/traverse', '7.23.0'),
  },
  { ecosystem: 'PyPI', name: 'ruamel-yaml', fixed: '1.0', installed: installed('pypi', 'Ruamel.YAML', '1.0rc1') },
  {
    ecosystem: 'Go',
    name: 'golang.org/x/net',
    fixed: '0.17.0',
    installed: installed('golang', 'golang.org/x/net', 'v0.16.0'),
  },
  { ecosystem: 'Go', name: 'stdlib', fixed: '1.21.5', installed: installed('golang', 'stdlib', 'go1.21.4') },
  { ecosystem: 'crates.io', name: 'tokio', fixed: '1.18.4', installed: installed('cargo', 'tokio', '1.18.3') },
  {
    ecosystem: 'Maven',
    name: 'org.apache.logging.log4j:log4j-core',
    fixed: '2.15.0',
    installed: installed('maven', 'org.apache.logging.log4j:log4j-core', '2.15.0-rc1'),
  },
  { ecosystem: 'RubyGems', name: 'rack', fixed: '3.0.4.1', installed: installed('gem', 'rack', '3.0.4') },
  {
    ecosystem: 'Packagist',
    name: 'Symfony/http-kernel',
    fixed: 'v4.4.50',
    installed: installed('composer', 'symfony/http-kernel', 'v4.4.49'),
  },
  {
    ecosystem: 'NuGet',
    name: 'Newtonsoft.Json',
    fixed: '13.0.1',
    installed: installed('nuget', 'newtonsoft.json', '13.0.1-beta1'),
  },
];

describe('packages are found in the ecosystem that they are of', () => {
  test.each(places)('$ecosystem $name', ({ ecosystem, name, fixed, installed: one, system: on }) => {
    const entry = {
      id: 'X-1',
      affected: [
        { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
      ],
    };
    expect(found([osv(entry)], [one], on)).toMatchObject([
      { id: 'X-1', package: one, fixedIn: fixed, sources: ['plimsoll'] },
    ]);
    const repaired = { ...one, version: fixed, ...(one.source && { source: { ...one.source, version: fixed } }) };
    expect(found([osv(entry)], [repaired], on)).toEqual([]);
  });

  test.each([
    ['another release', system('debian', '11')],
    ['another distribution', system('ubuntu', '12')],
    ['no distribution', undefined],
  ])('and not in %s', (_name, on) => {
    expect(found([advisory('DSA-1', 'Debian:12', 'openssl', '4')], [installed('deb', 'openssl', '3')], on)).toEqual([]);
  });
});

describe('one vulnerability is told once', () => {
  test('under its CVE, whichever databases describe it', () => {
    const advisories = [
      advisory('GHSA-a', 'PyPI', 'django', '4.2.1', {
        aliases: ['CVE-2024-0001', 'PYSEC-1'],
        vectors: [high],
        summary: 'From GitHub',
      }),
      advisory('PYSEC-1', 'PyPI', 'django', '4.2.2', { aliases: ['CVE-2024-0001'] }),
    ];
    expect(found(advisories, [installed('pypi', 'Django', '4.2')])).toMatchObject([
      {
        id: 'CVE-2024-0001',
        aliases: ['GHSA-a', 'PYSEC-1'],
        fixedIn: '4.2.2',
        summary: 'From GitHub',
        severity: 'high',
        cvss: { score: 7.5 },
        epss: 0.5,
        knownExploited: false,
      },
    ]);
  });

  test('under the id of GitHub where it has no CVE', () => {
    const advisories = [
      advisory('PYSEC-2', 'PyPI', 'flask', '2', { aliases: ['GHSA-b'] }),
      advisory('GHSA-b', 'PyPI', 'flask', '2', { aliases: ['PYSEC-2'] }),
    ];
    expect(found(advisories, [installed('pypi', 'flask', '1')])).toMatchObject([
      { id: 'GHSA-b', aliases: ['PYSEC-2'] },
    ]);
  });

  test('and an update of a distribution for each CVE that it repairs', () => {
    const result = found(
      [osv(debianOpenssl)],
      [installed('deb', 'openssl', '3.0.11-1~deb12u1')],
      system('debian', '12'),
    );
    expect(result.map(({ id, advisories, aliases }) => ({ id, advisories, aliases }))).toEqual([
      { id: 'CVE-2023-5363', advisories: ['DSA-5532-1'], aliases: [] },
      { id: 'CVE-2023-9999', advisories: ['DSA-5532-1'], aliases: [] },
    ]);
  });

  test('malware is critical, whatever name it has beside', () => {
    const malware = advisory('MAL-2026-1', 'npm', 'a', undefined);
    const named = advisory('GHSA-aaaa-bbbb-cccc', 'npm', 'b', undefined, { aliases: ['MAL-2026-2'] });
    const packages = [installed('npm', 'a', '1'), installed('npm', 'b', '1')];
    expect(found([malware, named], packages).map(({ id, severity }) => [id, severity])).toEqual([
      ['MAL-2026-1', 'critical'],
      ['GHSA-aaaa-bbbb-cccc', 'critical'],
    ]);
  });

  test('the exploited and the worst first', () => {
    const advisories = [
      advisory('CVE-2024-0003', 'npm', 'a', '2', { vectors: [high] }),
      advisory('CVE-2024-0001', 'npm', 'a', '2', { vectors: [high] }),
      advisory('CVE-2024-0002', 'npm', 'a', '2', { vectors: [high] }),
      advisory('CVE-2024-0004', 'npm', 'a', '2', { rating: 'critical' }),
    ];
    expect(found(advisories, [installed('npm', 'a', '1')]).map(({ id }) => id)).toEqual([
      'CVE-2024-0004',
      'CVE-2024-0002',
      'CVE-2024-0001',
      'CVE-2024-0003',
    ]);
  });
});

describe('a distribution has the word about its own packages', () => {
  const debian = Object.entries(debianTracker).flatMap(([name, value]) => readDebianPackage(name, value));

  test('Debian: repaired, deferred, not affected, rated', () => {
    const on = (version: string, release: string) =>
      found(debian, [installed('deb', 'openssl', version)], system('debian', release)).map(
        ({ id, fixedIn, status, severity }) => [id, fixedIn ?? status, severity],
      );
    expect(on('3.0.11-1~deb12u1', '12')).toEqual([
      ['CVE-2023-5363', '3.0.11-1~deb12u2', 'unknown'],
      ['CVE-2024-2511', 'fix-deferred', 'low'],
      ['TEMP-0000000-AAAAAA', undefined, 'negligible'],
    ]);
    expect(on('3.0.11-1~deb12u2', '12').map(([id]) => id)).toEqual(['CVE-2024-2511', 'TEMP-0000000-AAAAAA']);
    expect(on('1.1.1w-0+deb11u1', '11')).toEqual([]);
  });

  test('Alpine: repaired by a version, never affected, several ids in one text', () => {
    const alpine = readAlpine(alpineMain, 'Alpine:edge');
    const packages = [installed('apk', 'busybox', '1.36.1-r28'), installed('apk', 'xen', '4.18.1-r0')];
    expect(
      found(alpine, packages, system('alpine', '3.20.0'))
        .map(({ id, fixedIn }) => `${id} ${fixedIn}`)
        .sort(),
    ).toEqual(['CVE-2023-42364 1.36.1-r29', 'CVE-2023-42365 1.36.1-r29', 'CVE-2024-31142 4.18.2-r0']);
  });

  test('its rating weighs more than a computed one, and the computed one more than a database’s', () => {
    const rated = (ecosystem: string) =>
      advisory('CVE-2024-0009', ecosystem, 'a', '2', { vectors: [high], rating: 'low' });
    expect(found([rated('Debian:12')], [installed('deb', 'a', '1')], system('debian', '12'))[0]?.severity).toBe('low');
    expect(found([rated('npm')], [installed('npm', 'a', '1')])[0]?.severity).toBe('high');
  });

  test('a language’s package that came with one of its own is not judged by upstream’s versions', () => {
    const packages = [
      installed('deb', 'python3-requests', '2.28.1+dfsg-1', { source: { name: 'requests', version: '2.28.1+dfsg-1' } }),
      installed('pypi', 'requests', '2.28.1', {
        path: 'usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO',
      }),
      installed('pypi', 'requests', '2.28.1', {
        path: 'usr/local/lib/python3.11/site-packages/requests-2.28.1.dist-info/METADATA',
      }),
    ];
    const advisories = [advisory('GHSA-r', 'PyPI', 'requests', '2.31.0')];
    expect(found(advisories, packages, system('debian', '12')).map(({ package: { path } }) => path)).toEqual([
      packages[2]?.path,
    ]);
    expect(found(advisories, packages.slice(1), system('debian', '12'))).toHaveLength(2);
  });
});

describe('what is no advisory of use', () => {
  test.each([
    ['is withdrawn', { ...lodash, withdrawn: '2024-01-01T00:00:00Z' }, 'withdrawn'],
    [
      'is of commits',
      {
        id: 'X-1',
        affected: [
          { package: { ecosystem: 'npm', name: 'a' }, ranges: [{ type: 'GIT', events: [{ introduced: 'abc' }] }] },
        ],
      },
      'left',
    ],
    [
      'is of another ecosystem',
      { id: 'X-1', affected: [{ package: { ecosystem: 'Hex', name: 'a' }, versions: ['1'] }] },
      'left',
    ],
    [
      'is of subscribers',
      { id: 'X-1', affected: [{ package: { ecosystem: 'Ubuntu:Pro:18.04:LTS', name: 'a' }, versions: ['1'] }] },
      'left',
    ],
    [
      'has no package',
      { id: 'X-1', affected: [{ ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] }] },
      'left',
    ],
  ])('%s', (_name, entry, kind) => {
    expect(readOsv(entry)?.kind).toBe(kind);
  });

  test.each([[undefined], ['text'], [[]], [{}], [{ id: 7 }], [{ id: '../../etc' }]])('is none: %j', (value) => {
    expect(readOsv(value)).toBeUndefined();
  });
});

test('what could not be matched is named', () => {
  const packages = [
    installed('deb', 'a', '1'),
    installed('rpm', 'b', '1'),
    installed('npm', 'c', '1'),
    installed('generic', 'd', '1'),
  ];
  const gaps = withStore([advisory('X', 'npm', 'c', '2')], (store) =>
    matchGaps(store, packages, system('debian', '12')),
  );
  expect(gaps).toEqual([
    '1 package not matched: the advisory store has nothing of Debian:12',
    '1 package not matched: rpm packages on debian 12, which are not its own (deb)',
    '1 package not matched: no advisories are published for files without a package manager',
  ]);
  const onFedora = withStore([], (store) => matchGaps(store, [installed('rpm', 'b', '1')], system('fedora', '40')));
  expect(onFedora).toEqual(['1 package not matched: no export of advisories for fedora 40 is known']);
});

test.each([
  ['SUSE:Linux Enterprise Module for Python 3 15 SP5', 'SUSE:15.5'],
  ['SUSE:Linux Enterprise Server 12 SP5-LTSS', 'SUSE:12.5'],
  ['SUSE:Linux Enterprise Server for SAP Applications 15 SP4', 'SUSE:15.4'],
  ['Ubuntu:24.10', 'Ubuntu:24.10'],
  ['Red Hat:enterprise_linux:8::appstream', 'Red Hat:8'],
  ['Red Hat:rhel_eus:9.2::baseos', undefined],
  ['Maven:https://repo.example', 'Maven'],
  ['openSUSE:Tumbleweed', 'openSUSE:Tumbleweed'],
])('the ecosystem %s is kept as %s', (written, kept) => {
  expect(normalEcosystem(written)).toBe(kept);
});

test('what the store says of a package is read once, however often it is installed and in whichever versions', () => {
  const versions = ['1.0.0', '3.0.0', '1.0.0', '2.0.0'];
  const packages = versions.map((version, at) => installed('npm', 'left', version, { path: `app/${at}` }));
  const asked: string[] = [];
  const vulnerable = withStore([advisory('GHSA-1', 'npm', 'left', '2.5.0')], (store) => {
    const counted = {
      ...store,
      recordsOf: (ecosystem: string, name: string) => {
        asked.push(name);
        return store.recordsOf(ecosystem, name);
      },
      detailsOf: (record: StoredRecord) => {
        asked.push(record.id);
        return store.detailsOf(record);
      },
    };
    return matchPackages(counted, packages, undefined);
  });
  expect(vulnerable.map((each) => each.package.path)).toEqual(['app/0', 'app/2', 'app/3']);
  expect(asked).toHaveLength(2);
});
