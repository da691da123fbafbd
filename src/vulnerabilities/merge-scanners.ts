import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import type { ScannerReport } from './scanners/read-report.ts';
import type { Vulnerability } from './vulnerability.ts';
import { compareVulnerabilities } from './worst-first.ts';

/** One vulnerability of a package on which those who looked do not agree. */
export interface Disagreement {
  readonly id: string;
  readonly package: InstalledPackage;
  /** Who found it, and who looked and did not. */
  readonly found: readonly string[];
  readonly silent: readonly string[];
  /** Where those who found it name different ones. */
  readonly severities: Readonly<Record<string, string>>;
  readonly fixes: Readonly<Record<string, string>>;
}

export interface MergedVulnerabilities {
  readonly vulnerabilities: readonly Vulnerability[];
  readonly disagreements: readonly Disagreement[];
}

/**
 * Our findings and those of scanners as one list: the same vulnerability of the same package once, with all who found it in `sources`. Ours is kept where
 * there is one, with what it lacks from the others.
 * @param ours undefined where nobody looked: then only scanners can be silent
 */
export function mergeScanners(
  ours: readonly Vulnerability[] | undefined,
  reports: readonly ScannerReport[],
  packages: readonly InstalledPackage[],
): MergedVulnerabilities {
  const looked = [...(ours === undefined ? [] : ['plimsoll']), ...new Set(reports.map(({ scanner }) => scanner))];
  const find = packageFinder(packages);
  const all = [
    ...(ours ?? []),
    ...reports.flatMap(({ vulnerabilities }) =>
      vulnerabilities.map((each) => ({ ...each, package: find(each.package) })),
    ),
  ];
  const groups: Vulnerability[][] = [];
  const known = new Map<string, Vulnerability[]>();
  for (const each of all) {
    const keys = [each.id, ...each.aliases].map((id) => `${id}\u0000${packageKey(each.package)}`);
    const group = keys.map((key) => known.get(key)).find((found) => found !== undefined) ?? newGroup(groups);
    group.push(each);
    for (const key of keys) known.set(key, group);
  }
  const merged = groups.flatMap((group) => mergedGroup(group) ?? []);
  return {
    vulnerabilities: merged.sort(compareVulnerabilities),
    disagreements: groups.flatMap((group) => disagreement(group, looked) ?? []),
  };
}

function newGroup(groups: Vulnerability[][]): Vulnerability[] {
  const group: Vulnerability[] = [];
  groups.push(group);
  return group;
}

/** The same package in several places is one to most scanners, which do not say where it is. */
function packageKey({ kind, name, version }: InstalledPackage): string {
  return `${kind}\u0000${name.toLowerCase()}\u0000${version.replace(/^v(?=\d)/, '')}`;
}

/** Ours for a scanner's: by kind, name and version, else by name and version of a kind that the scanner does not tell. */
function packageFinder(packages: readonly InstalledPackage[]): (theirs: InstalledPackage) => InstalledPackage {
  const byKey = new Map(packages.map((each) => [packageKey(each), each]));
  const byName = new Map(packages.map((each) => [`${each.name.toLowerCase()}\u0000${each.version}`, each]));
  return (theirs) =>
    byKey.get(packageKey(theirs)) ??
    (theirs.kind === 'generic' ? byName.get(`${theirs.name.toLowerCase()}\u0000${theirs.version}`) : undefined) ??
    theirs;
}

function mergedGroup(group: readonly Vulnerability[]): Vulnerability | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const cve = group.find(({ id }) => id.startsWith('CVE-'))?.id ?? first.id;
  const ids = new Set(group.flatMap(({ id, aliases }) => [id, ...aliases]));
  ids.delete(cve);
  const fixedIn = group.map((each) => each.fixedIn).find((each) => each !== undefined);
  const fixedAbove = group.map((each) => each.fixedAbove).find((each) => each !== undefined);
  const cvss = group.map((each) => each.cvss).find((each) => each !== undefined);
  const epss = group.map((each) => each.epss).find((each) => each !== undefined);
  const { status: _status, fixedAbove: _above, ...rest } = first;
  const status =
    fixedIn === undefined ? group.map((each) => each.status).find((each) => each !== undefined) : undefined;
  return {
    ...rest,
    id: cve,
    aliases: [...ids].sort(),
    severity: group.map(({ severity }) => severity).find((each) => each !== 'unknown') ?? 'unknown',
    summary: group.map(({ summary }) => summary).find((each) => each !== '') ?? '',
    ...(fixedIn !== undefined && { fixedIn }),
    ...(fixedIn === undefined && fixedAbove !== undefined && { fixedAbove }),
    ...(status !== undefined && { status }),
    ...(cvss !== undefined && { cvss }),
    ...(epss !== undefined && { epss }),
    knownExploited: group.some(({ knownExploited }) => knownExploited),
    references: [...new Set(group.flatMap(({ references }) => references))].slice(0, 10),
    sources: [...new Set(group.flatMap(({ sources }) => sources))],
  };
}

function disagreement(group: readonly Vulnerability[], looked: readonly string[]): Disagreement | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const found = [...new Set(group.flatMap(({ sources }) => sources))];
  const silent = looked.filter((name) => !found.includes(name));
  const severities = said(group, ({ severity }) => severity);
  const fixes = said(group, ({ fixedIn }) => fixedIn ?? 'none');
  if (silent.length === 0 && Object.keys(severities).length === 0 && Object.keys(fixes).length === 0) return undefined;
  const id = group.find((each) => each.id.startsWith('CVE-'))?.id ?? first.id;
  return { id, package: first.package, found, silent, severities, fixes };
}

/** Empty where all say the same. */
function said(group: readonly Vulnerability[], what: (each: Vulnerability) => string): Record<string, string> {
  if (new Set(group.map(what)).size < 2) return {};
  return Object.fromEntries(group.flatMap((each) => each.sources.map((source) => [source, what(each)])));
}
