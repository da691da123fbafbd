import type { Distribution, Libc, PackageManager } from './base-image.ts';

/** Codenames as they stand in tags, with distribution and version. https://wiki.debian.org/DebianReleases, https://wiki.ubuntu.com/Releases */
export const codenames: Readonly<Record<string, readonly ['debian' | 'ubuntu', string]>> = {
  wheezy: ['debian', '7'],
  jessie: ['debian', '8'],
  stretch: ['debian', '9'],
  buster: ['debian', '10'],
  bullseye: ['debian', '11'],
  bookworm: ['debian', '12'],
  trixie: ['debian', '13'],
  forky: ['debian', '14'],
  sid: ['debian', 'unstable'],
  precise: ['ubuntu', '12.04'],
  trusty: ['ubuntu', '14.04'],
  xenial: ['ubuntu', '16.04'],
  artful: ['ubuntu', '17.10'],
  bionic: ['ubuntu', '18.04'],
  cosmic: ['ubuntu', '18.10'],
  disco: ['ubuntu', '19.04'],
  eoan: ['ubuntu', '19.10'],
  focal: ['ubuntu', '20.04'],
  groovy: ['ubuntu', '20.10'],
  hirsute: ['ubuntu', '21.04'],
  impish: ['ubuntu', '21.10'],
  jammy: ['ubuntu', '22.04'],
  kinetic: ['ubuntu', '22.10'],
  lunar: ['ubuntu', '23.04'],
  mantic: ['ubuntu', '23.10'],
  noble: ['ubuntu', '24.04'],
  oracular: ['ubuntu', '24.10'],
  plucky: ['ubuntu', '25.04'],
  questing: ['ubuntu', '25.10'],
  resolute: ['ubuntu', '26.04'],
  lucid: ['ubuntu', '10.04'],
  quantal: ['ubuntu', '12.10'],
  utopic: ['ubuntu', '14.10'],
  vivid: ['ubuntu', '15.04'],
  wily: ['ubuntu', '15.10'],
  yakkety: ['ubuntu', '16.10'],
  zesty: ['ubuntu', '17.04'],
  squeeze: ['debian', '6'],
};

/** The codename of a Debian or Ubuntu version, `12`, `12.5` or `22.04`. */
export function codenameOf(distribution: Distribution, version: string): string | undefined {
  const wanted = distribution === 'debian' ? version.split('.', 1)[0] : version;
  for (const [codename, [owner, number]] of Object.entries(codenames))
    if (owner === distribution && number === wanted) return codename;
  return undefined;
}

interface Traits {
  readonly libc: Libc;
  readonly shell: 'dash' | 'bash' | 'busybox' | 'powershell' | 'cmd' | 'none' | 'unknown';
  readonly packageManager: PackageManager;
}

/** What every image of a distribution has, when nothing more special is known. */
export const distributionTraits: Readonly<Record<Distribution, Traits>> = {
  debian: { libc: 'glibc', shell: 'dash', packageManager: 'apt' },
  ubuntu: { libc: 'glibc', shell: 'dash', packageManager: 'apt' },
  alpine: { libc: 'musl', shell: 'busybox', packageManager: 'apk' },
  rhel: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  centos: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  fedora: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  rocky: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  almalinux: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  oraclelinux: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  amazonlinux: { libc: 'glibc', shell: 'bash', packageManager: 'dnf' },
  opensuse: { libc: 'glibc', shell: 'bash', packageManager: 'zypper' },
  sles: { libc: 'glibc', shell: 'bash', packageManager: 'zypper' },
  arch: { libc: 'glibc', shell: 'bash', packageManager: 'pacman' },
  photon: { libc: 'glibc', shell: 'bash', packageManager: 'tdnf' },
  azurelinux: { libc: 'glibc', shell: 'bash', packageManager: 'tdnf' },
  wolfi: { libc: 'glibc', shell: 'busybox', packageManager: 'apk' },
  distroless: { libc: 'glibc', shell: 'none', packageManager: 'none' },
  busybox: { libc: 'unknown', shell: 'busybox', packageManager: 'none' },
  scratch: { libc: 'none', shell: 'none', packageManager: 'none' },
  windows: { libc: 'windows', shell: 'cmd', packageManager: 'none' },
  unknown: { libc: 'unknown', shell: 'unknown', packageManager: 'unknown' },
};
