import type { TextEdit } from '../core/fix.ts';
import { compareCodes } from '../core/natural-order.ts';
import { compareFindings } from '../core/order.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import type { Candidate } from './candidate.ts';

/** What is done in one round, and what has to wait for the next. */
export interface Plan {
  readonly batch: readonly Candidate[];
  readonly waiting: readonly Candidate[];
}

/**
 * Chooses fixes that can be made together. First those that add a stage, for what the others add belongs to the stage that ships; then
 * those that change the structure otherwise: several files, a new file, several instructions or lines between them; then what
 * edits within one instruction. Of each the fix of what matters most first, in the
 * order of the audit's report. A fix waits when it touches what another one touches, and a change of structure has its files, and
 * those linked with them, to itself: what the others assumed of them may not hold any more.
 */
export function planRound(project: Project, candidates: readonly Candidate[]): Plan {
  const dockerfiles = new Map(project.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      stages: addsStage(candidate, dockerfiles),
      structural: isStructural(candidate, dockerfiles),
    }))
    .sort(
      (a, b) =>
        Number(b.stages) - Number(a.stages) ||
        Number(b.structural) - Number(a.structural) ||
        compareFindings(a.candidate.finding, b.candidate.finding) ||
        compareCodes(a.candidate.key, b.candidate.key),
    );
  const linked = linkedPaths(project);
  const taken = new Map<string, TextEdit[]>();
  const closed = new Set<string>();
  const batch: Candidate[] = [];
  const waiting: Candidate[] = [];
  for (const { candidate, structural } of ranked) {
    const reach = structural ? candidate.paths.flatMap((path) => [path, ...(linked.get(path) ?? [])]) : candidate.paths;
    const mustWait =
      candidate.paths.some((path) => closed.has(path)) ||
      (structural && reach.some((path) => taken.has(path))) ||
      candidate.fix.changes.edits.some((edit) => taken.get(edit.path)?.some((other) => touch(edit, other)));
    if (mustWait) {
      waiting.push(candidate);
      continue;
    }
    batch.push(candidate);
    for (const path of candidate.paths) taken.set(path, taken.get(path) ?? []);
    for (const edit of candidate.fix.changes.edits) taken.get(edit.path)?.push(edit);
    if (structural) for (const path of reach) closed.add(path);
  }
  return { batch, waiting };
}

/** Two edits that meet, even without a character in common: which of them comes first would matter. */
function touch(a: TextEdit, b: TextEdit): boolean {
  return a.range.start <= b.range.end && b.range.start <= a.range.end;
}

function addsStage({ fix }: Candidate, dockerfiles: ReadonlyMap<string, Dockerfile>): boolean {
  const froms = (text: string) => text.match(/^[ \t]*FROM[ \t]/gim)?.length ?? 0;
  return fix.changes.edits.some(({ path, range, replacement }) => {
    const dockerfile = dockerfiles.get(path);
    return dockerfile !== undefined && froms(replacement) > froms(dockerfile.text.slice(range.start, range.end));
  });
}

function isStructural({ fix, paths }: Candidate, dockerfiles: ReadonlyMap<string, Dockerfile>): boolean {
  const [path] = paths;
  if (paths.length > 1 || (fix.changes.newFiles ?? []).length > 0) return true;
  const dockerfile = path === undefined ? undefined : dockerfiles.get(path);
  // Another file has no instructions: its lines are independent of each other, except for what is ignored.
  if (dockerfile === undefined) return path?.endsWith('ignore') === true;
  const touched = new Set<unknown>();
  for (const { range } of fix.changes.edits) {
    const around = dockerfile.instructions.filter(
      (each) => each.syntax.range.start < range.end && range.start < each.syntax.range.end,
    );
    if (around.length === 0) return true;
    for (const each of around) touched.add(each);
  }
  return touched.size > 1;
}

/** For each file those that some build or workload has together with it; of `running` ones only what runs an image with what builds it. */
export function linkedPaths(project: Project, running = false): ReadonlyMap<string, ReadonlySet<string>> {
  const linked = new Map<string, Set<string>>();
  const link = (from: string, to: string) => {
    const known = linked.get(from);
    if (known) known.add(to);
    else linked.set(from, new Set([to]));
  };
  for (const { dockerfile, context, runBy } of project.builds) {
    const others = [
      ...(context && !running ? [context.ignorePath] : []),
      ...runBy.map((use) => (use.kind === 'container' ? use.workload.object.path : use.file.path)),
    ];
    for (const path of others) {
      link(dockerfile.path, path);
      link(path, dockerfile.path);
    }
  }
  return linked;
}
