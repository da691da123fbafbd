import type { HistoricRun, RunSource } from '../core/history.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { recordedReport } from './recorded-report.ts';

export interface PresentRun {
  readonly report: Report;
  readonly source: RunSource;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly version: string;
  /** The runs that it follows. */
  readonly after: readonly HistoricRun[];
}

/** What was found now as a run behind those that are recorded, with the number that it would have if it were. */
export function presentRun({ report, source, at, version, after }: PresentRun): HistoricRun {
  const { rules, unread, score, findings } = recordedReport(report);
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  return {
    ...source,
    id: after.reduce((highest, { id }) => Math.max(highest, id), 0) + 1,
    at,
    tool: version,
    loadLine: score.loadLine,
    findings: { error: count('error'), warning: count('warning'), note: count('note') },
    bytes: undefined,
    areas: score.areas,
    rules: new Set(rules),
    unread,
    found: findings,
    images: [],
  };
}
