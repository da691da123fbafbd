import { existsSync } from 'node:fs';
import { clusterRules, withoutLiveFix } from '../audit/cluster-rules.ts';
import type { BasesReport } from '../core/bases-report.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { HistoricRun, RunSeries, RunSource } from '../core/history.ts';
import type { Report } from '../core/report.ts';
import type { ReviewReport } from '../core/review-report.ts';
import { shellWord } from '../core/shell-word.ts';
import { openStore, usingStore } from '../history/open-store.ts';
import { readHistory } from '../history/read-runs.ts';
import { recordRun } from '../history/record-run.ts';
import { reviewOf } from '../history/review.ts';
import type { ReviewWords } from '../history/review-items.ts';
import { trendOf } from '../history/trend.ts';
import { liveProject } from '../project/live-project.ts';
import { gainText } from '../report/review.ts';
import { rules } from '../rules/generated.ts';
import { auditForReview } from './audit-for-review.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { loadConfiguration } from './load-configuration.ts';
import { offlineBases } from './offline-bases.ts';
import { readBasesRun } from './perform-bases.ts';
import { presentRun } from './present-run.ts';
import { progressOn } from './progress.ts';
import { namespacesFrom, snapshotFrom } from './read-snapshot.ts';
import { readTarget } from './read-target.ts';
import { recordedReport } from './recorded-report.ts';
import { storeFile } from './store-file.ts';
import { writeReview } from './write-review.ts';

const forBases = {
  flags: ['cluster', 'all-namespaces', 'no-config', 'quiet'],
  values: ['config', 'kubeconfig', 'context'],
  lists: ['namespace'],
};

/**
 * Puts together what a review of a cluster looks at, as the arguments of `plimsoll review --cluster` say; with `--record` this run is the newest of its history.
 * A cluster has no commits, and its objects are repaired where they are written. Gives the exit code: 3 where the account may not read all.
 */
export async function performClusterReview(parsed: ParsedArguments, terminal: Terminal, days: number): Promise<number> {
  if (parsed.positionals.length > 0)
    throw new UserError('review takes a directory or --cluster, not both', { remedy: 'Leave one of them out.' });
  const namespaces = namespacesFrom(parsed);
  const target = await readTarget([], undefined, terminal);
  const { configuration, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const snapshot = await snapshotFrom(parsed, namespaces, terminal, progress);
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const asked = { rules: clusterRules(rules), peerSettings, today, target: '--cluster', configuration };
    const live = liveProject(snapshot, { podTemplates: configuration.podTemplates });
    const found = auditForReview(live, asked, parsed, terminal);
    // What could not be looked at is not well because of it.
    const isWhole = snapshot.problems.length === 0;
    const report = {
      ...found,
      findings: found.findings.map(withoutLiveFix),
      score: isWhole ? found.score : { areas: [] },
    };
    const series: RunSeries = {
      project: configuration.history.project ?? snapshot.context,
      kind: 'audit',
      subject: subjectOf(parsed, namespaces),
    };
    const file = storeFile(parsed, configuration.history, terminal.cwd, terminal.cwd);
    const since = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
    const words = wordsOf(parsed, series);
    const before = await earlierRuns({ series, report, file, now, words }, parsed, terminal);
    const at = now.toISOString();
    const runs = [...before, presentRun({ report, source: noSource, at, version: terminal.version, after: before })];
    const { report: bases } = await readBasesRun(offlineBases(parsed, forBases), terminal, progress);
    progress.end();
    const review = reviewOf({
      report,
      runs,
      course: runs,
      trend: trendOf({ series, runs }, { branch: undefined, since, now: at }),
      recorded: before.length,
      noHistory: parsed.has('record')
        ? 'The history has one run: there is nothing to compare.'
        : `There is no history to compare with: ${beginning(words)}`,
      images: [],
      hasBudgets: false,
      broken: [],
      uncompared: [],
      bases: ofCluster(bases),
      budgets: undefined,
      today,
      days,
      since,
      words,
      figures: gainText,
    });
    writeReview(told(review), parsed, terminal);
    return isWhole ? exitCodes.clean : exitCodes.system;
  } finally {
    progress.end();
  }
}

/** Of a cluster without its system, and of one of its namespaces, the runs are other ones. */
function subjectOf(parsed: ParsedArguments, namespaces: readonly string[]): string {
  const asked = [...namespaces].sort().map((name) => ` --namespace ${name}`);
  return `--cluster${asked.join('')}${parsed.has('all-namespaces') ? ' --all-namespaces' : ''}`;
}

interface ClusterRun {
  readonly series: RunSeries;
  readonly report: Report;
  readonly file: string;
  readonly now: Date;
  readonly words: ReviewWords;
}

/** The runs that were recorded of this cluster before this one, which is recorded where that is asked for. */
async function earlierRuns(
  { series, report, file, now, words }: ClusterRun,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<readonly HistoricRun[]> {
  const records = parsed.has('record');
  if (!records && !existsSync(file)) {
    if (parsed.value('store') === undefined) return [];
    throw new UserError('there is no history here', { where: file, remedy: beginning(words) });
  }
  const store = await openStore(file, records ? 'make' : 'read');
  return usingStore(store, () => {
    const { runs } = readHistory(store, series, undefined);
    if (records)
      recordRun(store, {
        ...series,
        ...noSource,
        at: now.toISOString(),
        tool: terminal.version,
        ...recordedReport(report),
        images: [],
        evidence: [],
      });
    return runs;
  });
}

/** A cluster has no commits. */
const noSource: RunSource = { commit: undefined, branch: undefined, dirty: false };

/** Another cluster, and another part of it, would have other findings. */
function wordsOf(parsed: ParsedArguments, { project, subject }: RunSeries): ReviewWords {
  const options = (...names: readonly string[]) =>
    names.flatMap((name) => parsed.values(name).map((value) => ` --${name} ${shellWord(value)}`)).join('');
  const flags = (...names: readonly string[]) =>
    names.flatMap((name) => (parsed.has(name) ? [` --${name}`] : [])).join('');
  const cluster = `${options('kubeconfig', 'context', 'namespace')}${flags('all-namespaces')}`;
  const store = options('store');
  return {
    target: ` --cluster${cluster}${options('config')}${flags('no-config')}`,
    history: `${store} --project ${shellWord(project)} --subject=${shellWord(subject)}`,
    store,
  };
}

function beginning({ target, store }: ReviewWords): string {
  return `«plimsoll review${target}${store} --record» begins one.`;
}

/** Without the files of the directory that it is asked in. */
function ofCluster(bases: BasesReport): BasesReport {
  const live = bases.images.flatMap((each) => {
    const places = each.places.filter(({ path }) => path.startsWith('cluster:'));
    return places.length === 0 ? [] : [{ ...each, places }];
  });
  return { ...bases, images: live };
}

const elsewhere =
  'What runs is repaired where it is written: «plimsoll review» of the repository says what is worth most.';

/** The same review, with what holds for a cluster: it has no budgets. */
function told(review: ReviewReport): ReviewReport {
  return {
    ...review,
    sections: review.sections
      .filter(({ id }) => id !== 'budgets')
      .map((section) => (section.id === 'fixes' ? { ...section, missing: elsewhere } : section)),
  };
}
