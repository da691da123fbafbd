import type { Candidate } from './candidate.ts';
import type { Objection } from './compare-findings.ts';
import { linkedPaths } from './plan.ts';
import type { Auditor, RepairState } from './repair-state.ts';
import { type NumberedCandidate, type Trial, tryFixes } from './try-fixes.ts';

export interface RoundOutcome {
  readonly state: RepairState;
  readonly made: readonly NumberedCandidate[];
  readonly withdrawn: readonly Refusal[];
}

interface Refusal {
  readonly candidate: Candidate;
  readonly reason: string;
}

/**
 * Makes the fixes of a round together. Where the result speaks against some of them, those that have files in common with them are
 * tried in ever smaller parts, groups without common files beside each other, and what does harm is left out.
 */
export async function makeRound(
  before: RepairState,
  fixes: readonly NumberedCandidate[],
  auditor: Auditor,
): Promise<RoundOutcome> {
  const whole = await tryFixes(before, fixes, auditor);
  const linked = linkedPaths(before.project, true);
  const suspected = refusals(fixes, fixes, whole.objections, linked);
  if (suspected.length === 0) return { state: whole.state, made: fixes, withdrawn: [] };
  if (fixes.length === 1) return { state: before, made: [], withdrawn: suspected };
  const suspects = new Set(suspected.map(({ candidate }) => candidate));
  const groups = groupsByPath(fixes);
  const queues = groups.filter((group) => group.some(({ candidate }) => suspects.has(candidate)));
  const sifting: Sifting = {
    made: groups.filter((group) => !queues.includes(group)).flat(),
    withdrawn: [],
    tolerated: new Set(),
    near: whole.state,
    linked,
  };
  await tolerateWhatIsMade(before, sifting, auditor);
  // All of them together was the trial above.
  for (const half of halvesOf(queues)) await siftNext(before, half, sifting, auditor);
  return finish(before, sifting, auditor);
}

/** What the fixes that nothing speaks against bring about, as they may, speaks against none of the others. */
async function tolerateWhatIsMade(before: RepairState, sifting: Sifting, auditor: Auditor): Promise<void> {
  if (sifting.made.length === 0) return;
  const trial = await tryFixes(before, sifting.made, auditor, sifting.near);
  if (trial.failed) return;
  sifting.near = trial.state;
  const suspectsOf = suspectsAmong(sifting.made, sifting.linked);
  for (const objection of trial.objections)
    if (suspectsOf(objection).length === 0) sifting.tolerated.add(objection.key);
}

/** What is known so far of fixes that are tried in parts. */
interface Sifting {
  made: readonly NumberedCandidate[];
  readonly withdrawn: Refusal[];
  /** Objections that speak against no fix that has been made: what a fix of something worse may leave behind. */
  readonly tolerated: Set<string>;
  /** The state of the last trial: the next one differs little from it. */
  near: RepairState;
  readonly linked: Linked;
}

/** A Dockerfile and what runs its image: what is changed in one shows in the other. */
type Linked = ReadonlyMap<string, ReadonlySet<string>>;

/** Fixes that have files in common, in the order of the plan: an earlier one comes before a later one that cannot stand beside it. */
type Group = readonly NumberedCandidate[];

async function siftNext(
  before: RepairState,
  groups: readonly Group[],
  sifting: Sifting,
  auditor: Auditor,
): Promise<void> {
  const asked = groups.flat();
  const together = [...sifting.made, ...asked];
  const trial = await tryFixes(before, together, auditor, sifting.near);
  if (!trial.failed) sifting.near = trial.state;
  // What went wrong as a whole says nothing about each.
  if (trial.failed && asked.length > 1) {
    for (const half of halvesOf(groups)) await siftNext(before, half, sifting, auditor);
    return;
  }
  const objections = unknownTo(sifting, trial);
  const suspectsOf = suspectsAmong(together, sifting.linked);
  const suspectedHere = (objection: Objection) => suspectsOf(objection).filter((fix) => asked.includes(fix));
  // Which of them it is, fewer at once tell; one that no objection may speak against may have brought about what is held against another.
  const nearHere = (objection: Objection) =>
    suspectsOf({ ...objection, against: () => true }).filter((fix) => asked.includes(fix));
  const isUnsure = (objection: Objection) => suspectedHere(objection).length > 0 && nearHere(objection).length > 1;
  if (asked.length > 1 && objections.some(isUnsure)) {
    const near = new Set(objections.flatMap(nearHere));
    sifting.made = [...sifting.made, ...asked.filter((fix) => !near.has(fix))];
    const left = groups.map((group) => group.filter((fix) => near.has(fix)));
    for (const half of halvesOf(left)) await siftNext(before, half, sifting, auditor);
    return;
  }
  const guilty = refusals(asked, together, objections, sifting.linked);
  sifting.withdrawn.push(...guilty);
  const out = new Set(guilty.map(({ candidate }) => candidate));
  for (const objection of objections) if (suspectedHere(objection).length === 0) sifting.tolerated.add(objection.key);
  sifting.made = [...sifting.made, ...asked.filter(({ candidate }) => !out.has(candidate))];
}

