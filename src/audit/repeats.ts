import type { Finding } from '../core/finding.ts';

/**
 * The findings without those that say the same of the same places: two overlays that take one base are each evaluated, and
 * what the base decides is found in both.
 */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const places = finding.locations.map(
      ({ path, range, start }) => `${path}:${range?.start ?? start.line}:${range?.end ?? ''}`,
    );
    const key = `${finding.rule}\0${finding.message}\0${places.join('\0')}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Findings of manifests that say the same of the same object in several files become one with several places: a repository often
 * holds copies of its manifests, for a release or an environment.
 */
export function groupCopies(findings: readonly Finding[]): Finding[] {
  const groups: Finding[][] = [];
  const bySaying = new Map<string, Finding[]>();
  for (const finding of findings) {
    const copied = /\.ya?ml$/.test(finding.locations[0].path);
    const saying = copied ? `${finding.rule}\0${finding.severity}\0${finding.message}` : '';
    const known = copied ? bySaying.get(saying) : undefined;
    if (known) {
      known.push(finding);
      continue;
    }
    const group = [finding];
    groups.push(group);
    if (copied) bySaying.set(saying, group);
  }
  return groups.flatMap((group) => (group.length === 1 ? group : merged(group)));
}

/** Only across files: twice in one file is two places of their own to mend. */
function merged(group: readonly Finding[]): Finding[] {
  const [first, ...others] = group;
  if (first === undefined || new Set(group.map(({ locations }) => locations[0].path)).size < group.length)
    return [...group];
  const copies = others.map(({ locations }) => ({ ...locations[0], note: 'the same here' }));
  return [{ ...first, locations: [...first.locations, ...copies] }];
}
