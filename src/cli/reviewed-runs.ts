import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BrokenBudget, UncomparedBudget } from '../core/budget-report.ts';
import type { HistoricRun, RunSeries, RunSource } from '../core/history.ts';
import type { Report } from '../core/report.ts';
import { shellWord } from '../core/shell-word.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { attributedTrend } from '../history/attributed-trend.ts';
import { openStore, type Store, usingStore } from '../history/open-store.ts';
import { readHistory, readSeries } from '../history/read-runs.ts';
import type { ReviewWords } from '../history/review-items.ts';
import { type ReviewedImage, reviewedImages } from '../history/review-worse.ts';
import { trendOf } from '../history/trend.ts';
import { uncomparedBudgets } from '../history/uncompared-budgets.ts';
import type { Configuration } from '../project/configuration.ts';
import { brokenBudgets, noBudgets } from './broken-budgets.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { type ComparedRuns, comparedRuns } from './compared-runs.ts';
import { askSource, type BaseBranches, baseBranches } from './git-source.ts';
import { presentRun } from './present-run.ts';
import { storeFile } from './store-file.ts';

export interface ReviewRequest {
  /** Of the project as it is now. */
  readonly report: Report;
  /** Of the project, absolute. */
  readonly root: string;
  readonly configuration: Configuration;
  /** `YYYY-MM-DD`: what is looked back to. */
  readonly since: string;
  readonly now: Date;
}

/** What a review takes from the history, with the project as it is now for its newest run. */
export interface ReviewedRuns {
  readonly runs: readonly HistoricRun[];
  /** These, with those of the branch that is checked out. */
  readonly course: readonly HistoricRun[];
  readonly trend: TrendReport;
  /** How many of the runs are recorded. */
  readonly recorded: number;
  readonly images: readonly ReviewedImage[];
  readonly broken: readonly BrokenBudget[];
  readonly uncompared: readonly UncomparedBudget[];
  readonly words: ReviewWords;
}

/**
 * The recorded runs of a project, where it has any, on the branch that a run of it would be held against.
 * @throws UserError where the store cannot be read
 */
export async function reviewedRuns(
  request: ReviewRequest,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<ReviewedRuns> {
  const { root, configuration } = request;
  const file = storeFile(parsed, configuration.history, root, terminal.cwd);
  const asked = askSource(root, terminal.environment);
  const project = configuration.history.project ?? asked.project();
  const words = wordsOf(parsed, terminal.cwd, root, file, project);
  const found = request.report.findings.map(({ locations: [{ path: file }] }) => file);
  const source = await asked.of(found);
  if (parsed.value('store') === undefined && !existsSync(file))
    return { ...judged(request, undefined, { project, source }, terminal), words };
  const store = await openStore(file, 'read');
  return { ...usingStore(store, () => judged(request, store, { project, source }, terminal)), words };
}

function judged(
  { report, root, configuration, since, now }: ReviewRequest,
  store: Store | undefined,
  { project, source }: { readonly project: string; readonly source: RunSource },
  { cwd, environment, version }: Terminal,
): Omit<ReviewedRuns, 'words'> {
  const { budgets = noBudgets } = configuration;
  const at = now.toISOString();
  const bases =
    budgets.branch === undefined ? baseBranches(root, environment) : { target: undefined, others: [budgets.branch] };
  const series: RunSeries = { project, kind: 'audit', subject: '.' };
  const { base, own, branch, missing, standsFor } = runsOf(store, series, source, bases);
  const today = presentRun({ report, source, at, version, after: [...base, ...own] });
  const runs = [...base, today];
  const course = [...base, ...own, today];
  const trend = attributedTrend(trendOf({ series, runs }, { branch, since, now: at }), course, at);
  const sized = sizedSeries(store, project, source, bases);
  const onlySizes = { ...configuration, budgets: { ...noBudgets, exceptions: budgets.exceptions } };
  return {
    runs,
    course,
    trend,
    recorded: base.length,
    images: sized.flatMap(({ trend: ofImages }) => reviewedImages(ofImages)),
    broken: [
      ...brokenBudgets({ configuration, root, cwd, runs, course, trend, at }),
      ...sized.flatMap((each) =>
        brokenBudgets({ configuration: onlySizes, root, cwd, ...each, course: each.runs, at }),
      ),
    ],
    uncompared:
      base.length === 0 ? [] : uncomparedBudgets({ budgets, series, runs, trend, branch, missing, standsFor }),
  };
}

/** Runs that looked into images. */
function sizedSeries(store: Store | undefined, project: string, source: RunSource, bases: BaseBranches) {
  if (store === undefined) return [];
  return readSeries(store, { project })
    .filter(({ kind, subject }) => kind !== 'audit' || subject.includes(' --image '))
    .map(({ kind, subject, latest }) => {
      const series = { project, kind, subject };
      const { base: runs, branch } = runsOf(store, series, source, bases);
      return { runs, trend: trendOf({ series, runs }, { branch, since: undefined, now: latest }) };
    });
}

/** The runs that a run of the project as it is would be held against; where there are none, those of the branch of the newest run. */
function runsOf(store: Store | undefined, series: RunSeries, source: RunSource, bases: BaseBranches): ComparedRuns {
  if (store === undefined)
    return {
      base: [],
      own: [],
      branch: undefined,
      missing: [bases.target ?? [], bases.others].flat(),
      standsFor: undefined,
    };
  const compared = comparedRuns(store, series, source, bases);
  const newest = readSeries(store, series)[0]?.branch;
  if (compared.base.length > 0 || newest === undefined) return compared;
  return { ...compared, base: readHistory(store, series, newest).runs, branch: newest };
}

function wordsOf(parsed: ParsedArguments, cwd: string, root: string, file: string, project: string): ReviewWords {
  const option = (name: string, value: string | undefined) =>
    value === undefined ? '' : ` --${name} ${shellWord(value)}`;
  const [target = '.'] = parsed.positionals;
  const named = parsed.value('store');
  const read = `${option('config', parsed.value('config'))}${parsed.has('no-config') ? ' --no-config' : ''}`;
  // The commands that read the history take no directory.
  const elsewhere = root === cwd ? undefined : path.relative(cwd, file);
  return {
    target: `${target === '.' ? '' : ` ${shellWord(target)}`}${read}`,
    history: `${option('store', named ?? elsewhere)}${elsewhere === undefined ? '' : option('project', project)}${read}`,
    store: option('store', named),
  };
}
