import type { Finding } from '../core/finding.ts';
import { fixClass } from '../core/fix.ts';
import { groupBy } from '../core/group-by.ts';
import type { HistoricRun } from '../core/history.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { Report } from '../core/report.ts';
import type { ReviewItem } from '../core/review-report.ts';
import { compareSeverity } from '../core/severity.ts';
import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import { commitText } from './commit-text.ts';

/** What stands behind the commands of a review, so that they can be typed as they are: with a space before each word, or nothing. */
export interface ReviewWords {
  /** ` services/web --config ci/plimsoll.yaml`: of those that take what was reviewed. */
  readonly target: string;
  /** ` --store /srv/plimsoll.db --project shop`: of those that read the history. */
  readonly history: string;
  /** ` --store /srv/plimsoll.db`: of those that write it. */
  readonly store: string;
}

/** The worst severity first, of those the most places. */
export function findingsByRule(
  findings: readonly TrackedFinding[],
  { report, words }: { readonly report: Pick<Report, 'findings'>; readonly words: ReviewWords },
  say: (rule: string, all: readonly TrackedFinding[]) => string,
): ReviewItem[] {
  return [...groupBy(findings, ({ finding }) => finding.rule)]
    .sort(
      ([one, a], [other, b]) =>
        compareSeverity(a[0]?.finding.severity ?? 'note', b[0]?.finding.severity ?? 'note') ||
        b.length - a.length ||
        compareCodes(one, other),
    )
    .map(([rule, all]) => ({
      text: say(rule, all),
      basis: 'recorded',
      places: all.map(({ finding: { path, line } }) => `${path}:${line}`),
      command: commandFor(
        rule,
        report.findings.filter((finding) => finding.rule === rule),
        words.target,
      ),
    }));
}

/**
 * What shows how something went over the runs. A trend is of one branch: of the one that is checked out alone it shows nothing of what that is held against, and
 * `elsewhere` is called.
 */
export function courseCommand(
  {
    runs,
    trend,
    words,
  }: {
    readonly runs: readonly HistoricRun[];
    readonly trend: Pick<TrendReport, 'branch'>;
    readonly words: ReviewWords;
  },
  elsewhere: string,
): string {
  return runs.at(-1)?.branch === trend.branch ? `plimsoll trend${words.history}` : elsewhere;
}

export function commandFor(rule: string, findings: readonly Finding[], target: string): string {
  const kinds = findings.map(({ fix }) => fix && fixClass(fix));
  if (kinds.includes('safe')) return `plimsoll fix${target} --rule ${rule}`;
  return kinds.includes('review') ? `plimsoll fix${target} --review --rule ${rule}` : `plimsoll explain ${rule}`;
}

/** The commit that brought the first of some findings. */
export function firstCommit(findings: readonly TrackedFinding[]): string {
  const [first] = [...findings].sort((a, b) => compareCodes(a.openSince.at, b.openSince.at));
  return first === undefined ? 'no run' : commitText(first.openSince);
}