/** The first half of each group and the second one; where each has only one fix left, half of the groups. */
function halvesOf(groups: readonly Group[]): readonly (readonly Group[])[] {
  const filled = groups.filter((group) => group.length > 0);
  const half = (length: number) => Math.ceil(length / 2);
  const halves = filled.some((group) => group.length > 1)
    ? [
        filled.map((group) => group.slice(0, half(group.length))),
        filled.map((group) => group.slice(half(group.length))).filter((group) => group.length > 0),
      ]
    : [filled.slice(0, half(filled.length)), filled.slice(half(filled.length))];
  return halves.filter((each) => each.length > 0);
}

/** Together they may do what none does alone: then those that are named are left out, and put back one by one as long as that does no harm. */
async function finish(before: RepairState, sifting: Sifting, auditor: Auditor): Promise<RoundOutcome> {
  const { withdrawn } = sifting;
  let { made } = sifting;
  let state = before;
  const doubtful: Refusal[] = [];
  const attempt = async (fixes: readonly NumberedCandidate[]) => {
    const trial = await tryFixes(before, fixes, auditor, sifting.near);
    if (!trial.failed) sifting.near = trial.state;
    return trial;
  };
  while (made.length > 0) {
    const trial = await attempt(made);
    const guilty = refusals(made, made, unknownTo(sifting, trial), sifting.linked);
    if (guilty.length === 0) {
      state = trial.state;
      break;
    }
    doubtful.push(...guilty);
    const out = new Set(guilty.map(({ candidate }) => candidate));
    made = made.filter(({ candidate }) => !out.has(candidate));
  }
  for (const refusal of doubtful) {
    const each = sifting.made.filter(({ candidate }) => candidate === refusal.candidate);
    const trial = doubtful.length > 1 ? await attempt([...made, ...each]) : undefined;
    if (trial === undefined || trial.failed || unknownTo(sifting, trial).length > 0) {
      withdrawn.push(refusal);
      continue;
    }
    made = [...made, ...each];
    state = trial.state;
  }
  return { state, made, withdrawn };
}

function unknownTo({ tolerated }: Sifting, { objections }: Trial): readonly Objection[] {
  return objections.filter(({ key }) => !tolerated.has(key));
}

/** Those of the fixes that objections speak against, with the first reason. `among`: all that were made together. */
function refusals(
  fixes: readonly NumberedCandidate[],
  among: readonly NumberedCandidate[],
  objections: readonly Objection[],
  linked: Linked,
): Refusal[] {
  if (objections.length === 0) return [];
  const suspectsOf = suspectsAmong(among, linked);
  const reasons = new Map<NumberedCandidate, string>();
  for (const objection of objections)
    for (const fix of suspectsOf(objection)) if (!reasons.has(fix)) reasons.set(fix, objection.reason);
  return fixes.flatMap((fix) => {
    const reason = reasons.get(fix);
    return reason === undefined ? [] : [{ candidate: fix.candidate, reason }];
  });
}

/**
 * Of fixes that were made together those that an objection may speak against: by the files that both name, or that are linked, and any
 * where no fix touches one of them.
 */
function suspectsAmong(
  among: readonly NumberedCandidate[],
  linked: Linked,
): (objection: Objection) => readonly NumberedCandidate[] {
  const byPath = new Map<string, NumberedCandidate[]>();
  for (const fix of among)
    for (const path of fix.candidate.paths) {
      const known = byPath.get(path);
      if (known) known.push(fix);
      else byPath.set(path, [fix]);
    }
  return ({ paths, against }) => {
    const reach = new Set(paths.flatMap((path) => [path, ...(linked.get(path) ?? [])]));
    const touching = [...new Set([...reach].flatMap((path) => byPath.get(path) ?? []))];
    const near = touching.length > 0 ? touching : among;
    return against ? near.filter(({ candidate }) => against(candidate)) : near;
  };
}

/** Fixes that have files in common, each group in the order of the plan. */
function groupsByPath(fixes: readonly NumberedCandidate[]): NumberedCandidate[][] {
  const groupOf = new Map<string, Set<NumberedCandidate>>();
  for (const fix of fixes) {
    const joined = new Set([fix]);
    for (const path of fix.candidate.paths) for (const each of groupOf.get(path) ?? []) joined.add(each);
    for (const each of joined) for (const path of each.candidate.paths) groupOf.set(path, joined);
  }
  const place = new Map(fixes.map((fix, at) => [fix, at]));
  return [...new Set(groupOf.values())].map((group) =>
    [...group].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)),
  );
}
