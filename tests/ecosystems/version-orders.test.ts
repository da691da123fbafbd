import { describe, expect, test } from 'vitest';
import type { PackageKind } from '../../src/ecosystems/installed-package.ts';
import { versionOrders } from '../../src/ecosystems/version-orders.ts';

/** Versions in ascending order, those between `=` the same: from the specification or manual of each ecosystem. */
const ascending: readonly (readonly [kind: PackageKind, source: string, versions: string])[] = [
  [
    'deb',
    'deb-version(7)',
    '1.0~beta1~svn1245 1.0~beta1 1.0 1.0-1 1.0-1+deb12u1 1.0-2 1.0a 1.0+dfsg 1.01=1.1 1.10 1:0.1',
  ],
  ['rpm', 'rpm’s manual on versions', '1.0~rc1 1.0 1.0^git1 1.0.1 1.1-1.el9 1.1-2.el9 1.10 2.0a 2.0.0 1:0.1'],
  [
    'apk',
    'apk-package(5)',
    '1.0_alpha 1.0_alpha2 1.0_beta 1.0_pre1 1.0_rc1 1.0 1.0-r1 1.0-r10 1.0_git20240101 1.0_p1 1.0a 1.0b 1.01 1.1 1.10',
  ],
  [
    'npm',
    'SemVer 2.0.0, 11',
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0=1.0.0+build 2.0.0 2.1.0 2.1.1',
  ],
  [
    'golang',
    'go.dev/ref/mod',
    '0.0.0-20191109021931-daa7c04131f5 1.2.3-rc.1 1.2.3-rc.1.0.20200101000000-abcdef123456 1.2.3=v1.2.3 1.2.4-0.20200101000000-abcdef123456 1.2.4 2.0.0+incompatible=2.0.0',
  ],
  [
    'pypi',
    'PEP 440',
    '1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0=1=v1.0.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1!0.1',
  ],
  [
    'maven',
    'POM reference',
    '1-alpha-1=1-a1 1-beta 1-milestone 1-rc=1-cr 1-snapshot 1=1.0=1-ga=1.final 1-sp 1-foo 1-1 1.0.1 1.1',
  ],
  ['gem', 'Gem::Version', '1.0.a.2=1.0.a.2.0 1.0.b1 1.0.rc1 1.0=1=1.0.0 1.0.1 1.1.a 1.1 1.10'],
  [
    'composer',
    'Composer on versions',
    '1.0-dev 1.0-alpha=1.0a 1.0-beta2 1.0-RC1=1.0rc1 1.0=1.0.0=v1.0.0.0=1.0.0-stable 1.0-pl1 1.0.1 1.10',
  ],
  [
    'nuget',
    'NuGet on versions',
    '1.0.1-aaa 1.0.1-alpha=1.0.1-Alpha 1.0.1-alpha.2 1.0.1-alpha.10 1.0.1-beta 1.0.1-zzz 1.0.1=1.0.1.0=1.0.1+build 1.0.1.1 1.0.10',
  ],
];

describe('versions are ordered as the ecosystem says', () => {
  test.each(ascending)('%s: %s', (kind, _source, versions) => {
    const groups = versions.split(' ').map((group) => group.split('='));
    const compare = versionOrders[kind];
    const wrong: string[] = [];
    groups.forEach((group, at) => {
      groups.forEach((others, place) => {
        for (const one of group)
          for (const other of others)
            if (Math.sign(compare(one, other)) !== Math.sign(at - place))
              wrong.push(`${one} and ${other}: ${compare(one, other)}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('no text breaks an order', () => {
  const odd = [
    '',
    ' ',
    '-',
    '.',
    ':',
    '~',
    '^',
    '1:',
    '-r',
    '+',
    'v',
    'latest',
    '1..2',
    '1.-2',
    'ünïcode',
    `${'9'.repeat(400)}`,
    '1'.repeat(5000),
    `${'1.'.repeat(3000)}`,
    `${'a1'.repeat(3000)}`,
    `1${'-'.repeat(3000)}`,
    '__proto__',
  ];
  test.each(Object.entries(versionOrders))('%s', (_kind, compare) => {
    const begun = performance.now();
    for (const one of odd)
      for (const other of odd) {
        const order = compare(one, other);
        expect(Number.isNaN(order)).toBe(false);
        expect(Math.sign(order) + Math.sign(compare(other, one))).toBe(0);
      }
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
