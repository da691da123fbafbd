import { attachProofs } from '../core/attach-proofs.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { Report } from '../core/report.ts';
import { reviewOf } from '../history/review.ts';
import { loadProject } from '../project/load-project.ts';
import { gainText } from '../report/review.ts';
import { rules } from '../rules/generated.ts';
import { auditForReview } from './audit-for-review.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { knownProofsBelow } from './known-proofs-below.ts';
import { loadConfiguration } from './load-configuration.ts';
import { offlineBases } from './offline-bases.ts';
import { readBasesRun } from './perform-bases.ts';
import { progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { refuseTwoFormats } from './refuse-two-formats.ts';
import { reviewedRuns } from './reviewed-runs.ts';
import { writeReview } from './write-review.ts';

const daysByDefault = 90;

const forBases = { flags: ['no-gitignore', 'no-helm', 'no-config', 'quiet'], values: ['config'] };

/** Puts together what a review looks at as the arguments of `plimsoll review` say. Gives the exit code. */
export async function performReview(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  if (parsed.positionals.length > 1) throw new UserError('review takes one directory');
  refuseTwoFormats(parsed);
  const days = countFrom(parsed, 'days', daysByDefault);
  if (parsed.has('cluster')) {
    if (parsed.has('offline'))
      throw new UserError('--offline and --cluster exclude each other', { remedy: 'Leave one of them out.' });
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
    const asked = { rules, peerSettings, today, target: parsed.positionals[0] ?? '.', configuration };
    const found = auditForReview(project, asked, parsed, terminal);
    const since = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
    const request = { report: found, root: project.root, configuration, since, now };
    const reviewed = await reviewedRuns(request, parsed, terminal);
    const { report: bases } = await readBasesRun(offlineBases(parsed, forBases), terminal, progress);
    progress.end();
    const review = reviewOf({
      report: await withProofs(found, project.root),
      ...reviewed,
      noHistory: `There is no history to compare with: «plimsoll audit${reviewed.words.target}${reviewed.words.store} --record» begins one.`,
      bases,
      budgets: configuration.budgets,
      hasBudgets: configuration.budgets !== undefined || configuration.sizeBudgets.size > 0,
      today,
      days,
      since,
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
