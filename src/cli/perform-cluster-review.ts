import { existsSync } from 'node:fs';
import { audit } from '../audit/audit.ts';
import { clusterRules, withoutLiveFix } from '../audit/cluster-rules.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { BasesReport } from '../core/bases-report.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { RunSeries } from '../core/history.ts';
import type { Report } from '../core/report.ts';
import type { ReviewReport } from '../core/review-report.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { openStore, usingStore } from '../history/open-store.ts';
import { readHistory, readSeries } from '../history/read-runs.ts';
import { recordRun } from '../history/record-run.ts';
import { reviewOf } from '../history/review.ts';
import { trendOf } from '../history/trend.ts';
import { liveProject } from '../project/live-project.ts';
import { gainText } from '../report/review.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { loadConfiguration } from './load-configuration.ts';
import { readBasesRun } from './perform-bases.ts';
import { progressOn } from './progress.ts';
import { namespacesFrom, snapshotFrom } from './read-snapshot.ts';
import { readTarget } from './read-target.ts';
import { recordedFindings } from './recorded-report.ts';
import { askedRules } from './rule-selection.ts';
import { storeFile } from './store-file.ts';
import { writeReview } from './write-review.ts';

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
    const found = audit(liveProject(snapshot, { podTemplates: configuration.podTemplates }), {
      rules: clusterRules(rules),
      settings: settingsFrom(configuration, askedRules(parsed)),
      peerSettings,
      honourIgnoreComments: true,
      today,
      baseline: undefined,
      changedPaths: undefined,
      version: terminal.version,
      target: '--cluster',
      clock: () => process.uptime(),
      startedAt: 0,
    });
    const report = { ...found, findings: found.findings.map(withoutLiveFix) };
    const series: RunSeries = {
      project: configuration.history.project ?? snapshot.context,
      kind: 'audit',
      subject: subjectOf(parsed, namespaces),
    };
    const file = storeFile(parsed, configuration.history, terminal.cwd, terminal.cwd);
    const trend = await trendOfCluster({ series, report, file, days, now }, parsed, terminal);
    const { report: bases } = await readBasesRun(asBases(parsed), terminal, progress);
    progress.end();
    const review = reviewOf({
      report,
      trend,
      bases: ofCluster(bases),
      budgets: undefined,
      today,
      days,
      target: '',
      figures: gainText,
    });
    writeReview(told(review), parsed, terminal);
    // What could not be looked at is not well because of it.
    return snapshot.problems.length > 0 ? exitCodes.system : exitCodes.clean;
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
  readonly days: number;
  readonly now: Date;
}

/** Undefined where nothing was ever recorded of this cluster, and nothing is now. */
async function trendOfCluster(
  { series, report, file, days, now }: ClusterRun,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<TrendReport | undefined> {
  const records = parsed.has('record');
  if (!records && parsed.value('store') === undefined && !existsSync(file)) return undefined;
  const store = await openStore(file, records ? 'make' : 'read');
  return usingStore(store, () => {
    if (records)
      recordRun(store, {
        ...series,
        commit: undefined,
        branch: undefined,
        dirty: false,
        at: now.toISOString(),
        tool: terminal.version,
        rules: report.rules.map(({ id }) => id),
        unread: [...new Set(report.problems.map(({ path }) => path))],
        score: report.score,
        findings: recordedFindings(report),
        images: [],
        evidence: [],
      });
    const isKnown =
      readSeries(store, { project: series.project, kind: series.kind, subject: series.subject }).length > 0;
    if (!isKnown) return undefined;
    const since = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
    return trendOf(readHistory(store, series, undefined), { branch: undefined, since, now: now.toISOString() });
  });
}

/** What needs no registry: ends of support, and what is given up. */
function asBases(parsed: ParsedArguments): ParsedArguments {
  const taken = ['cluster', 'all-namespaces', 'no-config', 'quiet'];
  return {
    ...parsed,
    has: (flag) => flag === 'offline' || (taken.includes(flag) && parsed.has(flag)),
    value: (flag) => (['config', 'kubeconfig', 'context'].includes(flag) ? parsed.value(flag) : undefined),
    values: (flag) => (flag === 'namespace' ? parsed.values(flag) : []),
  };
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
const noHistory = 'There is no history: «plimsoll review --cluster --record» begins one.';

/** The same review, with the commands and sentences that hold for a cluster. */
function told(review: ReviewReport): ReviewReport {
  const commands: Readonly<Record<string, string>> = {
    'plimsoll bases': 'plimsoll bases --cluster',
    'plimsoll trend': `plimsoll trend --project '${review.project.replaceAll("'", "'\\''")}'`,
  };
  return {
    ...review,
    sections: review.sections.map((section) => ({
      ...section,
      items: section.items.map((item) => ({ ...item, command: commands[item.command] ?? item.command })),
      missing:
        section.id === 'fixes'
          ? elsewhere
          : section.missing?.startsWith('There is no history')
            ? noHistory
            : section.missing,
    })),
  };
}
