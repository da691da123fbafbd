import type { HistoricRun } from '../core/history.ts';
import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import { firstOfTail } from './fallen-line.ts';
import { referenceTo } from './track.ts';
import { daysBetween } from './trend.ts';

/**
 * A trend whose newest run stands for a branch: what came with that run is told to have come with the first run of the branch that has had it since.
 * @param course the runs that are compared with, then those of the branch, the newest last
 * @param now ISO 8601
 */
export function attributedTrend(trend: TrendReport, course: readonly HistoricRun[], now: string): TrendReport {
  const current = course.at(-1);
  if (current === undefined) return trend;
  // Behind the runs that are compared with; none where they are of the same branch.
  const firstOwn = current.branch === trend.branch ? undefined : course[trend.points.length - 1];
  const known = new Map<TrackedFinding, TrackedFinding>();
  const having = new Map<HistoricRun, ReadonlySet<string>>();
  const has = (run: HistoricRun, fingerprint: string) => {
    const found = having.get(run) ?? new Set(run.found.map((each) => each.fingerprint));
    having.set(run, found);
    return found.has(fingerprint);
  };
  const attributed = (tracked: TrackedFinding): TrackedFinding => {
    if (tracked.openSince.run !== current.id) return tracked;
    const since = firstOfTail(course, (run) => has(run, tracked.finding.fingerprint));
    if (since === undefined) return tracked;
    const unmended = since === firstOwn && tracked.returned > 0 ? { isUnmended: true as const } : {};
    if (since === current) return { ...tracked, ...unmended };
    const openSince = referenceTo(since);
    const before = course[course.indexOf(since) - 1];
    return {
      ...tracked,
      ...unmended,
      first: tracked.first.run === current.id ? openSince : tracked.first,
      openSince,
      before: before && referenceTo(before),
      ageDays: daysBetween(since.at, now),
    };
  };
  for (const each of trend.open) known.set(each, attributed(each));
  const those = (list: readonly TrackedFinding[]) => list.map((each) => known.get(each) ?? each);
  return { ...trend, open: those(trend.open), newOnes: those(trend.newOnes), comeBack: those(trend.comeBack) };
}
