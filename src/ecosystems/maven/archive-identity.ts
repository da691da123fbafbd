import type { InstalledPackage } from '../installed-package.ts';
import { isWord } from '../internal/installed-text.ts';
import { isLicenceName } from '../licences.ts';
import { packageUrl } from '../purl.ts';

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
}

/**
 * Which artifact an archive is: the one of its coordinates that its name begins with, or the only ones; else by the manifest and the name of the
 * file. Undefined where nothing tells a version.
 */
export function mainArtifact({ fileName, manifest, poms }: ArchiveFacts): Coordinates | undefined {
  const named = splitName(fileName);
  const fitting = poms.filter(({ artifact }) => named.artifact === artifact || fileName.startsWith(`${artifact}-`));
  const [only] = poms.length === 1 ? poms : [];
  const isOnly = only && (named.version === undefined || named.version === only.version);
  const pom = longestName(fitting) ?? (isOnly ? only : undefined);
  if (pom) return pom;
  const version =
    named.version ??
    versionKeys.map((key) => manifest.get(key)).find((value) => isWord(value) && /^\d[\w.+-]*$/.test(value));
  if (version === undefined || !isWord(named.artifact)) return undefined;
  return { group: groupOf(named.artifact, manifest), artifact: named.artifact, version };
}

const versionKeys = ['implementation-version', 'bundle-version', 'specification-version'];

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
