import { groupBy } from '../core/group-by.ts';
import type { InstalledPackage, OperatingSystem } from '../ecosystems/installed-package.ts';
import { type CompareVersions, versionOrders } from '../ecosystems/version-orders.ts';
import type { AdvisoryDetails } from './advisory.ts';
import type { AdvisoryStore, StoredRecord } from './advisory-store.ts';
import { judgeVersion, type Verdict } from './affected-versions.ts';
import { advisoryKey, distributionEcosystem, kindOf } from './ecosystem-names.ts';
import { type Hit, mergeHits } from './merge-aliases.ts';
import { distributionOwned } from './owned-packages.ts';
import type { Vulnerability } from './vulnerability.ts';
import { compareVulnerabilities } from './worst-first.ts';

export interface MatchOptions {
  /** Also packages of a language that the distribution installed: its own advisories, which know of its backports, are otherwise enough. */
  readonly distributionOwned?: boolean;
}

/**
 * Known vulnerabilities of installed packages, the worst first, each once a package under the id that most people know. An operating system that is
 * undefined or has no published advisories leaves its own packages unmatched: {@link matchGaps} names that.
 */
export function matchPackages(
  store: AdvisoryStore,
  packages: readonly InstalledPackage[],
  operatingSystem: OperatingSystem | undefined,
  options: MatchOptions = {},
): Vulnerability[] {
  const distribution = operatingSystem && distributionEcosystem(operatingSystem);
  const owned = options.distributionOwned || distribution === undefined ? () => false : distributionOwned(packages);
  const named = groupBy(
    packages.flatMap((installed) => {
      const key = owned(installed) ? undefined : advisoryKey(installed, distribution);
      return key === undefined ? [] : [{ installed, key }];
    }),
    ({ key }) => `${key.ecosystem} ${key.name}`,
  );
  const found: Vulnerability[] = [];
  // An image has the same package many times over: what the store says of it is read once.
  for (const [, group] of named) {
    const [first] = group;
    if (first === undefined) continue;
    const records = store.recordsOf(first.key.ecosystem, first.key.name);
    if (records.length === 0) continue;
    const detailsOf = readOnce(store);
    for (const { installed, key } of group) {
      const compare = versionOrders[installed.kind];
      const hits = hitsOf(records, key.version, compare, detailsOf);
      const merging = { compare, store, fromDistribution: key.ecosystem === distribution };
      if (hits.length > 0) found.push(...mergeHits(installed, hits, merging));
    }
  }
  return found.sort(compareVulnerabilities);
}

type DetailsOf = AdvisoryStore['detailsOf'];

function readOnce(store: AdvisoryStore): DetailsOf {
  const known = new Map<StoredRecord, AdvisoryDetails>();
  return (record) => {
    const details = known.get(record) ?? store.detailsOf(record);
    known.set(record, details);
    return details;
  };
}

function hitsOf(
  records: readonly StoredRecord[],
  version: string,
  compare: CompareVersions,
  detailsOf: DetailsOf,
): Hit[] {
  const hits: Hit[] = [];
  for (const record of records) {
    const verdict: Verdict = judgeVersion(record, version, compare);
    if (verdict.affected)
      hits.push({ record, fixedIn: verdict.fixedIn, fixedAbove: verdict.fixedAbove, details: detailsOf(record) });
  }
  return hits;
}

/** Packages that could not be matched, and why, a sentence each. */
export function matchGaps(
  store: AdvisoryStore,
  packages: readonly InstalledPackage[],
  operatingSystem: OperatingSystem | undefined,
): string[] {
  const distribution = operatingSystem && distributionEcosystem(operatingSystem);
  const known = new Set(store.information.ecosystems.map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const installed of packages) {
    const key = advisoryKey(installed, distribution);
    const reason =
      key === undefined
        ? withoutKey(installed, operatingSystem, distribution)
        : withoutAdvisories(key.ecosystem, known);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(
    ([reason, count]) => `${count} ${count === 1 ? 'package' : 'packages'} not matched: ${reason}`,
  );
}

function withoutKey(
  { kind }: InstalledPackage,
  operatingSystem: OperatingSystem | undefined,
  distribution: string | undefined,
): string {
  if (kind === 'generic') return 'no advisories are published for files without a package manager';
  if (operatingSystem === undefined) return `${kind} packages, but no /etc/os-release says whose`;
  const name = `${operatingSystem.id} ${operatingSystem.versionId ?? ''}`.trim();
  return distribution === undefined
    ? `no export of advisories for ${name} is known`
    : `${kind} packages on ${name}, which are not its own (${kindOf(distribution)})`;
}

function withoutAdvisories(ecosystem: string, known: ReadonlySet<string>): string | undefined {
  return known.has(ecosystem) ? undefined : `the advisory store has nothing of ${ecosystem}`;
}
