import type { Finding } from '../core/finding.ts';
import { atLeast, compareSeverity } from '../core/severity.ts';
import type { Candidate } from './candidate.ts';
import type { Found } from './repair-state.ts';
import { offsetAfter, type TrackedEdit } from './tracked-text.ts';

/** Why a finding speaks against the fixes of a round. */
export interface Objection {
  readonly reason: string;
  /** What tells it from other objections, however lines move. */
  readonly key: string;
  /** Files in which the cause may lie. */
  readonly paths: readonly string[];
  /** The fixes that it may speak against; undefined: any of those that touched one of the paths. */
  readonly against?: (candidate: Candidate) => boolean;
}

/** An objection to whatever touched a file. */
export function objectionIn(path: string, reason: string): Objection {
  return { reason, key: `${path}\0${reason}`, paths: [path] };
}

/**
 * What is there after a round of fixes and should not be: a finding that was to be repaired, or a new one. Findings are known again by
 * rule, file, words and place, as the edits moved it. What was said of the image that a FROM names is no news of another FROM: a stage that is
 * added stands on an image of the same release, named in the same way. Nor is what was said of a step that installs any of the step that repeats it in the
 * added stage.
 */
export function compareRounds(
  before: readonly Found[],
  after: readonly Found[],
  fixed: readonly Candidate[],
  edits: ReadonlyMap<string, readonly TrackedEdit[]>,
  subjects: Subjects,
): Objection[] {
  const repaired = new Map<string, Candidate>();
  for (const candidate of fixed) repaired.set(identity(candidate.finding), candidate);
  const groups = new Map<string, { old: Finding[]; fixed: Candidate[] }>();
  for (const { finding } of before) {
    const key = groupKey(finding);
    const group = groups.get(key) ?? { old: [], fixed: [] };
    groups.set(key, group);
    const candidate = repaired.get(identity(finding));
    if (candidate) group.fixed.push(candidate);
    else group.old.push(finding);
  }
  const objections: Objection[] = [];
  for (const [key, found] of groupedByKey(after)) {
    const group = groups.get(key) ?? { old: [], fixed: [] };
    const unknown = unknownOf(group.old, found, edits.get(found[0]?.finding.locations[0].path ?? '') ?? []);
    if (unknown.length === 0) continue;
    const saidBefore = (finding: Finding) => saidOf(finding, subjects.before(finding));
    const said = new Set(group.old.map(saidBefore));
    for (const { finding } of group.fixed) said.delete(saidBefore(finding));
    for (const finding of unknown) {
      const subject = subjects.after(finding);
      const again = saidOf(finding, subject);
      if (again !== undefined && said.has(again)) continue;
      const isUnrepaired = group.fixed.some((candidate) => candidate.finding.message === finding.message);
      if (!isUnrepaired && isMilderOfImage(finding, subject, group.old, subjects)) continue;
      objections.push(objectionTo(finding, group.fixed));
    }
  }
  return objections;
}

/** What a finding is about that may be found in another place of the file, too. */
export type Subject =
  /** The image of a FROM, by the names that it has there. */
  | { readonly kind: 'image'; readonly names: readonly string[]; readonly repository: string }
  /** A step that installs, in a file that gets a stage, by the tools that do. */
  | { readonly kind: 'install'; readonly tools: string };

export interface Subjects {
  before(finding: Finding): Subject | undefined;
  after(finding: Finding): Subject | undefined;
}

/** What a finding says of its subject, without the name of an image; undefined where it is about none. */
function saidOf({ message, severity }: Finding, subject: Subject | undefined): string | undefined {
  if (subject === undefined) return undefined;
  if (subject.kind === 'install') return `${severity}\0${subject.tools}\0${message}`;
  const longestFirst = [...subject.names].sort((a, b) => b.length - a.length);
  return `${severity}\0${longestFirst.reduce((text, name) => (name === '' ? text : text.replaceAll(name, '\0')), message)}`;
}

