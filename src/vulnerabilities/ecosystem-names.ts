import type { InstalledPackage, OperatingSystem, PackageKind } from '../ecosystems/installed-package.ts';

/** OSV's names for the ecosystems of languages (https://ossf.github.io/osv-schema/#defined-ecosystems). */
const languageEcosystems: Readonly<Partial<Record<PackageKind, string>>> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  cargo: 'crates.io',
  maven: 'Maven',
  gem: 'RubyGems',
  composer: 'Packagist',
  nuget: 'NuGet',
};

const languages = new Set(Object.values(languageEcosystems));

/**
 * An ecosystem as OSV writes it, as the store keeps it: the release and nothing else behind a distribution's name. Undefined for those whose packages no
 * image is searched for.
 */
export function normalEcosystem(written: string): string | undefined {
  if (languages.has(written)) return written;
  const [distribution = '', ...rest] = written.split(':');
  if (languages.has(distribution)) return distribution;
  const release = rest.join(':');
  switch (distribution) {
    case 'Debian':
    case 'Alpine':
    case 'Mageia':
      return release === '' ? undefined : `${distribution}:${release}`;
    case 'Ubuntu':
      // Updates of Ubuntu Pro are for subscribers.
      return /^\d/.test(release) ? `Ubuntu:${release.replace(/:LTS$/, '')}` : undefined;
    case 'AlmaLinux':
    case 'Rocky Linux':
      return /^\d+/.test(release) ? `${distribution}:${/^\d+/.exec(release)?.[0]}` : undefined;
    case 'Red Hat': {
      const major = /^enterprise_linux:(\d+)(?:\.\d+)?(?:$|:)/.exec(release)?.[1];
      return major === undefined ? undefined : `Red Hat:${major}`;
    }
    case 'SUSE': {
      // Names of modules have numbers, too: `Linux Enterprise Module for Python 3 15 SP5`.
      const [, major, pack] = / (\d+) SP(\d+)\b/.exec(release) ?? / (\d+)(?:\.\d+)?(?:-\S+)?$/.exec(release) ?? [];
      return major === undefined ? undefined : `SUSE:${major}${pack === undefined ? '' : `.${pack}`}`;
    }
    case 'openSUSE':
      return release.startsWith('Leap ')
        ? `openSUSE:${release.slice(5)}`
        : release === 'Tumbleweed'
          ? 'openSUSE:Tumbleweed'
          : undefined;
    case 'Wolfi':
    case 'Chainguard':
    case 'MinimOS':
    case 'Alpaquita':
      return distribution;
    default:
      return undefined;
  }
}

/** A package's name, spelt in the one way that its ecosystem holds for the same. */
export function normalName(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return ecosystem === 'NuGet' || ecosystem === 'Packagist' ? name.toLowerCase() : name;
}

/** The kind of a distribution's packages. */
export function kindOf(ecosystem: string): PackageKind {
  if (ecosystem.startsWith('Debian:') || ecosystem.startsWith('Ubuntu:')) return 'deb';
  return ecosystem.startsWith('Alpine:') || rollingOfApk.has(ecosystem) ? 'apk' : 'rpm';
}

const rollingOfApk: ReadonlySet<string> = new Set(['Wolfi', 'Chainguard', 'MinimOS', 'Alpaquita']);

/** The ecosystem that advisories of an operating system's own packages are of; undefined where no published export has them. */
export function distributionEcosystem(system: OperatingSystem): string | undefined {
  const version = system.versionId ?? '';
  const [major = '', minor] = version.split('.');
  switch (system.id) {
    case 'debian':
      return major === '' ? undefined : `Debian:${major}`;
    case 'ubuntu':
      return version === '' ? undefined : `Ubuntu:${version}`;
    case 'alpine':
      return minor === undefined
        ? undefined
        : /edge|alpha|_/.test(version)
          ? 'Alpine:edge'
          : `Alpine:v${major}.${minor}`;
    case 'wolfi':
      return 'Wolfi';
    case 'chainguard':
      return 'Chainguard';
    case 'minimos':
      return 'MinimOS';
    case 'alpaquita':
      return 'Alpaquita';
    // CentOS was built from the same sources.
    case 'rhel':
    case 'centos':
      return major === '' ? undefined : `Red Hat:${major}`;
    case 'rocky':
      return major === '' ? undefined : `Rocky Linux:${major}`;
    case 'almalinux':
      return major === '' ? undefined : `AlmaLinux:${major}`;
    case 'sles':
    case 'sled':
    case 'sle_hpc':
    case 'sles_sap':
      return version === '' ? undefined : `SUSE:${version}`;
    case 'opensuse-leap':
      return `openSUSE:${version}`;
    case 'opensuse-tumbleweed':
      return 'openSUSE:Tumbleweed';
    case 'mageia':
      return `Mageia:${version}`;
    default:
      return undefined;
  }
}

/** Distributions whose advisories name the packages that are installed; those of all others name what they were built from. */
const byBinaryName = /^(?:Red Hat|AlmaLinux|Mageia)\b/;

/** Where advisories of a package are found, and which of its versions they speak of. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Undefined where nothing is published for it: no distribution that is known, or a kind without advisories. */
export function advisoryKey(installed: InstalledPackage, distribution: string | undefined): AdvisoryKey | undefined {
  const language = languageEcosystems[installed.kind];
  if (language !== undefined)
    return {
      ecosystem: language,
      name: normalName(language, installed.name),
      version: installed.kind === 'golang' ? installed.version.replace(/^(?:go|v)(?=\d)/, '') : installed.version,
    };
  if (distribution === undefined || kindOf(distribution) !== installed.kind) return undefined;
  const { source } = installed;
  if (source === undefined || byBinaryName.test(distribution))
    return { ecosystem: distribution, name: installed.name, version: installed.version };
  const version = installed.kind === 'rpm' ? rpmSourceVersion(installed.version, source.version) : source.version;
  return { ecosystem: distribution, name: source.name, version: version || installed.version };
}

/** Lists of packages name the source of an rpm as its file is named, without an epoch; that of the package is the likeliest. */
function rpmSourceVersion(own: string, source: string): string {
  if (!source.includes('-')) return own;
  return /^\d+:/.test(source) ? source : `${/^\d+:/.exec(own)?.[0] ?? ''}${source}`;
}
