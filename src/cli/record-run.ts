import type { BrokenBudget, UncomparedBudget } from '../core/budget-report.ts';
import { UserError } from '../core/errors.ts';
import type { RecordedEvidence, RunKind, RunRecord } from '../core/history.ts';
import type { Report } from '../core/report.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { attributedTrend } from '../history/attributed-trend.ts';
import { openStore, usingStore } from '../history/open-store.ts';
import { recordRun } from '../history/record-run.ts';
import { compileSqlite } from '../history/sqlite-code.ts';
import { trendOf } from '../history/trend.ts';
import { uncomparedBudgets } from '../history/uncompared-budgets.ts';
import type { Configuration } from '../project/configuration.ts';
import type { InspectedImage } from '../project/inspected-image.ts';
import { brokenBudgets, noBudgets } from './broken-budgets.ts';
import { comparedRuns } from './compared-runs.ts';
import { type AskedSource, askSource, baseBranches } from './git-source.ts';
import { recordedReport } from './recorded-report.ts';

/** A run that has ended, and where it is to be kept. */
export interface Recording {
  readonly kind: RunKind;
  /** What was looked at, so that the same is held against the same. */
  readonly subject: string;
  /** Of the project, absolute. */
  readonly root: string;
  /** Absolute. */
  readonly file: string;
  readonly version: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configuration: Pick<Configuration, 'path' | 'history' | 'budgets' | 'sizeBudgets'>;
  readonly report: Pick<Report, 'findings' | 'suppressed' | 'excerpts' | 'problems' | 'rules' | 'score'>;
  readonly images: readonly InspectedImage[];
  readonly evidence: readonly RecordedEvidence[];
  /** How the runs went is told to the reader, and not only held against the budgets. */
  readonly showsTrend: boolean;
}

export interface Recorded {
  /** Its number in the store. */
  readonly run: number;
  /** Undefined where nobody needs it. */
  readonly trend: TrendReport | undefined;
  readonly broken: readonly BrokenBudget[];
  /** What budgets could not be held against. */
  readonly uncompared: readonly UncomparedBudget[];
}

/** Why a run was not recorded. A value, as this file stands in a bundle of its own, whose errors are not those of the others. */
export interface NotRecorded {
  readonly refused: {
    readonly message: string;
    readonly where: string;
    readonly remedy: string;
    readonly exitCode: UserError['exitCode'];
  };
}

/**
 * Begins what need not wait for the run that is recorded: the store's code is compiled, and git tells of the work tree, while the run itself goes on.
 * @param compiles false before threads that load code: compiling changes flags of V8 for a while, which refuses compiled code of other flags
 */
export async function beginRecording(
  { root, environment }: Pick<Recording, 'root' | 'environment'>,
  compiles: boolean,
): Promise<AskedSource> {
  if (compiles) compileSqlite();
  const source = askSource(root, environment);
  // While git was started, a thread of V8 read the code; it compiles it once this one has paused.
  if (compiles) await new Promise(setImmediate);
  return source;
}

/** Keeps a run, and holds it against the runs before and the budgets. */
export async function recordInHistory(recording: Recording, begun?: AskedSource): Promise<Recorded | NotRecorded> {
  try {
    return await record(recording, begun ?? (await beginRecording(recording, true)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, where, remedy, exitCode } = error;
    return { refused: { message, where: where ?? recording.file, remedy: remedy ?? '', exitCode } };
  }
}

async function record(recording: Recording, source: AskedSource): Promise<Recorded> {
  const run = await runOf(recording, source);
  const { configuration, root, environment } = recording;
  const { branch: asked } = configuration.budgets ?? {};
  const bases =
    configuration.budgets !== undefined && asked === undefined
      ? baseBranches(root, environment)
      : { target: undefined, others: asked === undefined ? [] : [asked] };
  const store = await openStore(recording.file, 'make');
  return usingStore(store, () => {
    const id = recordRun(store, run);
    if (!recording.showsTrend && configuration.budgets === undefined && configuration.sizeBudgets.size === 0)
      return { run: id, trend: undefined, broken: [], uncompared: [] };
    const series = { project: run.project, kind: run.kind, subject: run.subject };
    const { base, own, branch, missing, standsFor } = comparedRuns(store, series, { ...run, id }, bases);
    const runs = [...base, ...own.filter((each) => each.id === id)];
    const course = [...base, ...own];
    const trend = attributedTrend(trendOf({ series, runs }, { branch, since: undefined, now: run.at }), course, run.at);
    const { budgets = noBudgets } = configuration;
    return {
      run: id,
      trend,
      broken: brokenBudgets({ configuration, root, cwd: recording.cwd, runs, course, trend, at: run.at }),
      uncompared: uncomparedBudgets({ budgets, series, runs, trend, branch, missing, standsFor }),
    };
  });
}

async function runOf(
  { kind, subject, version, configuration, report, images, evidence }: Recording,
  source: AskedSource,
): Promise<RunRecord> {
  const recorded = recordedReport(report);
  return {
    project: configuration.history.project ?? source.project(),
    kind,
    subject,
    ...(await source.of(recorded.findings.map(({ path }) => path))),
    at: new Date().toISOString(),
    tool: version,
    ...recorded,
    images: images.length === 0 ? [] : images.map((await import('./recorded-image.ts')).recordedImage),
    evidence,
  };
}
