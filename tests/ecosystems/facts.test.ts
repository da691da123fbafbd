import { describe, expect, test } from 'vitest';
import { ecosystems } from '../../src/ecosystems/ecosystem.ts';
import { cachesOf, ecosystemFacts, isBuildOnly, manifestOf } from '../../src/ecosystems/facts.ts';
import { coversPath, expandBraces } from '../../src/ecosystems/internal/removed-paths.ts';

describe('packages that only a build needs', () => {
  test.each([
    ['apt', 'build-essential', true],
    ['apt', 'gcc-12', true],
    ['apt', 'gcc-12-base', false],
    ['apt', 'libpq-dev', true],
    ['apt', 'libpq5', false],
    ['apt', 'openjdk-17-jdk-headless', true],
    ['apt', 'openjdk-17-jre-headless', false],
    ['apt', 'constructor', false],
    ['apk', 'musl-dev', true],
    ['apk', 'libstdc++', false],
    ['rpm', 'openssl-devel', true],
    ['rpm', 'java-1.8.0-openjdk-devel', true],
    ['rpm', 'java-1.8.0-openjdk', false],
    ['npm', 'typescript', true],
    ['npm', 'express', false],
  ] as const)('%s %s: %s', (ecosystem, name, expected) => {
    expect(isBuildOnly(ecosystem, name)).toBe(expected);
  });
});

describe('manifests and lock files', () => {
  test.each([
    ['package.json', 'npm', false],
    ['web/pnpm-lock.yaml', 'npm', true],
    ['requirements.txt', 'pip', false],
    ['requirements-dev.txt', 'pip', false],
    ['poetry.lock', 'pip', true],
    ['go.sum', 'go', true],
    ['src/App.csproj', 'nuget', false],
    ['build.gradle.kts', 'maven', false],
    ['x.gemspec', 'gem', false],
    ['main.go', undefined, undefined],
  ])('%s', (path, ecosystem, isLock) => {
    const found = manifestOf(path);
    expect([found?.ecosystem, found?.isLock]).toEqual([ecosystem, isLock]);
  });
});

test('every ecosystem has its facts under its own name, and every cache names tools of it', () => {
  for (const ecosystem of ecosystems) {
    const facts = ecosystemFacts[ecosystem];
    expect(facts.ecosystem).toBe(ecosystem);
    for (const cache of facts.caches) {
      expect(cache.path).toMatch(/^[/~]/);
      expect(cache.actions.length).toBeGreaterThan(0);
    }
  }
  expect(cachesOf('apt', 'apt-get').map((cache) => cache.kind)).toEqual(['lists', 'downloads']);
  expect(cachesOf('apt', 'dpkg')).toEqual([]);
});

describe('paths that a removal covers', () => {
  test.each([
    ['/var/lib/apt/lists/*', true],
    ['/var/lib/apt/lists', true],
    ['/var/lib/apt/lists/', true],
    ['/var/lib/apt/lists/*_*', true],
    ['/var/lib/apt/*', true],
    ['/var/lib/*/lists', true],
    ['/var/*', true],
    ['/var/lib/apt/lists/partial', false],
    ['/var/lib/apt/lists/partial/*', false],
    ['/var/lib/dpkg', false],
    ['lists', false],
    ['', false],
  ])('%s: %s', (pattern, expected) => {
    expect(coversPath(pattern, '/var/lib/apt/lists')).toBe(expected);
  });

  test.each([
    ['~/.npm', true],
    ['$HOME/.npm', true],
    ['${HOME}/.np?', true],
    ['/root/.npm', true],
    ['/home/node/.npm', true],
    ['/root/*', false],
    ['/root/.[a-z]*', false],
  ])('%s in a home directory: %s', (pattern, expected) => {
    expect(coversPath(pattern, '~/.npm')).toBe(expected);
  });

  test('braces are expanded, and never without bound', () => {
    expect(expandBraces('/a/{b,c{d,e}}/f')).toEqual(['/a/b/f', '/a/cd/f', '/a/ce/f']);
    expect(expandBraces('${X}/{a,b}')).toEqual(['${X}/a', '${X}/b']);
    expect(expandBraces('{a,b}'.repeat(40)).length).toBeLessThan(100);
  });
});
