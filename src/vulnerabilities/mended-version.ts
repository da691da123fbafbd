import type { Vulnerability } from './vulnerability.ts';

/** What has a vulnerability no more. */
export interface MendedVersion {
  readonly version: string;
  /** Versions above it have it no more, itself has it: nobody says which are there. */
  readonly above: boolean;
  /** It is the version of this source package: what that of the package built from it is cannot be told. */
  readonly source: string | undefined;
}

/** As the package itself is numbered, where that can be told. Undefined where no version mends it. */
export function mendedVersion({
  package: of,
  fixedIn,
  fixedAbove,
}: Pick<Vulnerability, 'package' | 'fixedIn' | 'fixedAbove'>): MendedVersion | undefined {
  const above = fixedIn === undefined;
  const version = fixedIn ?? fixedAbove;
  if (version === undefined) return undefined;
  const { source } = of;
  // Packages of languages have no source.
  if (source === undefined || source.version === of.version || (of.kind !== 'deb' && of.kind !== 'rpm'))
    return { version, above, source: undefined };
  if (of.kind === 'rpm') return { version, above, source: isNumberedAs(of, source.version) ? undefined : source.name };
  const epoch = epochOver(of.version, source.version);
  if (epoch === undefined) return { version, above, source: source.name };
  return { version: /^\d+:/.test(version) ? version : `${epoch}${version}`, above, source: undefined };
}

/** Distributions whose advisories name the rpms themselves (ecosystem-names.ts). */
const byBinaryName = /^pkg:rpm\/(?:rhel|redhat|centos|almalinux|mageia)\//;

/** Whether the advisories of an rpm speak of its own versions: it has that of its source, which may be told without epoch and release. */
function isNumberedAs({ version, purl }: Vulnerability['package'], source: string): boolean {
  const [bare, other] = [version, source].map((one) => one.replace(/^\d+:/, ''));
  return bare === other || !source.includes('-') || byBinaryName.test(purl);
}

/** `1:2.38.1-5+deb12u4`, `above 10.2.5`, `2.03.17-1 of lvm2`; nothing where no version mends it. */
export function mendedText(vulnerability: Pick<Vulnerability, 'package' | 'fixedIn' | 'fixedAbove'>): string {
  const mended = mendedVersion(vulnerability);
  if (mended === undefined) return '';
  const { version, above, source } = mended;
  return `${above ? 'above ' : ''}${version}${source === undefined ? '' : ` of ${source}`}`;
}

/**
 * The epoch that a package of Debian has before the version of its source, `1:` or nothing; undefined where its version is another one altogether. A
 * rebuild of the same source adds `+b1` (https://www.debian.org/doc/debian-policy/ch-controlfields.html#special-version-conventions).
 */
function epochOver(version: string, source: string): string | undefined {
  const built = version.replace(/\+b\d+$/, '');
  if (!built.endsWith(source)) return undefined;
  const before = built.slice(0, built.length - source.length);
  return /^(?:\d+:)?$/.test(before) ? before : undefined;
}