/** The same rule said as much or worse of another variant of the image, in words for that one, and still does: `node`, and then `node:slim`. */
function isMilderOfImage(
  { severity }: Finding,
  subject: Subject | undefined,
  standing: readonly Finding[],
  subjects: Subjects,
): boolean {
  if (subject?.kind !== 'image') return false;
  return standing.some((old) => {
    const before = subjects.before(old);
    return before?.kind === 'image' && before.repository === subject.repository && atLeast(old.severity, severity);
  });
}

function objectionTo(finding: Finding, fixed: readonly Candidate[]): Objection {
  const paths = finding.locations.map(({ path }) => path);
  const key = `${groupKey(finding)}\0${finding.message}`;
  const same = fixed.filter((candidate) => candidate.finding.message === finding.message);
  if (same.length > 0)
    return {
      reason: 'what it repairs would still be found',
      key,
      paths,
      against: (candidate) => same.includes(candidate),
    };
  const { path, start } = finding.locations[0];
  return {
    reason: `it would bring about ${finding.rule} at ${path}:${start.line}: ${finding.message}`,
    key,
    paths,
    against: (candidate) => atLeast(finding.severity, candidate.finding.severity),
  };
}

function groupedByKey(found: readonly Found[]): Map<string, Found[]> {
  const groups = new Map<string, Found[]>();
  for (const each of found) {
    const key = groupKey(each.finding);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}

function groupKey({ rule, locations }: Finding): string {
  return `${rule}\0${locations[0].path}`;
}

function identity({ rule, locations, message }: Finding): string {
  const { path, range, start } = locations[0];
  return `${rule}\0${path}\0${range?.start ?? start.line}\0${range?.end ?? ''}\0${message}`;
}

/** The findings after the round that none before it accounts for: first by words and place, then by words, then by place, then by number. */
function unknownOf(old: readonly Finding[], found: readonly Found[], edits: readonly TrackedEdit[]): Finding[] {
  let left = found.map(({ finding }) => finding);
  let known = old.map((finding) => ({ finding, at: offsetAfter(edits, finding.locations[0].range?.start ?? 0) }));
  const placeOf = (finding: Finding) => finding.locations[0].range?.start ?? 0;
  const match = (keyOfKnown: (each: (typeof known)[number]) => string, keyOfFound: (finding: Finding) => string) => {
    if (left.length === 0 || known.length === 0) return;
    const counts = new Map<string, number>();
    for (const each of left) counts.set(keyOfFound(each), (counts.get(keyOfFound(each)) ?? 0) + 1);
    const used = new Map<string, number>();
    known = known.filter((each) => {
      const key = keyOfKnown(each);
      const free = (counts.get(key) ?? 0) - (used.get(key) ?? 0);
      if (free > 0) used.set(key, (used.get(key) ?? 0) + 1);
      return free <= 0;
    });
    left = left.filter((each) => {
      const key = keyOfFound(each);
      const free = used.get(key) ?? 0;
      if (free > 0) used.set(key, free - 1);
      return free <= 0;
    });
  };
  match(
    ({ finding, at }) => `${finding.message}\0${at}`,
    (finding) => `${finding.message}\0${placeOf(finding)}`,
  );
  match(
    ({ finding }) => finding.message,
    (finding) => finding.message,
  );
  match(
    ({ at }) => String(at),
    (finding) => String(placeOf(finding)),
  );
  // What is left has moved and changed its words, or is new in the place of one that went: no worse than before as long as there are no more, and none worse.
  const worstFirst = [...known].sort((a, b) => compareSeverity(a.finding.severity, b.finding.severity));
  const rest: Finding[] = [];
  for (const finding of [...left].sort((a, b) => compareSeverity(a.severity, b.severity))) {
    const [first] = worstFirst;
    if (first !== undefined && atLeast(first.finding.severity, finding.severity)) worstFirst.shift();
    else rest.push(finding);
  }
  return rest;
}
