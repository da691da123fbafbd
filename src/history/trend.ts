import { areas } from '../core/area.ts';
import type { HistoricRun, RunHistory } from '../core/history.ts';
import { nameWithoutTag } from '../core/image-reference.ts';
import { compareCodes } from '../core/natural-order.ts';
import { compareSeverity } from '../core/severity.ts';
import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import { referenceTo, type Track, trackFindings } from './track.ts';

export interface TrendOptions {
  readonly branch: string | undefined;
  /** `YYYY-MM-DD`; undefined: against the oldest run. */
  readonly since: string | undefined;
  /** ISO 8601: how old findings are is told as of then. */
  readonly now: string;
}

/** How the runs of a series went: what is new, fixed, come back and old, and how score and sizes changed. */
export function trendOf({ series, runs }: RunHistory, { branch, since, now }: TrendOptions): TrendReport {
  const { tracks, steps } = trackFindings(runs);
  const against = comparedRun(runs, since);
  const isLater = (run: { readonly run: number } | undefined) =>
    run !== undefined && against !== undefined && follows(run, against);
  const followed = tracks.map((track) => tracked(track, now)).sort(worstFirst);
  const open = followed.filter(({ fixed }) => fixed === undefined);
  const watched = new Set(tracks.filter(({ unwatched }) => !unwatched).map(({ finding }) => finding));
  const seen = open.filter(({ finding }) => watched.has(finding));
  return {
    ...series,
    branch,
    since: since ?? runs[0]?.at.slice(0, 10) ?? now.slice(0, 10),
    against: against && referenceTo(against),
    points: runs.map((run, at) => ({
      run: run.id,
      at: run.at,
      commit: run.commit,
      branch: run.branch,
      dirty: run.dirty,
      tool: run.tool,
      loadLine: run.loadLine,
      findings: run.findings,
      appeared: steps[at]?.appeared ?? 0,
      disappeared: steps[at]?.disappeared ?? 0,
      bytes: run.bytes,
    })),
    areas: areas.flatMap((area) => {
      const scores = runs.map((run) => run.areas.find((each) => each.area === area)?.score);
      return scores.every((score) => score === undefined) ? [] : [{ area, scores }];
    }),
    images: imagesOf(runs),
    open: seen,
    newOnes: seen.filter(({ first }) => isLater(first)),
    comeBack: seen.filter(({ returned, openSince }) => returned > 0 && isLater(openSince)),
    fixed: followed.filter(({ fixed }) => isLater(fixed)),
    notLookedFor: open.length - seen.length,
  };
}

/** The newest run of before a day, else the oldest; undefined where there is only one run. */
function comparedRun(runs: readonly HistoricRun[], since: string | undefined): HistoricRun | undefined {
  if (runs.length < 2) return undefined;
  const last = runs.length - 1;
  const before = since === undefined ? undefined : runs.slice(0, last).findLast(({ at }) => at.slice(0, 10) < since);
  return before ?? runs[0];
}

function follows(run: { readonly run: number }, than: HistoricRun): boolean {
  return run.run > than.id;
}

function tracked({ finding, first, openSince, before, returned, newRule, fixed }: Track, now: string): TrackedFinding {
  return { finding, first, openSince, before, ageDays: daysBetween(openSince.at, now), returned, newRule, fixed };
}

/** Whole days, never less than none: clocks differ. */
export function daysBetween(from: string, until: string): number {
  const days = (Date.parse(until) - Date.parse(from)) / 86_400_000;
  return Number.isFinite(days) ? Math.max(0, Math.floor(days)) : 0;
}

function worstFirst(a: TrackedFinding, b: TrackedFinding): number {
  return (
    compareSeverity(a.finding.severity, b.finding.severity) ||
    compareCodes(a.openSince.at, b.openSince.at) ||
    compareCodes(a.finding.path, b.finding.path) ||
    a.finding.line - b.finding.line ||
    compareCodes(a.finding.rule, b.finding.rule)
  );
}

/** By the Dockerfile that made them, else by name: the tag changes with every release. */
function imagesOf(runs: readonly HistoricRun[]): TrendReport['images'] {
  const keyOf = ({ name, dockerfile }: HistoricRun['images'][number]) => dockerfile ?? nameWithoutTag(name);
  const names = [...new Set(runs.flatMap(({ images }) => images.map(keyOf)))];
  return names.map((name) => ({
    name,
    bytes: runs.map(({ images }) => images.find((image) => keyOf(image) === name)?.bytes),
  }));
}
