import type { InstalledPackage, OperatingSystem, PackageNote } from './installed-package.ts';
import { packageUrl } from './purl.ts';

/** What a file system's packages are completed with. */
export interface PackageContext {
  readonly operatingSystem?: OperatingSystem | undefined;
  /** Of the files that a container sees. */
  readonly notes?: readonly PackageNote[];
}

/**
 * Packages of one file system as a reader wants them: each once, distribution's packages with namespace, `distro` and the licences that other
 * files tell, and without the programs that a distribution's package brought (`/usr/bin/python3.11` beside the deb of the same version) and the
 * notes in files of packages that a database has.
 * The order is kept. Fields that a caller added stay.
 */
export function completePackages<T extends InstalledPackage>(packages: readonly T[], context: PackageContext): T[] {
  return completedPackages(packages, context, (one) => one);
}

/**
 * The same for packages that get more fields by `withMore`, each copied once: a copy for the fields and one to complete it would be in memory together.
 * @param at the package's index
 */
export function completedPackages<T extends InstalledPackage, More>(
  packages: readonly T[],
  context: PackageContext,
  withMore: (one: T, at: number) => More,
): More[] {
  const licences = new Map((context.notes ?? []).map((note) => [`${note.kind} ${note.name}`, note.licences]));
  const asked = packages.some(({ kind, noted }) => kind === 'generic' || noted !== undefined);
  const distribution = asked ? packages.filter((one) => isOfDistribution(one) && one.noted === undefined) : [];
  // Few file systems have such notes: of a hundred thousand packages the names are not put together for none.
  const isKnown = packages.some(({ noted }) => noted !== undefined) ? ownedBy(distribution) : () => false;
  const seen = new Map<string, Set<string>>();
  return packages.flatMap((one, at) => {
    if (one.kind === 'generic' && isBroughtBy(one, distribution)) return [];
    if (one.noted !== undefined && isKnown(one)) return [];
    const { kind, purl } = identityOf(one, context.operatingSystem);
    // The libraries of one package are several files.
    const place = one.noted !== undefined ? '' : one.inside === undefined ? one.path : `${one.path}\0${one.inside}`;
    const there = seen.get(place) ?? new Set();
    if (there.has(purl)) return [];
    seen.set(place, there.add(purl));
    const told = one.licences.length > 0 ? one.licences : (licences.get(`${one.kind} ${one.name}`) ?? []);
    const isWhole = kind === one.kind && purl === one.purl && told === one.licences;
    return [withMore(isWhole ? one : { ...one, kind, purl, licences: told }, at)];
  });
}

function identityOf(
  one: InstalledPackage,
  system: OperatingSystem | undefined,
): Pick<InstalledPackage, 'kind' | 'purl'> {
  const { kind, name, version, noted } = one;
  if (!isOfDistribution(one)) return one;
  if (noted?.system === undefined || system?.id === noted.system) return { kind, purl: distributionUrl(one, system) };
  if (system === undefined) return { kind, purl: distributionUrl(one, { id: noted.system, idLike: [] }) };
  // Of another distribution than the image's: its advisories are not about that.
  return { kind: 'generic', purl: packageUrl({ type: 'generic', name, version }) };
}

/** Whether a database has the package that a note names: by its own name or its source's, and the version of either. */
function ownedBy(distribution: readonly InstalledPackage[]): (noted: InstalledPackage) => boolean {
  const key = (kind: string, name: string, version: string) => `${kind} ${name} ${upstream(version)}`;
  const known = new Set(
    distribution.flatMap(({ kind, name, version, source = { name, version } }) =>
      [name, source.name].flatMap((each) => [key(kind, each, version), key(kind, each, source.version)]),
    ),
  );
  return ({ kind, name, version }) => known.has(key(kind, name, version));
}

function isOfDistribution(one: InstalledPackage): boolean {
  return one.kind === 'deb' || one.kind === 'apk' || one.kind === 'rpm';
}

/** https://github.com/package-url/purl-spec/tree/main/types (deb, apk, rpm): the distribution is the namespace. */
function distributionUrl(one: InstalledPackage, system: OperatingSystem | undefined): string {
  const { kind, name, version, architecture, source } = one;
  const epoch = kind === 'rpm' ? /^(\d+):/.exec(version)?.[1] : undefined;
  return packageUrl({
    type: kind,
    namespace: system?.id ?? usualDistribution[kind],
    name,
    version: epoch === undefined ? version : version.slice(epoch.length + 1),
    qualifiers: {
      arch: architecture,
      distro: system && [system.id, system.versionId].filter(Boolean).join('-'),
      epoch: epoch === '0' ? undefined : epoch,
      upstream: source && (source.version === version ? source.name : `${source.name}@${source.version}`),
    },
  });
}

const usualDistribution: Readonly<Record<string, string>> = { deb: 'debian', apk: 'alpine' };

/** Folders that distributions leave to the administrator (https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch04s09.html). */
const ownFolders = ['usr/local/', 'opt/', 'home/', 'root/', 'srv/'];

/** A program's upstream version is the one that a distribution's package with its name has, in a folder where distributions put things. */
function isBroughtBy(program: InstalledPackage, distribution: readonly InstalledPackage[]): boolean {
  if (ownFolders.some((folder) => program.path.startsWith(folder))) return false;
  const names = programPackages[program.name] ?? [program.name];
  return distribution.some(
    (one) => names.some((name) => one.name.startsWith(name)) && upstream(one.version).startsWith(program.version),
  );
}

/** Under what names distributions pack a program, where it is not its own. */
const programPackages: Readonly<Record<string, readonly string[]>> = {
  node: ['nodejs', 'node'],
  openjdk: ['openjdk', 'java', 'temurin', 'default-jre'],
  httpd: ['apache2', 'httpd'],
  redis: ['redis'],
  postgresql: ['postgresql', 'libpq'],
  python: ['python', 'libpython'],
  go: ['golang', 'go'],
  ruby: ['ruby', 'libruby'],
  php: ['php'],
  perl: ['perl'],
};

/** Without epoch and revision. */
function upstream(version: string): string {
  return version.replace(/^\d+:/, '');
}
