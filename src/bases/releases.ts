import { codenames } from './distributions.ts';

/** The releases of an image that are published and kept up, as its tags name them. */
export interface Releases {
  /** What an older release can move to: release lines in ascending order, those for the long term only where there are such. */
  readonly kept: readonly string[];
  /** What `latest` was. */
  readonly newest: string;
  /** Codenames of the distributions that a tag of a kept release can have, the older first. */
  readonly codenames?: readonly string[];
  /** Versions of Alpine that a tag of a kept release can have, the older first. */
  readonly alpine?: readonly string[];
}

/** The day of the list of tags from which the table is made: https://github.com/docker-library/official-images/tree/master/library */
export const releasesKnownOn = '2026-08-21';

const debian = ['bookworm', 'trixie'] as const;
const alpine = ['3.23', '3.24'] as const;

/** By name as `familiarName` gives it. */
const published: Readonly<Record<string, Releases>> = {
  alpine: { kept: ['3.22', '3.23', '3.24'], newest: '3.24' },
  ubuntu: { kept: ['22.04', '24.04', '26.04'], newest: '26.04', codenames: ['jammy', 'noble', 'resolute'] },
  debian: { kept: ['12', '13'], newest: '13', codenames: debian },
  fedora: { kept: ['43', '44'], newest: '44' },
  almalinux: { kept: ['8', '9', '10'], newest: '10' },
  'rockylinux/rockylinux': { kept: ['8', '9', '10'], newest: '10' },
  oraclelinux: { kept: ['8', '9', '10'], newest: '10' },
  amazonlinux: { kept: ['2023'], newest: '2023' },
  'opensuse/leap': { kept: ['16.0'], newest: '16.0' },
  busybox: { kept: ['1.37', '1.38'], newest: '1.38' },
  node: { kept: ['22', '24', '26'], newest: '26', codenames: debian, alpine },
  python: { kept: ['3.11', '3.12', '3.13', '3.14'], newest: '3.14', codenames: debian, alpine },
  golang: { kept: ['1.26', '1.27'], newest: '1.27', codenames: debian, alpine },
  ruby: { kept: ['3.3', '3.4', '4.0'], newest: '4.0', codenames: debian, alpine },
  php: { kept: ['8.3', '8.4', '8.5'], newest: '8.5', codenames: debian, alpine },
  rust: { kept: ['1.98'], newest: '1.98', codenames: debian, alpine },
  perl: { kept: ['5.42', '5.44'], newest: '5.44', codenames: debian },
  gcc: { kept: ['14', '15', '16'], newest: '16', codenames: debian },
  erlang: { kept: ['27', '28', '29'], newest: '29' },
  elixir: { kept: ['1.19', '1.20'], newest: '1.20' },
  julia: { kept: ['1.10', '1.12'], newest: '1.12', codenames: debian },
  'eclipse-temurin': { kept: ['8', '11', '17', '21', '25'], newest: '25', codenames: ['jammy', 'noble'] },
  maven: { kept: ['3.9'], newest: '3.9' },
  gradle: { kept: ['8', '9'], newest: '9' },
  tomcat: { kept: ['10.1', '11.0'], newest: '11.0' },
  nginx: { kept: ['1.30', '1.31'], newest: '1.31', codenames: ['trixie'], alpine: ['3.24'] },
  httpd: { kept: ['2.4'], newest: '2.4', codenames: ['trixie'], alpine: ['3.24'] },
  haproxy: { kept: ['3.0', '3.2', '3.4'], newest: '3.4', codenames: ['trixie'], alpine: ['3.24'] },
  caddy: { kept: ['2.11'], newest: '2.11' },
  traefik: { kept: ['v3.7'], newest: 'v3.7' },
  redis: { kept: ['8.10'], newest: '8.10' },
  memcached: { kept: ['1.6'], newest: '1.6', codenames: ['trixie'], alpine: ['3.24'] },
  rabbitmq: { kept: ['4.3'], newest: '4.3' },
  postgres: { kept: ['16', '17', '18'], newest: '18', codenames: debian, alpine },
  mysql: { kept: ['8.4', '9.7'], newest: '26.7' },
  mariadb: { kept: ['10.11', '11.4', '11.8', '12.3'], newest: '12.3' },
  mongo: { kept: ['7.0', '8.0'], newest: '8.3' },
  wordpress: { kept: ['7.1'], newest: '7.1' },
  composer: { kept: ['2.10'], newest: '2.10' },
  docker: { kept: ['29'], newest: '29' },
  bash: { kept: ['5.3'], newest: '5.3' },
  'mcr.microsoft.com/dotnet/sdk': { kept: ['10.0'], newest: '10.0' },
  'mcr.microsoft.com/dotnet/aspnet': { kept: ['10.0'], newest: '10.0' },
  'mcr.microsoft.com/dotnet/runtime': { kept: ['10.0'], newest: '10.0' },
  'mcr.microsoft.com/dotnet/runtime-deps': { kept: ['10.0'], newest: '10.0' },
};

/** What is known of the releases of an image; `name` as `familiarName` gives it. */
export function releasesOf(name: string): Releases | undefined {
  return Object.hasOwn(published, name) ? published[name] : undefined;
}

/** The first codename of the list that is of the same distribution as `codename`, and not older than it. */
export function laterCodename(known: readonly string[], codename: string): string | undefined {
  const own = codenames[codename];
  if (own === undefined) return undefined;
  return known.find((each) => {
    const other = codenames[each];
    return other?.[0] === own[0] && compareReleases(other[1], own[1]) >= 0;
  });
}

/** Negative when release `a` is older than `b`: `3.9` is older than `3.11`, `3` is not newer than `3.11`. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.replace(/^v/, '').split('.').map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}
