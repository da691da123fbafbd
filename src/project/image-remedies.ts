import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import { highestVersion, versionOrders } from '../ecosystems/version-orders.ts';
import { compareSeverities } from '../vulnerabilities/severity-words.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../vulnerabilities/vulnerability.ts';
import { compareVulnerabilities } from '../vulnerabilities/worst-first.ts';
import { type DirectDependencies, directDependencies } from './direct-dependencies.ts';
import { type BaseChange, baseChange, isOfBase } from './image-base.ts';
import type { InspectedImage } from './inspected-image.ts';

/**
 * What has to be changed, the one that mends most at once first: the base image, packages of the distribution, what the application depends on.
 * `nothing`: no version mends it yet.
 */
export const remedyWays = ['base', 'system', 'application', 'nothing'] as const;

export type RemedyWay = (typeof remedyWays)[number];

/** What one change mends: all vulnerabilities of one package in one version. */
export interface Remedy {
  readonly way: RemedyWay;
  readonly kind: InstalledPackage['kind'];
  /** Of the source package where a distribution builds several from one: they are updated together. */
  readonly name: string;
  readonly version: string;
  /** Packages that are built from it and installed. */
  readonly packages: readonly string[];
  /** The last of the versions that mend one; undefined where nothing mends any. */
  readonly fixedIn: string | undefined;
  /** Where advisories name only the last affected version, and that is not below `fixedIn`: any above it. */
  readonly fixedAbove: string | undefined;
  readonly worst: VulnerabilitySeverity;
  readonly knownExploited: boolean;
  /** The worst first. */
  readonly vulnerabilities: readonly Vulnerability[];
  /** The direct dependencies of the application that bring it, itself where it is one; empty where that is not sure. */
  readonly broughtBy: readonly string[];
  /** The lowest that brought one of its packages. */
  readonly layer: number | undefined;
}

/** What remedies are told from. */
export type RemediedImage = Pick<InspectedImage, 'analysis' | 'base'>;

/** Vulnerabilities by what mends them: the base image first, then by the worst. What no version mends is apart from what one does. */
export function remediesOf(vulnerabilities: readonly Vulnerability[], image: RemediedImage): readonly Remedy[] {
  const layers = layersBySource(image);
  const change = baseChange(image.base, vulnerabilities);
  const groups = new Map<string, { readonly way: RemedyWay; readonly found: Vulnerability[] }>();
  for (const each of vulnerabilities) {
    const source = sourceKey(each.package);
    const way = wayOf(each, isOfBase(image.base, layers.get(source)), change);
    const key = `${way} ${source}`;
    const group = groups.get(key);
    if (group) group.found.push(each);
    else groups.set(key, { way, found: [each] });
  }
  let direct: DirectDependencies | undefined;
  const remedies = [...groups.values()].flatMap(({ way, found: [first, ...more] }) => {
    if (!first) return [];
    const isLed = first.package.kind === 'npm' || first.package.kind === 'pypi';
    if (isLed) direct ??= directDependencies(image.analysis);
    return [remedyOf(way, [first, ...more], layers, (isLed && direct?.(first.package)) || [])];
  });
  return remedies.sort(
    (one, other) =>
      remedyWays.indexOf(one.way) - remedyWays.indexOf(other.way) ||
      compareSeverities(one.worst, other.worst) ||
      Number(other.knownExploited) - Number(one.knownExploited) ||
      other.vulnerabilities.length - one.vulnerabilities.length ||
      (one.name < other.name ? -1 : 1),
  );
}

/** Where another base was looked into it decides what a newer base mends; else what the base brings and a version mends. */
function wayOf(vulnerability: Vulnerability, ofBase: boolean | undefined, change: BaseChange | undefined): RemedyWay {
  const { fixedIn, fixedAbove, package: of } = vulnerability;
  const isMended = (fixedIn ?? fixedAbove) !== undefined;
  if (ofBase && (change ? change.goes(vulnerability) : isMended)) return 'base';
  if (!isMended) return 'nothing';
  return isOfDistribution(of.kind) ? 'system' : 'application';
}

function isOfDistribution(kind: InstalledPackage['kind']): boolean {
  return kind === 'deb' || kind === 'apk' || kind === 'rpm';
}

function remedyOf(
  way: RemedyWay,
  group: readonly [Vulnerability, ...Vulnerability[]],
  layers: ReadonlyMap<string, number>,
  broughtBy: readonly string[],
): Remedy {
  // A source package's vulnerability is found once for each package that is built from it.
  const byId = new Map(group.map((each) => [each.id, each]));
  const sorted = [...byId.values()].sort(compareVulnerabilities);
  const { kind, name, version, source } = group[0].package;
  const compare = versionOrders[kind];
  const fixedIn = highestVersion(
    sorted.flatMap((each) => each.fixedIn ?? []),
    compare,
  );
  const last = highestVersion(
    sorted.flatMap((each) => each.fixedAbove ?? []),
    compare,
  );
  const fixedAbove = last !== undefined && (fixedIn === undefined || compare(last, fixedIn) >= 0) ? last : undefined;
  return {
    way,
    kind,
    name: source?.name ?? name,
    version: source?.version ?? version,
    packages: [...new Set(group.map((each) => each.package.name))].sort(),
    fixedIn,
    fixedAbove,
    worst: worstOf(sorted),
    knownExploited: sorted.some(({ knownExploited }) => knownExploited),
    vulnerabilities: sorted,
    broughtBy,
    layer: layers.get(sourceKey(group[0].package)),
  };
}

/** The worst severity of some; of none it is unknown. */
export function worstOf(some: readonly Vulnerability[]): VulnerabilitySeverity {
  return some.map(({ severity }) => severity).sort(compareSeverities)[0] ?? 'unknown';
}

/** `1.2.4`, `above 1.2.3` where advisories tell only what is affected; undefined where nothing mends it. */
export function remedyVersion({ fixedIn, fixedAbove }: Pick<Remedy, 'fixedIn' | 'fixedAbove'>): string | undefined {
  return fixedAbove === undefined ? fixedIn : `above ${fixedAbove}`;
}

/** The lowest layer of what is built from one source: who brings that decides about the rest, as they are updated together. */
function layersBySource({ analysis }: RemediedImage): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  for (const each of analysis.packages) {
    const key = sourceKey(each);
    layers.set(key, Math.min(layers.get(key) ?? each.layer, each.layer));
  }
  return layers;
}

/** What is updated together. Of a distribution that is what was built from one source, else what lies at one place. */
function sourceKey({ kind, name, version, source, path }: InstalledPackage): string {
  return JSON.stringify([kind, source?.name ?? name, source?.version ?? version, isOfDistribution(kind) ? '' : path]);
}
