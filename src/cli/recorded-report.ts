import type { Evidence, ImageFigures } from '../core/evidence.ts';
import { formerFingerprints, lineFingerprint, reportFingerprints } from '../core/fingerprint.ts';
import type { RecordedEvidence, RecordedFigures, RecordedFinding, RunRecord } from '../core/history.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import type { Report } from '../core/report.ts';

/** Longer sentences are cut: a rule may quote what it found. */
export const longestMessage = 1000;

/** The findings of a report as they are kept: with those that a baseline or `--since` hides, as they are there all the same. */
export function recordedFindings(report: Pick<Report, 'findings' | 'suppressed' | 'excerpts'>): RecordedFinding[] {
  const names = reportFingerprints(report);
  const hidden = report.suppressed.flatMap(({ finding, by }, at) =>
    by === 'baseline' || by === 'since' ? [{ finding, fingerprint: names.suppressed[at] ?? '' }] : [],
  );
  const shown = report.findings.map((finding, at) => ({ finding, fingerprint: names.findings[at] ?? '' }));
  const all = [...shown, ...hidden];
  const former = formerFingerprints(
    all.map(({ finding }) => finding),
    report.excerpts,
  );
  return all.map(({ finding, fingerprint }, at) => ({
    fingerprint,
    ...(former[at] !== undefined && { formerFingerprint: former[at] }),
    lineFingerprint: lineFingerprint(finding, report.excerpts),
    rule: finding.rule,
    area: finding.area,
    severity: finding.severity,
    path: finding.locations[0].path,
    line: finding.locations[0].start.line,
    message: maskTokens(finding.message).slice(0, longestMessage),
  }));
}

/** A report as it is kept in a run. */
export function recordedReport(
  report: Pick<Report, 'findings' | 'suppressed' | 'excerpts' | 'problems' | 'rules' | 'score'>,
): Pick<RunRecord, 'rules' | 'unread' | 'score' | 'findings'> {
  return {
    rules: report.rules.map(({ id }) => id),
    unread: [...new Set(report.problems.flatMap(({ path, templates = [] }) => [path, ...templates]))],
    score: report.score,
    findings: recordedFindings(report),
  };
}

/** Evidence as it is kept: what was measured, without the files in which two images differ. */
export function recordedEvidence(evidence: Evidence): RecordedEvidence {
  const { subject, verdict, builder, created, before, after, digests } = evidence;
  return {
    name: subject.name,
    dockerfile: subject.dockerfile,
    verdict,
    builder: builder.title,
    created,
    before: figures(before, digests.before.image),
    after: after && figures(after, digests.after?.image),
    fixes: evidence.fixes.map(({ rule }) => rule),
    withdrawn: evidence.withdrawn.map(({ rule }) => rule),
    statements: evidence.statements,
  };
}

function figures(side: ImageFigures, image: string | undefined): RecordedFigures {
  const { bytes, compressedBytes, layerBytes, packages, vulnerablePackages, coldSeconds, rebuild } = side;
  return {
    image,
    bytes,
    compressedBytes,
    layerBytes,
    packages,
    vulnerablePackages,
    coldSeconds,
    rebuildSeconds: rebuild?.seconds,
  };
}
