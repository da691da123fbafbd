import type { Finding, Location } from '../core/finding.ts';

/**
 * The findings without those that say the same of the same places: two overlays that take one base are each evaluated, and
 * what the base decides is found in both, whatever name each gives the object and whatever else each holds beside it.
 */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Map<number, Finding[]>>();
  return findings.filter((finding) => {
    const [{ path, range, start }] = finding.locations;
    const inFile = seen.get(path) ?? new Map<number, Finding[]>();
    if (inFile.size === 0) seen.set(path, inFile);
    const at = range?.start ?? -start.line;
    const here = inFile.get(at);
    if (!here) inFile.set(at, [finding]);
    else if (here.some((other) => saysTheSame(finding, other))) return false;
    else here.push(finding);
    return true;
  });
}

function saysTheSame(one: Finding, other: Finding): boolean {
  if (one.rule !== other.rule) return false;
  if (/\.ya?ml$/.test(one.locations[0].path))
    return (
      withoutTitle(one.message) === withoutTitle(other.message) && isSamePlace(one.locations[0], other.locations[0])
    );
  if (one.message !== other.message) return false;
  if (one.locations.length !== other.locations.length) return false;
  return one.locations.every((location, index) => isSamePlace(location, other.locations[index]));
}

/** What a message says of an object, without the object's name: `Deployment web: …`, `Deployment web has …`. */
function withoutTitle(message: string): string {
  return message.replace(title, '');
}

const title =
  /^(?:[A-Z][A-Za-z]+ [a-z0-9][a-z0-9.-]*: |(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|Job|Pod) [a-z0-9][a-z0-9.-]* )/;

function isSamePlace(one: Location, other: Location | undefined): boolean {
  if (other === undefined || one.path !== other.path || one.range?.end !== other.range?.end) return false;
  return (one.range?.start ?? one.start.line) === (other.range?.start ?? other.start.line);
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
