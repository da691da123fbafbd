import type { Cost } from '../core/finding.ts';
import type { Ecosystem } from './ecosystem.ts';

/**
 * Packages that an install fetches and unpacks in a second, or compiles, over a fast line: round figures, each said in the derivation of
 * what is made of it, so that whoever knows better can put another one in.
 */
const packagesPerSecond: Readonly<Partial<Record<Ecosystem, readonly [rate: number, work: string]>>> = {
  npm: [20, 'fetched and unpacked'],
  pip: [3, 'fetched and unpacked, none compiled'],
  gem: [3, 'fetched and unpacked, few with parts in C'],
  composer: [10, 'fetched and unpacked'],
  go: [10, 'fetched'],
  cargo: [1.5, 'fetched and compiled'],
  maven: [8, 'fetched'],
  nuget: [10, 'fetched and unpacked'],
};

/** A RUN with a system's package manager fetches lists and unpacks what it installs. */
const secondsOfSystemInstall = 15;

/** What installing `count` locked packages again costs each rebuild; undefined where nothing is known of the ecosystem. */
export function installAgain(ecosystem: Ecosystem, count: number): Cost | undefined {
  const known = packagesPerSecond[ecosystem];
  if (known === undefined || count === 0) return undefined;
  const [rate, work] = known;
  return {
    seconds: count / rate,
    basis: 'estimated',
    derivation: `${count} ${count === 1 ? 'package' : 'packages'} of the lock or requirements file ÷ ${rate} a second (assumed for ${ecosystem}: ${work})`,
  };
}

/** What `count` RUNs that install packages of the system cost when they run again. */
export function systemInstallsAgain(count: number): Cost {
  return {
    seconds: count * secondsOfSystemInstall,
    basis: 'estimated',
    derivation: `${count} ${count === 1 ? 'RUN that installs' : 'RUNs that install'} packages × ${secondsOfSystemInstall} s (assumed: lists and packages fetched and unpacked)`,
  };
}
