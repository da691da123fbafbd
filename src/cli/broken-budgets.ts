import path from 'node:path';
import type { BrokenBudget } from '../core/budget-report.ts';
import type { HistoricRun } from '../core/history.ts';
import { nameWithoutTag } from '../core/image-reference.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { judgeBudgets } from '../history/judge-budgets.ts';
import type { Budgets, Configuration } from '../project/configuration.ts';

export interface JudgedRuns {
  readonly configuration: Pick<Configuration, 'path' | 'budgets' | 'sizeBudgets'>;
  /** Of the project, absolute. */
  readonly root: string;
  readonly cwd: string;
  /** The oldest first, the run that is judged last. */
  readonly runs: readonly HistoricRun[];
  /** These, with those of the run's own branch before it: which of them broke a budget first. */
  readonly course: readonly HistoricRun[];
  readonly trend: TrendReport;
  /** ISO 8601 */
  readonly at: string;
}

/** The budgets of a configuration that the newest of some runs breaks. */
export function brokenBudgets({ configuration, root, cwd, runs, course, trend, at }: JudgedRuns): BrokenBudget[] {
  const { path: file, sizeBudgets, budgets = noBudgets } = configuration;
  const above = path.dirname(path.resolve(cwd, file ?? ''));
  const sizeOf = ({ name, dockerfile }: HistoricRun['images'][number]) => {
    const written = dockerfile && path.relative(above, path.join(root, dockerfile)).split(path.sep).join('/');
    const key = [written, nameWithoutTag(name), name].find((each) => each !== undefined && sizeBudgets.has(each));
    const limit = key === undefined ? undefined : sizeBudgets.get(key);
    return key === undefined || limit === undefined ? undefined : { key, limit };
  };
  return judgeBudgets({ budgets, sizeOf, runs, course, trend, today: at.slice(0, 10) });
}

export const noBudgets: Budgets = {
  newFindings: undefined,
  findingAge: new Map(),
  score: undefined,
  branch: undefined,
  exceptions: [],
};
