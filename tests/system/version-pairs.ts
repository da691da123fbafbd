import type { PackageKind } from '../../src/ecosystems/installed-package.ts';

/** Pairs of versions as an ecosystem writes them, most of them near each other: the second is often the first with a part changed. Always the same. */
export function versionPairs(kind: PackageKind, count: number): readonly (readonly [string, string])[] {
  const random = generator(kind);
  return Array.from({ length: count }, () => {
    const one = grammars[kind](random);
    const other = random(3) === 0 ? grammars[kind](random) : changed(one, random);
    return [one, isPossible(kind, other) ? other : one] as const;
  });
}

/** What no ecosystem would take: a fifth number of NuGet. */
function isPossible(kind: PackageKind, version: string): boolean {
  return kind !== 'nuget' || !/^\d+(?:\.\d+){4}/.test(version);
}

/** A number below `below`. */
type Random = (below: number) => number;

/** A linear congruence (Numerical Recipes): the same pairs on every machine. */
function generator(seed: string): Random {
  let state = [...seed].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
}

function number(random: Random): string {
  return pick(random, ['0', '1', '2', '3', '9', '10', '11', '99', '100', '20240101', `${random(1000)}`]);
}

function numbers(random: Random, least: number, most: number): string {
  return Array.from({ length: least + random(most - least + 1) }, () => number(random)).join('.');
}

function maybe(random: Random, text: () => string, oneIn = 2): string {
  return random(oneIn) === 0 ? text() : '';
}

/** One character replaced, taken out, doubled, or a piece put behind. */
function changed(version: string, random: Random): string {
  const at = random(version.length);
  const next = version[at] ?? '';
  switch (random(5)) {
    case 0:
      return version.slice(0, at) + (/\d/.test(next) ? number(random) : next) + version.slice(at + 1);
    case 1:
      return version.slice(0, at) + (/\d/.test(next) ? `${random(10)}` : next) + version.slice(at + 1);
    case 2:
      return `${version}${pick(random, ['.0', '.1', '0', '1'])}`;
    case 3:
      return version.replace(/\d+(?=\D*$)/, (digits) => `${BigInt(digits) + 1n}`);
    default:
      return version;
  }
}

function semantic(random: Random): string {
  const label = () => pick(random, ['alpha', 'beta', 'rc', 'a', 'B', 'x-y', 'rc1', '0', '1', '12', 'dev']);
  const labels = () => `-${Array.from({ length: 1 + random(3) }, label).join('.')}`;
  return `${number(random)}.${number(random)}.${number(random)}${maybe(random, labels)}${maybe(random, () => `+${label()}`, 5)}`;
}

function goVersion(random: Random): string {
  const time = `2023${10 + random(3)}0${1 + random(9)}120000-abcdef12345${random(10)}`;
  const pseudo = pick(random, [`0.0.0-${time}`, `1.2.${random(5)}-0.${time}`, `1.2.3-rc.1.0.${time}`]);
  return random(3) === 0 ? pseudo : random(6) === 0 ? `${numbers(random, 3, 3)}+incompatible` : semantic(random);
}

const rpmPart = (random: Random) =>
  Array.from({ length: 1 + random(4) }, () =>
    pick(random, [number(random), 'a', 'rc', 'git', 'el8', 'B', '01', '~rc1', '^git1', '~', '^']),
  ).join(pick(random, ['.', '', '_', '+']));

const grammars: Readonly<Record<PackageKind, (random: Random) => string>> = {
  deb: (random) => {
    const upstream = `${numbers(random, 1, 4)}${maybe(random, () => pick(random, ['~rc1', '+dfsg', 'a', '~', '+deb12u1', '.z', '~~', '-x', '+git20240101']))}`;
    const revision = () =>
      `-${number(random)}${maybe(random, () => pick(random, ['ubuntu1', '~bpo12+1', '+b1', '.1', '+deb12u2', '~deb11u3']))}`;
    return `${maybe(random, () => `${random(3)}:`, 4)}${upstream}${maybe(random, revision)}`;
  },
  apk: (random) => {
    const suffix = () =>
      `_${pick(random, ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'])}${maybe(random, () => number(random))}`;
    const fraction = () => `.${pick(random, ['0', '01', '00', '001', '010'])}${maybe(random, () => `${random(10)}`)}`;
    return `${numbers(random, 1, 4)}${maybe(random, fraction, 4)}${maybe(random, () => pick(random, ['a', 'b', 'z']), 4)}${maybe(random, suffix, 3)}${maybe(random, suffix, 6)}${maybe(random, () => `-r${number(random)}`)}`;
  },
  rpm: (random) =>
    `${maybe(random, () => `${random(3)}:`, 3)}${number(random)}${maybe(random, () => `.${rpmPart(random)}`)}-${rpmPart(random)}`,
  npm: semantic,
  cargo: semantic,
  generic: semantic,
  golang: goVersion,
  pypi: (random) => {
    const separator = () => pick(random, ['', '.', '-', '_']);
    const pre = () =>
      `${separator()}${pick(random, ['a', 'b', 'rc', 'alpha', 'Beta', 'c', 'pre', 'preview'])}${separator()}${number(random)}`;
    const post = () => pick(random, [`.post${number(random)}`, `-${number(random)}`, `.rev${number(random)}`, 'post']);
    const local = () =>
      `+${pick(random, ['ubuntu', '1', 'abc', '10'])}${maybe(random, () => `.${pick(random, ['1', 'a', '2'])}`)}`;
    return `${maybe(random, () => 'v', 9)}${maybe(random, () => `${random(3)}!`, 8)}${numbers(random, 1, 4)}${maybe(random, pre, 3)}${maybe(random, post, 4)}${maybe(random, () => `.dev${number(random)}`, 4)}${maybe(random, local, 5)}`;
  },
  maven: (random) => {
    const qualifier = () =>
      `${pick(random, ['-', '.', ''])}${pick(random, ['alpha', 'beta', 'milestone', 'rc', 'cr', 'snapshot', 'ga', 'final', 'release', 'sp', 'a', 'b', 'm', 'x', 'Foo', 'jre', 'redhat'])}${maybe(random, () => `${pick(random, ['-', '.', ''])}${number(random)}`)}`;
    return `${numbers(random, 1, 4)}${maybe(random, qualifier)}${maybe(random, qualifier, 4)}${maybe(random, () => pick(random, ['-1', '.0', '-0', '-', '.']), 4)}`;
  },
  gem: (random) =>
    `${numbers(random, 1, 4)}${maybe(random, () => `${pick(random, ['.', '-'])}${pick(random, ['pre', 'rc', 'beta', 'a', 'alpha2', 'rc.1', 'B'])}`, 3)}${maybe(random, () => `.${number(random)}`, 4)}`,
  composer: (random) =>
    `${maybe(random, () => 'v', 6)}${numbers(random, 1, 4)}${maybe(random, () => `${pick(random, ['-', '.', '', '+', '_'])}${pick(random, ['dev', 'alpha', 'a', 'beta', 'b', 'RC', 'rc', 'pl', 'p', 'patch', 'stable', 'foo'])}${maybe(random, () => number(random))}`)}`,
  nuget: (random) =>
    `${numbers(random, 2, 4)}${maybe(random, () => `-${pick(random, ['alpha', 'Alpha', 'beta.1', 'beta.11', 'BETA.2', 'rc1', 'preview.1.24'])}`)}`,
};
