import type { Candidate } from './candidate.ts';
import type { Objection } from './compare-findings.ts';
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
 * tried one by one, groups without common files beside each other, and what does harm is left out.
 */
export async function makeRound(
  before: RepairState,
  fixes: readonly NumberedCandidate[],
  auditor: Auditor,
): Promise<RoundOutcome> {
  const whole = await tryFixes(before, fixes, auditor);
  const suspected = refusals(fixes, fixes, whole.objections);
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
  };
  const longest = Math.max(...queues.map((queue) => queue.length));
  for (let at = 0; at < longest; at++)
    await siftNext(
      before,
      queues.flatMap((queue) => queue[at] ?? []),
      sifting,
      auditor,
    );
  return finish(before, sifting, auditor);
}

/** What is known so far of fixes that are tried one by one. */
interface Sifting {
  made: readonly NumberedCandidate[];
  readonly withdrawn: Refusal[];
  /** Objections that speak against no fix that has been made: what a fix of something worse may leave behind. */
  readonly tolerated: Set<string>;
  /** The state of the last trial: the next one differs little from it. */
  near: RepairState;
}

async function siftNext(
  before: RepairState,
  asked: readonly NumberedCandidate[],
  sifting: Sifting,
  auditor: Auditor,
): Promise<void> {
  const together = [...sifting.made, ...asked];
  const trial = await tryFixes(before, together, auditor, sifting.near);
  if (!trial.failed) sifting.near = trial.state;
  // What went wrong as a whole says nothing about each.
  if (trial.failed && asked.length > 1) {
    for (const each of asked) await siftNext(before, [each], sifting, auditor);
    return;
  }
  const objections = unknownTo(sifting, trial);
  const guilty = refusals(asked, together, objections);
  sifting.withdrawn.push(...guilty);
  const out = new Set(guilty.map(({ candidate }) => candidate));
  const suspectsOf = suspectsAmong(together);
  for (const objection of objections)
    if (!suspectsOf(objection).some((fix) => asked.includes(fix))) sifting.tolerated.add(objection.key);
  sifting.made = [...sifting.made, ...asked.filter(({ candidate }) => !out.has(candidate))];
}

/** Together they may do what none does alone: then none of those that are named is made. */
async function finish(before: RepairState, sifting: Sifting, auditor: Auditor): Promise<RoundOutcome> {
  const { withdrawn } = sifting;
  let { made } = sifting;
  for (;;) {
    if (made.length === 0) return { state: before, made, withdrawn };
    const trial = await tryFixes(before, made, auditor, sifting.near);
    if (!trial.failed) sifting.near = trial.state;
    const guilty = refusals(made, made, unknownTo(sifting, trial));
    if (guilty.length === 0) return { state: trial.state, made, withdrawn };
    withdrawn.push(...guilty);
    const out = new Set(guilty.map(({ candidate }) => candidate));
    made = made.filter(({ candidate }) => !out.has(candidate));
  }
}

function unknownTo({ tolerated }: Sifting, { objections }: Trial): readonly Objection[] {
  return objections.filter(({ key }) => !tolerated.has(key));
}

/** Those of the fixes that objections speak against, with the first reason. `among`: all that were made together. */
function refusals(
  fixes: readonly NumberedCandidate[],
  among: readonly NumberedCandidate[],
  objections: readonly Objection[],
): Refusal[] {
  if (objections.length === 0) return [];
  const suspectsOf = suspectsAmong(among);
  const reasons = new Map<NumberedCandidate, string>();
  for (const objection of objections)
    for (const fix of suspectsOf(objection)) if (!reasons.has(fix)) reasons.set(fix, objection.reason);
  return fixes.flatMap((fix) => {
    const reason = reasons.get(fix);
    return reason === undefined ? [] : [{ candidate: fix.candidate, reason }];
  });
}

/** Of fixes that were made together those that an objection may speak against: by the files that both name, and any where no fix touches one of them. */
function suspectsAmong(among: readonly NumberedCandidate[]): (objection: Objection) => readonly NumberedCandidate[] {
  const byPath = new Map<string, NumberedCandidate[]>();
  for (const fix of among)
    for (const path of fix.candidate.paths) {
      const known = byPath.get(path);
      if (known) known.push(fix);
      else byPath.set(path, [fix]);
    }
  return ({ paths, against }) => {
    const touching = paths.flatMap((path) => byPath.get(path) ?? []);
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
