import { existsSync } from 'node:fs';
import { audit } from '../audit/audit.ts';
import { settingsFrom } from '../audit/settings.ts';
import { attachProofs } from '../core/attach-proofs.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { Report } from '../core/report.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { openStore, usingStore } from '../history/open-store.ts';
import { readHistory, readSeries } from '../history/read-runs.ts';
import { reviewOf } from '../history/review.ts';
import { trendOf } from '../history/trend.ts';
import type { Configuration } from '../project/configuration.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { gainText } from '../report/review.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { projectName } from './git-source.ts';
import { knownProofsBelow } from './known-proofs-below.ts';
import { loadConfiguration } from './load-configuration.ts';
import { readBasesRun } from './perform-bases.ts';
import { progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { askedRules } from './rule-selection.ts';
import { storeFile } from './store-file.ts';
import { writeReview } from './write-review.ts';

const daysByDefault = 90;

/** Puts together what a review looks at as the arguments of `plimsoll review` say. Gives the exit code. */
export async function performReview(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  if (parsed.positionals.length > 1) throw new UserError('review takes one directory');
  const days = countFrom(parsed, 'days', daysByDefault);
  if (parsed.has('cluster')) {
    const { performClusterReview } = await import('./perform-cluster-review.ts');
    return performClusterReview(parsed, terminal, days);
  }
  const ofClusters = ['record', 'kubeconfig', 'context', 'namespace', 'all-namespaces'].find((flag) =>
    parsed.has(flag),
  );
  if (ofClusters !== undefined)
    throw new UserError(`--${ofClusters} has no effect without --cluster`, {
      ...(ofClusters === 'record' && { remedy: 'plimsoll audit --record records a directory.' }),
    });
  const target = await readTarget(parsed.positionals, undefined, terminal);
  if (target.kind !== 'directory') throw new UserError('review takes a directory');
  const { configuration, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const project = await loadProject(target, {
      ...readingOptions(parsed, configuration),
      onProgress: progress.step,
    });
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const found = audit(project, {
      rules,
      settings: settingsFrom(configuration, askedRules(parsed)),
      peerSettings,
      honourIgnoreComments: true,
      today,
      baseline: undefined,
      changedPaths: undefined,
      version: terminal.version,
      target: parsed.positionals[0] ?? '.',
      clock: () => process.uptime(),
      startedAt: 0,
    });
    const trend = await trendOfProject(project, configuration, days, now, parsed, terminal);
    const { report: bases } = await readBasesRun(asBases(parsed), terminal, progress);
    progress.end();
    const review = reviewOf({
      report: await withProofs(found, project.root),
      trend,
      bases,
      budgets: configuration.budgets,
      today,
      days,
      target: targetWord(parsed.positionals[0]),
      figures: gainText,
    });
    writeReview(review, parsed, terminal);
    return exitCodes.clean;
  } finally {
    progress.end();
  }
}

async function withProofs(report: Report, root: string): Promise<Report> {
  const known = await knownProofsBelow(root);
  return known ? attachProofs(report, known.proofs, known.stale) : report;
}

/** Undefined where nothing was ever recorded of this project. */
async function trendOfProject(
  project: Project,
  configuration: Configuration,
  days: number,
  now: Date,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<TrendReport | undefined> {
  const file = storeFile(parsed, configuration.history, project.root, terminal.cwd);
  if (parsed.value('store') === undefined && !existsSync(file)) return undefined;
  const store = await openStore(file, 'read');
  return usingStore(store, () => {
    const name = configuration.history.project ?? projectName(project.root);
    const all = readSeries(store, { project: name, kind: 'audit' });
    const series = all.find(({ subject }) => subject === '.');
    if (series === undefined) return undefined;
    const branch = configuration.budgets?.branch ?? series.branch;
    const since = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
    return trendOf(readHistory(store, series, branch), { branch, since, now: now.toISOString() });
  });
}

/** What needs no registry: ends of support, and what is given up. */
function asBases(parsed: ParsedArguments): ParsedArguments {
  const taken = ['no-gitignore', 'no-helm', 'no-config', 'quiet'];
  return {
    ...parsed,
    has: (flag) => flag === 'offline' || (taken.includes(flag) && parsed.has(flag)),
    value: (flag) => (flag === 'config' ? parsed.value(flag) : undefined),
  };
}

/** As it can be typed again; nothing where it would need quoting. */
function targetWord(target: string | undefined): string {
  return target !== undefined && target !== '.' && /^[\w./@+-]+$/.test(target) ? ` ${target}` : '';
}
