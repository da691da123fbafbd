import type { RebuildChange, RebuildVulnerability } from '../../core/rebuild-report.ts';
import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import { packageUrl } from '../../ecosystems/purl.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { versionOrders } from '../../ecosystems/version-orders.ts';
import type { Vulnerability } from '../../vulnerabilities/vulnerability.ts';

/** What is known to be wrong with packages; undefined where nobody can look. */
export type KnownVulnerabilities = (packages: readonly InstalledPackage[]) => readonly Vulnerability[] | undefined;

/** Before and after of one package. */
export interface PackagePair {
  readonly before: InstalledPackage | undefined;
  readonly after: InstalledPackage | undefined;
}

/**
 * What each change takes away and brings: what is known of the image less what is known of the version that would come. What a scanner alone
 * told of is taken away by the version that it names as mended.
 * @param present of the image's packages; undefined where nobody looked
 */
export function rebuildChanges(
  pairs: readonly PackagePair[],
  present: readonly Vulnerability[] | undefined,
  known: KnownVulnerabilities,
): RebuildChange[] {
  const coming = present && known(pairs.flatMap(({ after }) => after ?? []));
  return pairs.map(({ before, after }) => {
    const of = before ?? after;
    const own = before ? (present ?? []).filter((each) => isOf(each, before)) : [];
    const next = after ? (coming ?? []).filter((each) => isOf(each, after)) : [];
    const stays = (one: Vulnerability) => after !== undefined && !isMended(one, after, next);
    return {
      kind: of?.kind ?? '',
      name: of?.name ?? '',
      from: before?.version,
      to: after?.version,
      fixes: coming === undefined ? [] : own.filter((one) => !stays(one)).map(plain),
      brings: next.filter((one) => !own.some((each) => isSame(each, one))).map(plain),
    };
  });
}

function isOf({ package: of }: Vulnerability, one: InstalledPackage): boolean {
  return of.kind === one.kind && of.name === one.name && of.version === one.version;
}

function isMended(one: Vulnerability, after: InstalledPackage, next: readonly Vulnerability[]): boolean {
  if (next.some((each) => isSame(each, one))) return false;
  if (one.sources.includes('plimsoll')) return true;
  const compare = versionOrders[after.kind];
  const version = one.package.source ? (after.source?.version ?? after.version) : after.version;
  return one.fixedIn !== undefined && compare(version, one.fixedIn) >= 0;
}

function isSame(one: Vulnerability, other: Vulnerability): boolean {
  const ids = new Set([one.id, ...one.aliases]);
  return [other.id, ...other.aliases].some((id) => ids.has(id));
}

function plain({ id, severity, knownExploited }: Vulnerability): RebuildVulnerability {
  return { id, severity, knownExploited };
}

/** A package of a repository as if it were installed. */
export function installedFrom({ kind, name, version, architecture, source }: SystemPackage): InstalledPackage {
  return {
    kind,
    name,
    version,
    purl: packageUrl({ type: kind, name, version, qualifiers: { arch: architecture } }),
    ...(architecture !== '' && { architecture }),
    ...(source && (source.name !== name || source.version !== version) && { source }),
    licences: [],
    path: '',
  };
}
