import type { StoredReport } from './audit-files.ts';
import { familyBuilder, type MetricFamily } from './metric-family.ts';

/** The metrics of the last audits. */
export function auditFamilies(reports: readonly StoredReport[]): MetricFamily[] {
  const loadLine = familyBuilder({
    name: 'plimsoll_audit_load_line',
    help: 'The score of a project over all areas, 0 to 100',
    labels: ['target'],
  });
  const score = familyBuilder({
    name: 'plimsoll_audit_score',
    help: 'The score of a project in one area, 0 to 100; absent where the area does not apply',
    labels: ['target', 'area'],
  });
  const findings = familyBuilder({
    name: 'plimsoll_audit_findings',
    help: 'Findings of the last audit, by rule and severity',
    labels: ['target', 'area', 'rule', 'severity'],
  });
  const bySeverity = familyBuilder({
    name: 'plimsoll_audit_findings_all',
    help: 'Findings of the last audit, by severity; 0 where there are none',
    labels: ['target', 'severity'],
  });
  const safeFixes = familyBuilder({
    name: 'plimsoll_audit_safe_fixes',
    help: 'Findings that plimsoll fix repairs without a question',
    labels: ['target'],
  });
  const vulnerabilities = familyBuilder({
    name: 'plimsoll_audit_vulnerabilities',
    help: 'Known vulnerabilities of the last scan; 0 where there are none',
    labels: ['target', 'scanner', 'severity', 'fixable'],
  });
  const written = familyBuilder({
    name: 'plimsoll_audit_report_timestamp_seconds',
    help: 'When the report was written, as its file says',
    labels: ['target', 'scanner'],
  });
  for (const { at, report } of reports) {
    const { target, scanner } = report;
    written.add({ target, scanner }, at);
    if (report.loadLine !== undefined) loadLine.add({ target }, report.loadLine);
    for (const each of report.scores) score.add({ target, area: each.area }, each.score);
    for (const { count, ...each } of report.findings) findings.add({ target, ...each }, count);
    if (scanner === 'plimsoll')
      for (const severity of ['error', 'warning', 'note']) {
        const counts = report.findings.filter((each) => each.severity === severity).map(({ count }) => count);
        bySeverity.add(
          { target, severity },
          counts.reduce((sum, count) => sum + count, 0),
        );
      }
    if (report.safeFixes !== undefined) safeFixes.add({ target }, report.safeFixes);
    for (const { severity, fixable, count } of report.vulnerabilities ?? [])
      vulnerabilities.add({ target, scanner, severity, fixable: String(fixable) }, count, 'sum');
  }
  return [loadLine, score, findings, bySeverity, safeFixes, vulnerabilities, written].map(({ family }) => family);
}
