import type { Finding, Location } from '../core/finding.ts';
import { compareSeverity } from '../core/severity.ts';

/** A finding with what is needed to merge it with others of one cause. Plain data: it passes between threads. */
export interface Collected {
  readonly finding: Finding;
  readonly cause: string | undefined;
}

/** Findings of one cause in one artifact become the worst of them. */
export function mergeCauses(collected: readonly Collected[]): Finding[] {
  const merged: Finding[] = [];
  const byCause = new Map<string, Finding[]>();
  for (const { finding, cause } of collected) {
    if (cause === undefined) {
      merged.push(finding);
      continue;
    }
    const key = `${finding.locations[0].path}\0${cause}`;
    const group = byCause.get(key);
    if (group) group.push(finding);
    else byCause.set(key, [finding]);
  }
  for (const group of byCause.values()) merged.push(mergeGroup(group));
  return merged;
}

function mergeGroup(group: readonly Finding[]): Finding {
  // By rule too: the order in which findings come depends on who looked at what.
  const [worst, ...others] = [...group].sort(
    (a, b) => compareSeverity(a.severity, b.severity) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
  if (worst === undefined) throw new Error('a group of findings is never empty');
  if (others.length === 0) return worst;
  const locations: [Location, ...Location[]] = [...worst.locations];
  for (const location of others.flatMap((finding) => finding.locations)) {
    const known = locations.some(
      (seen) =>
        seen.path === location.path &&
        seen.range?.start === location.range?.start &&
        seen.range?.end === location.range?.end,
    );
    if (!known) locations.push(location);
  }
  const fix = worst.fix ?? others.find((finding) => finding.fix)?.fix;
  const costs = group.flatMap((finding) => finding.cost ?? []);
  const cost = costs.find(({ basis }) => basis === 'measured') ?? worst.cost ?? costs[0];
  return {
    ...worst,
    locations,
    peers: [...new Set(group.flatMap((finding) => finding.peers))],
    ...(cost && { cost }),
    ...(fix && { fix }),
  };
}
