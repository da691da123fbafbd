import { describe, expect, test } from 'vitest';
import { aptPriority, readAptPreferences } from '../../src/ecosystems/apt/apt-preferences.ts';
import { readAptSettings } from '../../src/ecosystems/apt/apt-settings.ts';
import { readAptSources } from '../../src/ecosystems/apt/apt-sources.ts';
import { packagesFile } from '../../src/ecosystems/apt/packages-file.ts';
import { readAptRelease } from '../../src/ecosystems/apt/release-file.ts';
import { debRelations, installedDebs } from '../../src/ecosystems/apt/system-packages.ts';

describe('sources of apt', () => {
  test('are read in both forms, by file, with what is switched off left out', () => {
    const files = new Map([
      [
        'etc/apt/sources.list',
        '# a comment\ndeb [arch=amd64,arm64 signed-by=/k.gpg] http://a.example/debian bookworm main contrib # and more\ndeb-src http://a.example/debian bookworm main\nnonsense\n',
      ],
      ['etc/apt/sources.list.d/flat.list', 'deb http://b.example/ ./\n'],
      [
        'etc/apt/sources.list.d/two.sources',
        'Types: deb deb-src\nURIs: http://c.example/debian\nSuites: trixie\n trixie-updates\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n xyz\n\nEnabled: no\nTypes: deb\nURIs: http://d.example\nSuites: x\n\nTypes: deb\nURIs: http://e.example\n',
      ],
      ['etc/apt/sources.list.d/left.sources.save', 'Types: deb\nURIs: http://f.example\nSuites: x\n'],
      ['etc/apt/sources.list.d/arch.list', 'deb http://g.example/$(x) $(ARCH)/\n'],
    ]);
    const { sources, problems } = readAptSources(files, 'amd64');
    expect(
      sources.map(({ uri, suite, components, architectures }) =>
        [uri, suite, components.join('+'), architectures?.join('+')].join(' ').trim(),
      ),
    ).toEqual([
      'http://a.example/debian bookworm main+contrib amd64+arm64',
      'http://g.example/$(x) amd64/',
      'http://b.example/ ./',
      'http://c.example/debian trixie main',
      'http://c.example/debian trixie-updates main',
    ]);
    expect(problems).toEqual([
      'etc/apt/sources.list:4: this line is not understood',
      'etc/apt/sources.list.d/two.sources: paragraph 3: it names no URIs or no Suites',
    ]);
  });

  test('say in their Release what the lists are', () => {
    const sha256 = 'a'.repeat(64);
    const body = `Origin: Debian\nSuite: oldstable\nCodename: bookworm\nAcquire-By-Hash: yes\nNotAutomatic: yes\nButAutomaticUpgrades: yes\nValid-Until: Wed, 02 Dec 2026 22:33:12 UTC\nMD5Sum:\n x 1 main/y\nSHA256:\n ${sha256}  12 main/binary-amd64/Packages.xz\n`;
    const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${body}-----BEGIN PGP SIGNATURE-----\n\nSHA256:\n ${'b'.repeat(64)} 1 main/binary-amd64/Packages.xz\n`;
    for (const text of [body, signed])
      expect(readAptRelease(text)).toMatchObject({
        codename: 'bookworm',
        byHash: true,
        notAutomatic: true,
        butAutomaticUpgrades: true,
        validUntil: Date.UTC(2026, 11, 2, 22, 33, 12),
        files: new Map([['main/binary-amd64/Packages.xz', { sha256, bytes: 12 }]]),
      });
    expect(readAptRelease('<html>no such page</html>')).toBeUndefined();
  });

  test('give packages by name and by what they provide, wherever they stand in the list', () => {
    const list = packagesFile(
      Buffer.from(
        'Package: a\nVersion: 1\nProvides: mail, agent (= 2)\n\nPackage: b\nVersion: 2\n\nPackage: a\nVersion: 3\nDescription: Package: b\n',
      ),
    );
    expect(list.named('a').map(({ version }) => version)).toEqual(['1', '3']);
    expect(list.named('b')).toHaveLength(1);
    expect(list.providing('agent').map(({ name, version }) => `${name} ${version}`)).toEqual(['a 1']);
    expect(list.named('missing')).toEqual([]);
    expect(packagesFile(Buffer.from('no package\n\n\n\n')).named('no')).toEqual([]);
  });
});

test.each([
  ['libc6 (>= 2.36), a | b:any (<< 2), c', 'libc6 >= 2.36; a|b < 2; c'],
  ['perlapi-5.36.0, x (= 1:2-3)', 'perlapi-5.36.0; x = 1:2-3'],
  ['old (< 1), older (> 2)', 'old <= 1; older >= 2'],
  ['', ''],
  [', ,|', ''],
])('the relations of «%s»', (field, expected) => {
  const text = debRelations(field)
    .map((group) =>
      group.map(({ name, operator, version }) => (operator ? `${name} ${operator} ${version}` : name)).join('|'),
    )
    .join('; ');
  expect(text).toBe(expected);
});

test('of dpkg’s status only what is there counts', () => {
  const states = ['install ok installed', 'deinstall ok config-files', 'hold ok installed'];
  const text = states
    .map((state, at) => `Package: p${at}\nStatus: ${state}\nVersion: 1\nArchitecture: all\n`)
    .join('\n');
  expect([...installedDebs(text)].map(({ name }) => name)).toEqual(['p0', 'p2']);
});

describe('preferences of apt', () => {
  const stable = readAptRelease('Origin: Debian\nSuite: stable\nCodename: trixie\nVersion: 13.2\n');
  const backports = readAptRelease(
    'Suite: trixie-backports\nCodename: trixie-backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n',
  );
  const experimental = readAptRelease('Suite: experimental\nNotAutomatic: yes\n');
  const at = (release: typeof stable, host = 'a.example') => ({ release, host });

  test.each([
    ['', at(stable), 500],
    ['', at(backports), 100],
    ['', at(experimental), 1],
    ['Package: web\nPin: version 1.*\nPin-Priority: 1001\n', at(stable), 1001],
    ['Package: web\nPin: version 2.*\nPin-Priority: 1001\n', at(stable), 500],
    ['Package: web* other\nPin: release n=trixie,o=Debian\nPin-Priority: 700\n', at(stable), 700],
    ['Package: web\nPin: release a=testing\nPin-Priority: 700\n', at(stable), 500],
    ['Package: *\nPin: origin "a.example"\nPin-Priority: -1\n', at(stable), -1],
    ['Package: *\nPin: origin b.example\nPin-Priority: -1\n', at(stable), 500],
    [
      'Package: *\nPin: release trixie\nPin-Priority: 300\n\nPackage: web\nPin: release stable\nPin-Priority: 400\n',
      at(stable),
      400,
    ],
  ])('%j', (text, origin, priority) => {
    const read = readAptPreferences(new Map([['etc/apt/preferences.d/x', text]]));
    expect(read.problems).toEqual([]);
    expect(aptPriority(read, 'web', '1.4', origin)).toBe(priority);
  });

  test('that are not understood are named', () => {
    const texts = [
      'Package: /^lib/\nPin: version 1\nPin-Priority: 1\n',
      'Package: a\nPin: release q=1\nPin-Priority: 1\n',
      'Package: a\nPin: version 1\n',
    ];
    for (const text of texts)
      expect(readAptPreferences(new Map([['etc/apt/preferences', text]])).problems).toHaveLength(1);
  });
});

test.each([
  ['APT::Install-Recommends "0";', false],
  ['APT { Install-Recommends "false"; };', false],
  ['// APT::Install-Recommends "0";', true],
  ['/* APT::Install-Recommends "0"; */', true],
  ['#clear APT::X;\nAPT::Install-Recommends\n "no";', false],
  ['', true],
])('whether %j wants what is recommended', (text, recommends) => {
  expect(readAptSettings(new Map([['etc/apt/apt.conf.d/99x', text]])).recommends).toBe(recommends);
});
