import { groupBy } from '../core/group-by.ts';
import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import { versionOrders } from '../ecosystems/version-orders.ts';
import type { ImagePackage } from '../image/image-analysis.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../vulnerabilities/vulnerability.ts';

/** From the least to the worst. */
const severities: readonly VulnerabilitySeverity[] = ['unknown', 'negligible', 'low', 'medium', 'high', 'critical'];
const order: readonly string[] = severities;

/** The order of severities; what is none ranks lowest. */
export function rank(severity: string): number {
  return order.indexOf(severity);
}

/** What one change mends: all vulnerabilities of one package in one version. */
export interface Remedy {
  readonly kind: InstalledPackage['kind'];
  /** Of the source package where a distribution builds several from one: they are updated together. */
  readonly name: string;
  readonly version: string;
  /** Packages that are built from it and installed. */
  readonly packages: readonly string[];
  /** The last of the versions that mend one; undefined where nothing mends any. */
  readonly fixedIn: string | undefined;
  readonly worst: VulnerabilitySeverity;
  readonly knownExploited: boolean;
  /** The worst first. */
  readonly vulnerabilities: readonly Vulnerability[];
  readonly layer: number | undefined;
}

/**
 * Vulnerabilities by what mends them, the worst first. What no version mends is apart from what one does.
 * @param packages of the image, for the layers that brought them
 */
export function remediesOf(
  vulnerabilities: readonly Vulnerability[],
  packages: readonly ImagePackage[],
): readonly Remedy[] {
  const layers = new Map(packages.map((each) => [keyOf(each), each.layer]));
  const groups = groupBy(vulnerabilities, ({ package: of, fixedIn }) => {
    const { name, version } = of.source ?? of;
    return JSON.stringify([of.kind, name, version, of.source ? '' : of.path, fixedIn !== undefined]);
  });
  const remedies = [...groups.values()].flatMap((group) => remedyOf(group, layers) ?? []);
  return remedies.sort(
    (one, other) =>
      Number(other.knownExploited) - Number(one.knownExploited) ||
      rank(other.worst) - rank(one.worst) ||
      other.vulnerabilities.length - one.vulnerabilities.length ||
      (one.name < other.name ? -1 : 1),
  );
}

function remedyOf(group: readonly Vulnerability[], layers: ReadonlyMap<string, number>): Remedy | undefined {
  // A source package's vulnerability is found once for each package that is built from it.
  const byId = new Map(group.map((each) => [each.id, each]));
  const sorted = [...byId.values()].sort(
    (one, other) => rank(other.severity) - rank(one.severity) || (one.id < other.id ? -1 : 1),
  );
  const [worst] = sorted;
  if (worst === undefined) return undefined;
  const { kind, name, version, source } = worst.package;
  return {
    kind,
    name: source?.name ?? name,
    version: source?.version ?? version,
    packages: [...new Set(group.map((each) => each.package.name))].sort(),
    fixedIn: lastFixed(sorted),
    worst: worst.severity,
    knownExploited: sorted.some(({ knownExploited }) => knownExploited),
    vulnerabilities: sorted,
    layer: layers.get(keyOf(worst.package)),
  };
}

function lastFixed(group: readonly Vulnerability[]): string | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const compare = versionOrders[first.package.kind];
  return group
    .flatMap(({ fixedIn }) => fixedIn ?? [])
    .sort(compare)
    .at(-1);
}

function keyOf({ kind, name, version, path }: InstalledPackage): string {
  return JSON.stringify([kind, name, version, path]);
}
