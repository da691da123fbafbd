import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PackageKind } from '../../src/ecosystems/installed-package.ts';
import { versionOrders } from '../../src/ecosystems/version-orders.ts';
import { versionPairs } from './version-pairs.ts';

/*
 * Every version order beside its reference implementation: «npm run test:versions» builds those that need it and compares 10,000 pairs of each. An ordinary run
 * compares a few with what is on every machine that runs these tests.
 */
const full = process.env.PLIMSOLL_VERSIONS === 'all';
const pairCount = full ? 10_000 : 400;
const sources = path.resolve('tests/oracles/versions');
let cache: string;

beforeAll(() => {
  if (full) cache = spawnSync('scripts/version-oracles', { encoding: 'utf8' }).stdout.trim();
}, 300_000);

/** What a reference says of pairs, in turn: -1, 0, 1, or ? for what it refuses; undefined where it is not here. */
type Reference = (pairs: readonly (readonly [string, string])[]) => readonly string[] | undefined;

function program(command: () => readonly string[], prefix = ''): Reference {
  return (pairs) => {
    const [file = '', ...args] = command();
    if (!available(file)) return undefined;
    const input = pairs.map((pair) => `${prefix}${pair.join('\t')}\n`).join('');
    const result = spawnSync(file, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (result.status !== 0) throw new Error(`${file}: ${result.stderr}`);
    return result.stdout.trimEnd().split('\n');
  };
}

function available(file: string): boolean {
  return file.includes('/') ? existsSync(file) : spawnSync('sh', ['-c', `command -v ${file}`]).status === 0;
}

const go = (kind: string) => program(() => [path.join(cache, 'go-versions')], `${kind}\t`);
const semver: { compare(one: string, other: string): number } = createRequire(import.meta.url)('semver');

const references: readonly (readonly [name: string, kind: PackageKind, reference: Reference])[] = [
  ['dpkg, by its Perl module', 'deb', program(() => ['perl', path.join(sources, 'deb.pl')])],
  ['the program dpkg itself', 'deb', byDpkg],
  ['rpm', 'rpm', byRpm],
  ['go-apk-version, a port of apk-tools', 'apk', go('apk')],
  ['golang.org/x/mod/semver', 'golang', go('golang')],
  ['npm’s semver', 'npm', bySemver],
  ['cargo’s semver', 'cargo', program(() => [path.join(cache, 'crates-versions')])],
  ['PyPA’s packaging', 'pypi', program(() => [path.join(cache, 'python/bin/python'), path.join(sources, 'pypi.py')])],
  [
    'Maven’s ComparableVersion',
    'maven',
    program(() => ['java', '-cp', `${cache}:${path.join(cache, 'maven-artifact-3.9.11.jar')}`, 'Maven']),
  ],
  ['Gem::Version', 'gem', program(() => ['ruby', path.join(sources, 'gem.rb')])],
  ['PHP’s version_compare', 'composer', program(() => ['php', path.join(sources, 'composer.php')])],
  ['OSV’s own library, as NuGet’s is not to be had', 'nuget', go('osv:NuGet')],
];

function bySemver(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map(([one, other]) => {
    try {
      return `${semver.compare(one, other)}`;
    } catch {
      return '?';
    }
  });
}

/** One process for each pair, so a tenth of them. */
function byDpkg(pairs: readonly (readonly [string, string])[]): readonly string[] | undefined {
  if (!available('dpkg')) return undefined;
  const holds = (one: string, relation: string, other: string) =>
    spawnSync('dpkg', ['--compare-versions', one, relation, other]).status === 0;
  return pairs
    .slice(0, pairs.length / 10)
    .map(([one, other]) => (holds(one, 'eq', other) ? '0' : holds(one, 'lt', other) ? '-1' : '1'));
}

function byRpm(pairs: readonly (readonly [string, string])[]): readonly string[] | undefined {
  if (!available('rpm')) return undefined;
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-rpm-'));
  try {
    const file = path.join(directory, 'pairs');
    writeFileSync(file, pairs.map((pair) => `${pair.join('\t')}\n`).join(''));
    const script = path.join(sources, 'rpm.lua');
    const result = spawnSync('rpm', ['--define', `pairs ${file}`, '--eval', `%{lua: dofile('${script}')}`], {
      encoding: 'utf8',
    });
    return result.stdout.trimEnd().split('\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const everywhere: readonly PackageKind[] = ['deb', 'npm'];
const compared = references.filter(([, kind]) => full || everywhere.includes(kind));

describe('version orders are those of', () => {
  test.each(compared)(
    '%s',
    (_name, kind, reference) => {
      const pairs = versionPairs(kind, pairCount);
      const answers = reference(pairs);
      if (answers === undefined) throw new Error('the reference implementation is not here');
      expect(answers.length).toBeOneOf([pairs.length, pairs.length / 10]);
      const differing = answers.flatMap((answer, at) => {
        const [one = '', other = ''] = pairs[at] ?? [];
        const ours = `${Math.sign(versionOrders[kind](one, other))}`;
        return answer === '?' || answer === ours ? [] : [{ one, other, reference: answer, ours }];
      });
      const judged = answers.filter((answer) => answer !== '?').length;
      expect(differing.slice(0, 10)).toEqual([]);
      expect(judged).toBeGreaterThan((answers.length * 3) / 4);
    },
    300_000,
  );
});
