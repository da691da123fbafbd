import type { BaseImage, Distribution, PackageManager } from './base-image.ts';
import { codenameOf, codenames } from './distributions.ts';
import { endOfLife } from './end-of-life.ts';
import { readTag } from './tag.ts';

/** What an image adds to the traits of its distribution. */
export type KnownPart = Partial<Omit<BaseImage, 'reference' | 'deprecated'>> & { readonly distribution: Distribution };

interface DistributionImage {
  readonly distribution: Distribution;
  /** Its name in the table of end-of-life dates. */
  readonly product?: string;
  readonly packageManager?: (major: number) => PackageManager;
  /** The version when the tag has none: part of the repository's name. */
  readonly version?: string;
  readonly user?: string;
}

const yumUntil =
  (last: number) =>
  (major: number): PackageManager =>
    major <= last ? 'yum' : 'dnf';

/** Images that are a distribution and nothing else, by name as `familiarName` gives it. */
const images: Readonly<Record<string, DistributionImage>> = {
  debian: { distribution: 'debian', product: 'Debian' },
  ubuntu: { distribution: 'ubuntu', product: 'Ubuntu' },
  alpine: { distribution: 'alpine', product: 'Alpine Linux' },
  centos: { distribution: 'centos', product: 'CentOS', packageManager: yumUntil(7) },
  'quay.io/centos/centos': { distribution: 'centos' },
  fedora: { distribution: 'fedora', product: 'Fedora', packageManager: yumUntil(21) },
  'registry.fedoraproject.org/fedora': { distribution: 'fedora', product: 'Fedora' },
  rockylinux: { distribution: 'rocky', product: 'Rocky Linux' },
  'rockylinux/rockylinux': { distribution: 'rocky', product: 'Rocky Linux' },
  almalinux: { distribution: 'almalinux', product: 'AlmaLinux' },
  oraclelinux: { distribution: 'oraclelinux', product: 'Oracle Linux', packageManager: yumUntil(7) },
  amazonlinux: { distribution: 'amazonlinux', product: 'Amazon Linux', packageManager: yumUntil(2018) },
  'public.ecr.aws/amazonlinux/amazonlinux': {
    distribution: 'amazonlinux',
    product: 'Amazon Linux',
    packageManager: yumUntil(2018),
  },
  'opensuse/leap': { distribution: 'opensuse', product: 'openSUSE Leap' },
  'opensuse/tumbleweed': { distribution: 'opensuse' },
  archlinux: { distribution: 'arch' },
  'archlinux/archlinux': { distribution: 'arch' },
  photon: { distribution: 'photon' },
  busybox: { distribution: 'busybox' },
  'mcr.microsoft.com/azurelinux/base/core': { distribution: 'azurelinux' },
  'cgr.dev/chainguard/wolfi-base': { distribution: 'wolfi' },
  'mcr.microsoft.com/windows/servercore': { distribution: 'windows' },
  'mcr.microsoft.com/windows/nanoserver': { distribution: 'windows', user: 'ContainerUser' },
  'mcr.microsoft.com/windows': { distribution: 'windows' },
};

const commonUsers: Partial<Record<Distribution, BaseImage['users']>> = {
  debian: [
    { name: 'www-data', uid: 33 },
    { name: 'nobody', uid: 65534 },
  ],
  ubuntu: [
    { name: 'www-data', uid: 33 },
    { name: 'nobody', uid: 65534 },
  ],
  alpine: [{ name: 'nobody', uid: 65534 }],
  wolfi: [
    { name: 'nonroot', uid: 65532 },
    { name: 'nobody', uid: 65534 },
  ],
  distroless: [
    { name: 'nonroot', uid: 65532 },
    { name: 'nobody', uid: 65534 },
  ],
};

/** Users that every image of a distribution has. */
export function usersOf(distribution: Distribution): BaseImage['users'] {
  return commonUsers[distribution] ?? [];
}

