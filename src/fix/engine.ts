import type { AppliedFix, WithdrawnFix } from '../core/fix-report.ts';
import type { Project } from '../project/project.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { makeRound } from './make-round.ts';
import { planRound } from './plan.ts';
import { type Auditor, allFound, type RepairState } from './repair-state.ts';

/** What to repair. */
export interface RepairRequest {
  readonly auditor: Auditor;
  /** Whether a fix is wanted at all: its class, its rule, the files that it touches. */
  wants(candidate: Candidate): boolean;
  /** Asked before each round which of its fixes to make: all where nobody is asked. Undefined ends the repair. */
  decide?(batch: readonly Candidate[], state: RepairState): Promise<readonly Candidate[] | undefined>;
  readonly onRound?: (round: number, fixes: number) => void;
  /** Rounds after which the engine stops, whatever is left. */
  readonly mostRounds?: number;
}

export interface Repair {
  readonly state: RepairState;
  readonly applied: readonly AppliedFix[];
  readonly withdrawn: readonly WithdrawnFix[];
  readonly rounds: number;
  readonly complete: boolean;
}

const defaultMostRounds = 200;

/** Repairs a project in rounds, until nothing that is wanted is left: plan, make, read again, audit again, take back what does harm. */
export async function repair(project: Project, request: RepairRequest): Promise<Repair> {
  const { auditor, mostRounds = defaultMostRounds } = request;
  let state: RepairState = {
    project,
    inspection: auditor.inspect(project, project.dockerfiles),
    texts: new Map(),
    added: new Set(),
    versions: new Map(),
  };
  const applied: AppliedFix[] = [];
  const withdrawn = new Map<string, WithdrawnFix>();
  const declined = new Set<string>();
  let lastId = 0;
  for (let round = 1; ; round++) {
    const wanted = candidatesIn(state, auditor).filter(
      (each) => request.wants(each) && !declined.has(each.key) && !withdrawn.has(triedKey(each, state)),
    );
    const result = (complete: boolean): Repair => ({
      state,
      applied,
      withdrawn: stillWithdrawn(withdrawn, applied),
      rounds: round - 1,
      complete,
    });
    if (wanted.length === 0) return result(true);
    if (round > mostRounds) return result(false);
    const { batch } = planRound(state.project, wanted);
    const chosen = request.decide ? await request.decide(batch, state) : batch;
    if (chosen === undefined) return result(true);
    for (const each of batch) if (!chosen.includes(each)) declined.add(each.key);
    if (chosen.length === 0) continue;
    request.onRound?.(round, chosen.length);
    const numbered = chosen.map((candidate) => ({ candidate, id: ++lastId }));
    const outcome = await makeRound(state, numbered, auditor);
    for (const { candidate, reason } of outcome.withdrawn)
      withdrawn.set(triedKey(candidate, state), { ...offered(candidate), reason });
    for (const { candidate, id } of outcome.made) applied.push({ ...offered(candidate), id, round });
    state = outcome.state;
  }
}

/** What is offered for the project as it stands. */
export function candidatesIn({ project, inspection }: RepairState, auditor: Auditor): Candidate[] {
  return auditor.open(project, allFound(inspection)).flatMap((finding) => candidateOf(finding) ?? []);
}

function offered({ finding, fix, class: kind }: Candidate): Omit<AppliedFix, 'id' | 'round'> {
  return { finding, fix, class: kind };
}

/** A fix that was taken back is tried again when its files have changed since. */
function triedKey(candidate: Candidate, { versions }: RepairState): string {
  return [candidate.key, ...candidate.paths.map((path) => versions.get(path) ?? 0)].join('\0');
}

/** Each once, with the last reason; not those that could be made later. */
function stillWithdrawn(withdrawn: ReadonlyMap<string, WithdrawnFix>, applied: readonly AppliedFix[]): WithdrawnFix[] {
  const name = ({ finding, fix }: Omit<AppliedFix, 'id' | 'round'>) =>
    `${finding.rule}\0${finding.locations[0].path}\0${finding.message}\0${fix.title}`;
  const made = new Set(applied.map(name));
  const last = new Map([...withdrawn.values()].map((each) => [name(each), each]));
  return [...last].flatMap(([key, each]) => (made.has(key) ? [] : [each]));
}
