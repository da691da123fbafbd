import { type CompareVersions, highestVersion } from '../ecosystems/version-orders.ts';
import type { AffectedPackage, RangeEvent } from './advisory.ts';

/** Whether a version is affected, and the lowest one above it that is repaired, where there is one. */
export interface Verdict {
  readonly affected: boolean;
  readonly fixedIn?: string;
  /** Where no version is named that repairs it: the last affected one, above which none is. */
  readonly fixedAbove?: string;
}

/**
 * Evaluates an advisory as the OSV schema prescribes (https://ossf.github.io/osv-schema/#evaluation): a version is affected when `versions` lists it or
 * one of the ranges holds it.
 */
export function judgeVersion(
  { ranges, versions }: Pick<AffectedPackage, 'ranges' | 'versions'>,
  version: string,
  compare: CompareVersions,
): Verdict {
  const holding = ranges.filter((events) => holds(events, version, compare));
  const affected = holding.length > 0 || versions.includes(version);
  if (!affected) return { affected };
  const fixedIn = lowestFix(ranges, version, compare);
  if (fixedIn !== undefined) return { affected, fixedIn };
  const fixedAbove = lastAffected({ ranges, versions }, holding, compare);
  return fixedAbove === undefined ? { affected } : { affected, fixedAbove };
}

function holds(events: readonly RangeEvent[], version: string, compare: CompareVersions): boolean {
  const [first, second, third] = events;
  // Nearly all ranges: from the beginning up to a version that repairs it.
  if (first && second && third === undefined && 'introduced' in first && first.introduced === '0' && 'fixed' in second)
    return compare(version, second.fixed) < 0;
  return beforeLimits(events, version, compare) && within(events, version, compare);
}

/** `*` stands for no limit, and so does none at all. */
function beforeLimits(events: readonly RangeEvent[], version: string, compare: CompareVersions): boolean {
  const limits = events.flatMap((event) => ('limit' in event ? [event.limit] : []));
  return limits.length === 0 || limits.some((limit) => limit === '*' || compare(version, limit) < 0);
}

function within(events: readonly RangeEvent[], version: string, compare: CompareVersions): boolean {
  let affected = false;
  for (const event of inOrder(events, compare)) {
    if ('introduced' in event && (event.introduced === '0' || compare(version, event.introduced) >= 0)) affected = true;
    else if ('fixed' in event && compare(version, event.fixed) >= 0) affected = false;
    else if ('lastAffected' in event && compare(version, event.lastAffected) > 0) affected = false;
  }
  return affected;
}

/** By version. Where one version has several events, it is affected up to it, repaired by it, affected from it. */
function inOrder(events: readonly RangeEvent[], compare: CompareVersions): readonly RangeEvent[] {
  if (events.length < 2) return events;
  if (events.length === 2 && events[0] !== undefined && 'introduced' in events[0] && events[0].introduced === '0')
    return events;
  return [...events].sort((one, other) => {
    const [a, b] = [versionOf(one), versionOf(other)];
    if (a === '0' || b === '0') return (a === '0' ? 0 : 1) - (b === '0' ? 0 : 1);
    return compare(a, b) || rank(one) - rank(other);
  });
}

function versionOf(event: RangeEvent): string {
  if ('introduced' in event) return event.introduced;
  if ('fixed' in event) return event.fixed;
  return 'limit' in event ? event.limit : event.lastAffected;
}

function rank(event: RangeEvent): number {
  if ('lastAffected' in event) return 0;
  return 'fixed' in event ? 1 : 2;
}

function lowestFix(
  ranges: readonly (readonly RangeEvent[])[],
  version: string,
  compare: CompareVersions,
): string | undefined {
  let lowest: string | undefined;
  for (const events of ranges)
    for (const event of events)
      if (
        'fixed' in event &&
        compare(event.fixed, version) > 0 &&
        (lowest === undefined || compare(event.fixed, lowest) < 0)
      )
        lowest = event.fixed;
  return lowest;
}

/** The last affected version where every range that holds the installed one ends with one and nothing above is affected again. */
function lastAffected(
  { ranges, versions }: Pick<AffectedPackage, 'ranges' | 'versions'>,
  holding: readonly (readonly RangeEvent[])[],
  compare: CompareVersions,
): string | undefined {
  const lasts = holding.map((events) =>
    highestVersion(
      events.flatMap((event) => ('lastAffected' in event ? [event.lastAffected] : [])),
      compare,
    ),
  );
  if (lasts.includes(undefined)) return undefined;
  const last = highestVersion(
    lasts.filter((each) => each !== undefined),
    compare,
  );
  if (last === undefined) return undefined;
  const named = [...ranges.flat().flatMap((event) => ('limit' in event ? [] : [versionOf(event)])), ...versions];
  return named.some((each) => each !== '0' && compare(each, last) > 0) ? undefined : last;
}