export function distributionImage(name: string, tag: string | undefined): KnownPart | undefined {
  if (!Object.hasOwn(images, name)) return redHatImage(name, tag);
  const known = images[name];
  if (!known) return undefined;
  const { distribution, product } = known;
  const version = versionOf(distribution, tag);
  const named = readTag(tag).codename;
  const codename = named ?? (version === undefined ? undefined : codenameOf(distribution, version));
  const ends = product ? endOfLife(product, version ?? (codename && codenames[codename]?.[1])) : undefined;
  const parts = tag?.split('-') ?? [];
  return {
    distribution,
    distributionVersion: version ?? (codename === undefined ? undefined : codenames[codename]?.[1]),
    codename,
    user: known.user ?? (distribution === 'windows' ? 'ContainerAdministrator' : '0'),
    toolchain: false,
    users:
      distribution === 'ubuntu' &&
      (version ?? (codename === undefined ? undefined : codenames[codename]?.[1]) ?? '') >= '23.04'
        ? [...usersOf('ubuntu'), { name: 'ubuntu', uid: 1000 }]
        : usersOf(distribution),
    ...(packageManagerOf(known, version, parts) && {
      packageManager: packageManagerOf(known, version, parts) ?? 'unknown',
    }),
    ...(distribution === 'busybox' && { libc: busyboxLibc(parts) }),
    variant: parts.includes('slim') ? 'slim' : parts.includes('minimal') ? 'minimal' : undefined,
    endOfLife: ends ? [ends] : [],
    lighter: lighterDistribution(name, tag, distribution, codename, parts),
  };
}

function versionOf(distribution: Distribution, tag: string | undefined): string | undefined {
  const stream = /^(?:centos)?(?:stream)?(\d[\d.]*)/.exec(tag ?? '');
  if (distribution === 'centos') return stream?.[1];
  const { version } = readTag(tag);
  if (version === undefined || !/^\d[\d.]*$/.test(version)) return undefined;
  // Dated tags (alpine:20230901) name no version.
  return /^\d{6,}/.test(version) ? undefined : version;
}

function packageManagerOf(
  known: DistributionImage,
  version: string | undefined,
  parts: readonly string[],
): PackageManager | undefined {
  const { distribution } = known;
  const major = Number.parseInt(version ?? '', 10);
  if (parts.includes('minimal') && ['rocky', 'almalinux', 'amazonlinux'].includes(distribution)) return 'microdnf';
  if (distribution === 'oraclelinux' && parts.includes('slim')) return major <= 7 ? 'yum' : 'microdnf';
  if (!known.packageManager) return undefined;
  return Number.isNaN(major) ? 'unknown' : known.packageManager(major);
}

function busyboxLibc(parts: readonly string[]): BaseImage['libc'] {
  if (parts.includes('musl')) return 'musl';
  return parts.includes('glibc') ? 'glibc' : 'unknown';
}

function lighterDistribution(
  name: string,
  tag: string | undefined,
  distribution: Distribution,
  codename: string | undefined,
  parts: readonly string[],
): BaseImage['lighter'] {
  if (distribution !== 'debian' || parts.includes('slim') || codename === undefined || tag === undefined) return [];
  return [
    { reference: `${name}:${codename}-slim`, sameLibc: true, lacks: 'manual pages, documentation and translations' },
  ];
}

/** Red Hat's Universal Base Images. https://catalog.redhat.com/software/base-images */
function redHatImage(name: string, tag: string | undefined): KnownPart | undefined {
  const found =
    /^registry\.(?:access\.)?redhat\.(?:com|io)\/(?:ubi(\d+)(?:\/ubi)?|rhel(\d))(?:-(minimal|micro|init))?$/.exec(name);
  const version = found?.[1] ?? found?.[2];
  if (!found || version === undefined) return undefined;
  const kind = found[3];
  const ends = endOfLife('Red Hat UBI', version);
  const exact = /^\d+\.\d+/.exec(tag ?? '')?.[0];
  return {
    distribution: 'rhel',
    distributionVersion: exact ?? version,
    user: '0',
    toolchain: false,
    users: [],
    packageManager: kind === 'minimal' ? 'microdnf' : kind === 'micro' ? 'none' : version === '7' ? 'yum' : 'dnf',
    variant: kind,
    endOfLife: ends ? [ends] : [],
    lighter:
      kind === undefined && Number(version) >= 8
        ? [
            {
              reference: `registry.access.redhat.com/ubi${version}/ubi-minimal`,
              sameLibc: true,
              lacks: 'dnf (microdnf is there), Python and most tools',
            },
          ]
        : [],
  };
}
