import type { HistoricRun, RunSeries } from '../core/history.ts';
import type { Store } from '../history/open-store.ts';
import { readHistory } from '../history/read-runs.ts';

/** The runs that a run is held against, it itself last. */
export interface ComparedRuns {
  readonly runs: readonly HistoricRun[];
  /** The same with all runs of its branch before it, so that what came with the branch is told by the commit that brought it. */
  readonly course: readonly HistoricRun[];
  readonly branch: string | undefined;
  /** The branches that it was to be compared with, where none of them has a run. */
  readonly missing: readonly string[];
}

/**
 * The runs of the branch that a recorded run is held against, and that run; where that branch has none, those of the run's own.
 * @param bases the branches that may be meant, the likeliest first; none: the run's own
 */
export function comparedRuns(
  store: Store,
  series: RunSeries,
  { id, branch }: { readonly id: number; readonly branch: string | undefined },
  bases: readonly string[],
): ComparedRuns {
  const own = readHistory(store, series, branch).runs;
  if (bases.length === 0 || (branch !== undefined && bases.includes(branch)))
    return { runs: own, course: own, branch, missing: [] };
  for (const base of bases) {
    const { runs } = readHistory(store, series, base);
    if (runs.length === 0) continue;
    const current = own.filter((each) => each.id === id);
    return { runs: [...runs, ...current], course: [...runs, ...own], branch: base, missing: [] };
  }
  return { runs: own, course: own, branch, missing: bases };
}
