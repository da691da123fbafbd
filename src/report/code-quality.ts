import { reportFingerprints } from '../core/fingerprint.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { costText } from './internal/wording.ts';

const severities: Readonly<Record<Severity, string>> = { error: 'major', warning: 'minor', note: 'info' };

/**
 * The findings as GitLab's code quality report, which shows what a merge request adds and takes away:
 * https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. What could not be read is in it, too.
 */
export function renderCodeQuality(report: Report): string {
  const { findings: fingerprints } = reportFingerprints(report);
  const found = report.findings.map((finding, index) => {
    const { path, start } = finding.locations[0];
    const cost = costText(finding.cost);
    return entry({
      description: [finding.message, ...(cost ? [`Costs ${cost}.`] : []), finding.remedy].join(' '),
      check: finding.rule,
      fingerprint: fingerprints[index] ?? '',
      severity: severities[finding.severity],
      path,
      line: start.line,
    });
  });
  const unread = report.problems.map(({ path, position, message, remedy }) =>
    entry({
      description: `${message} ${remedy}`,
      check: 'not-read',
      fingerprint: `not-read:${path}:${position?.line ?? 1}`,
      severity: 'info',
      path,
      line: position?.line ?? 1,
    }),
  );
  return jsonText([...found, ...unread]);
}

function entry(of: {
  readonly description: string;
  readonly check: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly path: string;
  readonly line: number;
}) {
  return {
    description: printable(of.description),
    check_name: of.check,
    fingerprint: of.fingerprint,
    severity: of.severity,
    location: { path: of.path, lines: { begin: of.line } },
  };
}
