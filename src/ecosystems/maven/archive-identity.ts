import type { InstalledPackage } from '../installed-package.ts';
import { isWord } from '../internal/installed-text.ts';
import { isLicenceName } from '../licences.ts';
import { packageUrl } from '../purl.ts';
import { knownGroup } from './known-groups.ts';

/** https://maven.apache.org/pom.html#Maven_Coordinates */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** What an archive tells of itself. */
export interface ArchiveFacts {
  readonly fileName: string;
  /** Names in lower case. */
  readonly manifest: ReadonlyMap<string, string>;
  readonly poms: readonly Coordinates[];
  /** Of its classes, as `noteFolders` notes them. */
  readonly folders: ReadonlySet<string>;
}

/**
 * Which artifact an archive is: the one of its coordinates that its name begins with, or the only ones that can be its own; else by the manifest and the
 * name of the file. Undefined where nothing tells a version.
 */
export function mainArtifact({ fileName, manifest, poms, folders }: ArchiveFacts): Coordinates | undefined {
  const named = splitName(fileName);
  const pom = longestName(poms.filter((each) => isNamed(fileName, each))) ?? renamed(named.version, manifest, poms);
  if (pom) return pom;
  const version = named.version ?? manifestVersion(manifest);
  if (version === undefined || !isWord(named.artifact)) return undefined;
  const vendor = manifest.get('implementation-vendor')?.trim();
  const group = knownGroup(named.artifact, version, { folders, vendor }) ?? groupOf(named.artifact, manifest);
  return { group, artifact: named.artifact, version };
}

/** Debian writes `geronimo-interceptor-3.0-spec.jar` for the artifact `geronimo-interceptor_3.0_spec`. */
function isNamed(fileName: string, { artifact }: Coordinates): boolean {
  const plain = (text: string): string => text.slice(0, 300).toLowerCase().replaceAll('_', '-');
  const file = plain(fileName.replace(/\.[A-Za-z]+$/, ''));
  return file === plain(artifact) || file.startsWith(`${plain(artifact)}-`);
}

/** The coordinates of an archive whose name does not tell its artifact; those of something that was shaded into it are not. */
function renamed(
  namedVersion: string | undefined,
  manifest: ReadonlyMap<string, string>,
  poms: readonly Coordinates[],
): Coordinates | undefined {
  const version = namedVersion ?? manifestVersion(manifest);
  const [only, ...others] = poms.filter((each) => each.version === version);
  if (only && others.length === 0) return only;
  const [single] = poms.length === 1 ? poms : [];
  return single && namedVersion === undefined && !isOther(single, manifest) ? single : undefined;
}

/** Whether the manifest names, by group and by version, something else: Guice's holds the coordinates of the cglib in it alone. */
function isOther({ group, artifact, version }: Coordinates, manifest: ReadonlyMap<string, string>): boolean {
  const symbolic = manifest.get('bundle-symbolicname')?.split(';', 1)[0]?.trim();
  if (!isGroup(symbolic) || symbolic.startsWith(group) || symbolic.endsWith(artifact)) return false;
  const versions = ownVersionKeys.map((key) => manifest.get(key)).filter((value) => value !== undefined);
  return versions.length > 0 && versions.every((value) => numbersOf(value) !== numbersOf(version));
}

/** `31.1.0.jre` of OSGi is `31.1-jre` of Maven: the numbers in front, without zeros behind. */
function numbersOf(version: string): string {
  return (/^\d{1,20}(?:\.\d{1,20}){0,9}/.exec(version)?.[0] ?? version).replace(/(?:\.0{1,20}){1,9}$/, '');
}

function manifestVersion(manifest: ReadonlyMap<string, string>): string | undefined {
  return versionKeys.map((key) => manifest.get(key)).find((value) => isWord(value) && /^\d[\w.+-]*$/.test(value));
}

const ownVersionKeys = ['implementation-version', 'bundle-version'];
const versionKeys = [...ownVersionKeys, 'specification-version'];

/** `spring-core-6.1.4.jar`: the version begins at the first dash before a digit. */
function splitName(fileName: string): { readonly artifact: string; readonly version: string | undefined } {
  const base = fileName.slice(0, 300).replace(/\.[A-Za-z]+$/, '');
  const dash = base.search(/-\d/);
  if (dash <= 0) return { artifact: base, version: undefined };
  return { artifact: base.slice(0, dash), version: base.slice(dash + 1) };
}

function longestName(poms: readonly Coordinates[]): Coordinates | undefined {
  return poms.toSorted((a, b) => b.artifact.length - a.artifact.length)[0];
}

/**
 * A symbolic name of OSGi is the group, or the group and the artifact. Where nothing tells, the artifact's own name: the convention of those that are
 * older than the one of domain names (`junit:junit`, `commons-io:commons-io`).
 */
function groupOf(artifact: string, manifest: ReadonlyMap<string, string>): string {
  const symbolic = manifest.get('bundle-symbolicname')?.split(';', 1)[0]?.trim();
  const vendor = manifest.get('implementation-vendor-id')?.trim();
  if (isGroup(symbolic)) {
    const end = `.${artifact}`;
    return symbolic.endsWith(end) ? symbolic.slice(0, -end.length) : symbolic;
  }
  return isGroup(vendor) ? vendor : artifact;
}

function isGroup(text: string | undefined): text is string {
  return isWord(text) && /^[a-z][\w-]*(?:\.[\w-]+)+$/.test(text.slice(0, 300));
}

/** Whether two are one artifact, whatever the version. */
export function sameArtifact(one: Coordinates, other: Coordinates): boolean {
  return one.artifact === other.artifact && one.group === other.group;
}

/** The package of an archive, or of coordinates in it. */
export function mavenPackage(
  { group, artifact, version }: Coordinates,
  place: { readonly path: string; readonly inside: readonly string[] },
  manifest: ReadonlyMap<string, string>,
): InstalledPackage {
  const licence = manifest.get('bundle-license')?.split(';', 1)[0]?.trim() ?? '';
  return {
    kind: 'maven',
    name: `${group}:${artifact}`,
    version,
    purl: packageUrl({ type: 'maven', namespace: group, name: artifact, version }),
    licences: isLicenceName(licence) ? [licence] : [],
    path: place.path,
    ...(place.inside.length > 0 && { inside: place.inside.join('!/') }),
  };
}
