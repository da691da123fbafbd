import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import { type CompareVersions, highestVersion } from '../ecosystems/version-orders.ts';
import type { AdvisoryDetails } from './advisory.ts';
import type { AdvisoryStore, StoredRecord } from './advisory-store.ts';
import { bestVector } from './cvss.ts';
import { compareSeverities, severityOfScore } from './severity-words.ts';
import type { Vulnerability, VulnerabilitySeverity } from './vulnerability.ts';

/** One advisory that holds for an installed package. */
export interface Hit {
  readonly record: StoredRecord;
  readonly details: AdvisoryDetails;
  readonly fixedIn: string | undefined;
  readonly fixedAbove: string | undefined;
}

interface MergeContext {
  readonly compare: CompareVersions;
  readonly store: AdvisoryStore;
  /** The distribution's own word for the severity then weighs more than a computed one: it knows how it builds the package. */
  readonly fromDistribution: boolean;
}

/**
 * One vulnerability for each CVE that the advisories name, and one for each that has no CVE, however many databases describe it. An advisory of
 * several CVEs counts for each of them.
 */
export function mergeHits(installed: InstalledPackage, hits: readonly Hit[], context: MergeContext): Vulnerability[] {
  const groups = new Map<string, NamedHit[]>();
  const leaders = new Map<string, string>();
  for (const each of hits) {
    const cves = cvesOf(each.details);
    const hit = { ...each, ofOne: cves.length <= 1 };
    const keys = cves.length > 0 ? cves : [sharedLeader(hit.details, leaders)];
    for (const key of keys) {
      const group = groups.get(key);
      if (group) group.push(hit);
      else groups.set(key, [hit]);
    }
  }
  return [...groups].map(([id, group]) => vulnerability(id, group, installed, context));
}

interface NamedHit extends Hit {
  /** Its advisory describes one vulnerability, not what an update repairs. */
  readonly ofOne: boolean;
}

function cvesOf({ id, aliases, upstream }: AdvisoryDetails): readonly string[] {
  if (aliases.length === 0 && upstream.length === 0) return isCve(id) ? [id] : [];
  return [...new Set([id, ...aliases, ...upstream].filter(isCve))];
}

function isCve(id: string): boolean {
  return /^CVE-\d{4}-\d{4,}$/.test(id);
}

/** The id under which advisories without a CVE that name each other come together. */
function sharedLeader({ id, aliases }: AdvisoryDetails, leaders: Map<string, string>): string {
  const ids = [id, ...aliases];
  const leader = ids.map((each) => leaders.get(each)).find((each) => each !== undefined) ?? bestKnown(ids);
  for (const each of ids) leaders.set(each, leader);
  return leader;
}

function bestKnown(ids: readonly string[]): string {
  return ids.find((id) => id.startsWith('GHSA-')) ?? ids[0] ?? '';
}

/** References of a vulnerability that are kept. */
const maximumReferences = 10;

function vulnerability(
  id: string,
  group: readonly NamedHit[],
  installed: InstalledPackage,
  { compare, store, fromDistribution }: MergeContext,
): Vulnerability {
  const lone = group.every(({ ofOne }) => ofOne) ? group : group.filter(({ ofOne }) => ofOne);
  const aliases = new Set(lone.flatMap(({ details }) => [details.id, ...details.aliases, ...details.upstream]));
  aliases.delete(id);
  const updates = lone === group ? [] : group.filter(({ ofOne }) => !ofOne).map(({ details }) => details.id);
  const described =
    lone.find(({ details }) => details.summary !== '') ??
    group.find(({ details }) => details.summary !== '') ??
    group[0];
  const fixedIn = highestVersion(
    group.flatMap((hit) => hit.fixedIn ?? []),
    compare,
  );
  const fixedAbove =
    fixedIn === undefined
      ? highestVersion(
          group.flatMap((hit) => hit.fixedAbove ?? []),
          compare,
        )
      : undefined;
  const status = group.map(({ record }) => record.status).find((each) => each !== undefined);
  const exploit = store.exploitOf(id);
  return {
    id,
    aliases: [...aliases].sort(),
    ...(updates.length > 0 && { advisories: [...new Set(updates)].sort() }),
    package: installed,
    ...severityFrom(lone.length > 0 ? lone : group, fromDistribution),
    ...(fixedIn !== undefined && { fixedIn }),
    ...(fixedAbove !== undefined && { fixedAbove }),
    ...(fixedIn === undefined && status !== undefined && { status }),
    summary: described?.details.summary ?? '',
    ...dates(group),
    ...(exploit?.epss !== undefined && { epss: exploit.epss }),
    knownExploited: exploit?.known ?? false,
    references: [...new Set(group.flatMap(({ details }) => details.references))].slice(0, maximumReferences),
    sources: ['plimsoll'],
  };
}

function severityFrom(group: readonly Hit[], fromDistribution: boolean): Pick<Vulnerability, 'severity' | 'cvss'> {
  // A package that is malware itself: https://github.com/ossf/malicious-packages. Nobody rates those.
  if (group.some(({ details }) => [details.id, ...details.aliases].some((id) => id.startsWith('MAL-'))))
    return { severity: 'critical' };
  const vectors = group.flatMap(({ record, details }) => [...(record.vectors ?? []), ...details.vectors]);
  const cvss = bestVector(vectors);
  const ratings = group
    .map(({ record, details }) => record.rating ?? details.rating)
    .filter((each): each is VulnerabilitySeverity => each !== undefined && each !== 'unknown')
    .sort(compareSeverities);
  const computed = cvss && severityOfScore(cvss.score);
  const severity = (fromDistribution ? (ratings[0] ?? computed) : (computed ?? ratings[0])) ?? 'unknown';
  return { severity, ...(cvss && { cvss }) };
}

function dates(group: readonly Hit[]): Pick<Vulnerability, 'published' | 'modified'> {
  const published = group.flatMap(({ details }) => details.published ?? []).sort()[0];
  const modified = group
    .flatMap(({ details }) => details.modified ?? [])
    .sort()
    .at(-1);
  return { ...(published !== undefined && { published }), ...(modified !== undefined && { modified }) };
}
