import type { HistoricRun, RunSeries } from '../core/history.ts';
import type { Store } from '../history/open-store.ts';
import { readHistory } from '../history/read-runs.ts';
import type { BaseBranches } from './git-source.ts';

/** A run that is held against others. */
export interface JudgedRun {
  readonly branch: string | undefined;
  readonly commit: string | undefined;
  /** Its number; undefined where it is not recorded. */
  readonly id?: number;
}

/** The runs that a run is held against. */
export interface ComparedRuns {
  /** Of the branch that it is compared with; with the run itself where that is its own. */
  readonly base: readonly HistoricRun[];
  /** Those of its own branch, with the run itself where it is recorded; none where that is the branch that it is compared with. */
  readonly own: readonly HistoricRun[];
  readonly branch: string | undefined;
  /** The branches that it was to be compared with, where none of them has a run. */
  readonly missing: readonly string[];
  /** The branch that its pull request goes into, where that one has no run and another branch stands for it. */
  readonly standsFor: string | undefined;
}

/** The runs of the first of some branches that has any; where none has, those of the run's own. Without branches: the run's own. */
export function comparedRuns(
  store: Store,
  series: RunSeries,
  run: JudgedRun,
  { target, others }: BaseBranches,
): ComparedRuns {
  const { branch } = run;
  const own = ownRuns(store, series, run);
  const bases = target === undefined ? others : [target, ...others.filter((each) => each !== target)];
  const alone = { base: own, own: [], branch, missing: [], standsFor: undefined };
  const isBase = (name: string) => name === branch;
  if (bases.length === 0 || (target === undefined ? others.some(isBase) : isBase(target))) return alone;
  for (const base of bases) {
    const standsFor = target === undefined || base === target ? undefined : target;
    if (isBase(base)) return { ...alone, standsFor };
    const { runs } = readHistory(store, series, base);
    if (runs.length > 0) return { base: runs, own, branch: base, missing: [], standsFor };
  }
  return { ...alone, missing: bases };
}

/** Where nobody can tell the branch, any run may be one of another branch. Outside of git there are none. */
function ownRuns(store: Store, series: RunSeries, { branch, commit, id }: JudgedRun): readonly HistoricRun[] {
  if (branch !== undefined) return readHistory(store, series, branch).runs;
  return readHistory(store, series, undefined).runs.filter(
    (each) => each.id === id || (commit === undefined && each.commit === undefined && each.branch === undefined),
  );
}
