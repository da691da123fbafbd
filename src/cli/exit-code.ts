import { exitCodes } from '../core/errors.ts';
import { isHistoryNote } from '../core/history-notes.ts';
import type { Report } from '../core/report.ts';
import { atLeast, type Severity } from '../core/severity.ts';

/** The exit code for what a report found. */
export function exitCodeOf({ findings }: Pick<Report, 'findings'>, failOn: Severity | 'never'): 0 | 1 {
  const failed =
    failOn !== 'never' && findings.some(({ rule, severity }) => !isHistoryNote(rule) && atLeast(severity, failOn));
  return failed ? exitCodes.findings : exitCodes.clean;
}
