import type { UncomparedBudget } from '../core/budget-report.ts';
import type { HistoricRun, RunSeries } from '../core/history.ts';
import { compareSeverity } from '../core/severity.ts';
import type { TrendReport } from '../core/trend-report.ts';
import type { Budgets } from '../project/configuration.ts';
import { firstFew } from './first-few.ts';

export interface Uncompared {
  readonly budgets: Budgets;
  readonly series: RunSeries;
  /** As {@link Judged.runs}. */
  readonly runs: readonly HistoricRun[];
  readonly trend: Pick<TrendReport, 'notLookedFor'>;
  /** Of the runs before it. */
  readonly branch: string | undefined;
  /** The branch, or those that may be it, with which the newest run was to be compared, and of which there is no run. */
  readonly missing: readonly string[];
  /** The branch that its pull request goes into, where that one has no run and `branch` stands for it. */
  readonly standsFor: string | undefined;
}

/**
 * What budgets that need earlier runs did not count in the newest one: without runs to compare with, rules that ran in the run before and do not now, findings that
 * weigh less than they did. Said, so that a budget that could not be judged is not taken for one that is kept. Nothing of a proof: it has no findings, and is held
 * against the sizes of images alone.
 */
export function uncomparedBudgets(uncompared: Uncompared): UncomparedBudget[] {
  const place = comparingPlace(uncompared.budgets);
  if (place === undefined || uncompared.series.kind === 'prove') return [];
  const [before, current] = uncompared.runs.slice(-2);
  const lesser =
    before === undefined || current === undefined
      ? []
      : [...withoutRules(before, current, uncompared.trend), ...lighter(before, current)];
  return [...withoutRuns(uncompared), ...lesser].map((message) => ({ place, message }));
}

/** Where the first of the budgets stands that need runs before this one; undefined where none does. */
function comparingPlace({ newFindings, score, findingAge }: Budgets): string | undefined {
  return newFindings?.place ?? (score?.neverFalls ? score.place : undefined) ?? [...findingAge.values()][0]?.place;
}

function withoutRuns({ runs, branch: base, missing, standsFor, series: { kind, subject } }: Uncompared): string[] {
  const what = `«${kind} ${subject}»`;
  const branch = runs.at(-1)?.branch;
  const own = branch === undefined ? 'this one' : branch;
  if (standsFor !== undefined)
    return [
      `No run of ${what} on ${standsFor} is in this history: budgets compare this run with those of ${base ?? own}. Record that branch, too, or name one as budgets.branch.`,
    ];
  if (missing.length === 0)
    return runs.length > 1
      ? []
      : [
          `This is the first recorded run of ${what}${branch === undefined ? '' : ` on ${branch}`}: budgets compare it with nothing.`,
        ];
  return [
    `No run of ${what} on ${missing.join(' or ')} is in this history: budgets compare this run ${runs.length > 1 ? `with the earlier runs of ${own} alone` : 'with nothing'}. Record that branch first and keep the store between runs, or name another one as budgets.branch.`,
  ];
}

function withoutRules(before: HistoricRun, current: HistoricRun, { notLookedFor }: Pick<TrendReport, 'notLookedFor'>) {
  const dropped = [...before.rules].filter((rule) => !current.rules.has(rule));
  if (dropped.length === 0) return [];
  const rules = dropped.length === 1 ? '1 rule' : `${dropped.length} rules`;
  const findings = notLookedFor === 1 ? '1 finding' : `${notLookedFor} findings`;
  return [
    `${rules} that ran in ${runText(before)} did not run now: ${firstFew(dropped)}. ${findings} of before that nothing looks for now count neither as mended nor as there, and the load line is compared by the rules that ran both times.`,
  ];
}

function lighter(before: HistoricRun, current: HistoricRun): string[] {
  const severityNow = new Map(current.found.map(({ fingerprint, severity }) => [fingerprint, severity]));
  const found = before.found.flatMap(({ fingerprint, severity, rule, path, line }) => {
    const now = severityNow.get(fingerprint);
    return now !== undefined && compareSeverity(severity, now) < 0
      ? [`${rule} at ${path}:${line} (${severity}, now ${now})`]
      : [];
  });
  if (found.length === 0) return [];
  const findings = found.length === 1 ? '1 finding weighs' : `${found.length} findings weigh`;
  return [`${findings} less than in ${runText(before)}: ${firstFew(found)}.`];
}

function runText({ id, at }: HistoricRun): string {
  return `run ${id} of ${at.slice(0, 10)}`;
}
