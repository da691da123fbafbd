import { createHash, hash } from 'node:crypto';
import type { Finding } from './finding.ts';
import type { Report, SuppressedFinding } from './report.ts';

/**
 * One fingerprint a finding, in the same order: sixteen hexadecimal digits, `:` and the how-manyth finding with these
 * digits it is. The digits depend on the rule, the path and the text of the line, not on where the line stands, so that
 * lines put in above do not make an old finding look new. Excerpts are masked: no secret is hashed.
 */
export function fingerprints(findings: readonly Finding[], excerpts: Report['excerpts']): string[] {
  return numbered(findings, excerpts, new Map());
}

/**
 * The fingerprints of a report's findings and of its suppressed ones. What a baseline or `--since` hides is numbered
 * with the findings, so that hiding one does not rename another; what comments and configuration take out comes after.
 */
export function reportFingerprints(report: Pick<Report, 'findings' | 'suppressed' | 'excerpts'>): {
  readonly findings: readonly string[];
  readonly suppressed: readonly string[];
} {
  const seen = new Map<string, number>();
  const isKnown = ({ by }: SuppressedFinding) => by === 'baseline' || by === 'since';
  const known = report.suppressed.filter(isKnown);
  const first = numbered([...report.findings, ...known.map(({ finding }) => finding)], report.excerpts, seen);
  const others = report.suppressed.filter((suppressed) => !isKnown(suppressed));
  const second = numbered(
    others.map(({ finding }) => finding),
    report.excerpts,
    seen,
  );
  const names = new Map([
    ...known.map((suppressed, at) => [suppressed, first[report.findings.length + at] ?? ''] as const),
    ...others.map((suppressed, at) => [suppressed, second[at] ?? ''] as const),
  ]);
  return {
    findings: first.slice(0, report.findings.length),
    suppressed: report.suppressed.map((suppressed) => names.get(suppressed) ?? ''),
  };
}

function numbered(findings: readonly Finding[], excerpts: Report['excerpts'], seen: Map<string, number>): string[] {
  const result = new Array<string>(findings.length);
  for (const index of byPlace(findings)) {
    const finding = findings[index];
    if (!finding) continue;
    const digits = digest(finding, excerpts);
    const count = (seen.get(digits) ?? 0) + 1;
    seen.set(digits, count);
    result[index] = `${digits}:${count}`;
  }
  return result;
}

/** Indexes in the order of the places, so that the numbering does not depend on the order of the report. */
function byPlace(findings: readonly Finding[]): number[] {
  return findings
    .map((finding, index) => ({ index, start: finding.locations[0].start, message: finding.message }))
    .sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column || (a.message < b.message ? -1 : 1))
    .map(({ index }) => index);
}

function digest(finding: Finding, excerpts: Report['excerpts']): string {
  const { path, start, range } = finding.locations[0];
  const line = range ? (excerpts.get(path)?.get(start.line) ?? '') : '';
  const parts = `${finding.rule}\0${path}\0${line.trim().replace(/\s+/g, ' ')}\0`;
  return sha256(parts).slice(0, 16);
}

let hasHash = true;

/** Hexadecimal. In one call, where Node.js has it (20.12, 21.7), a short text takes a tenth of the time. */
function sha256(text: string): string {
  if (hasHash)
    try {
      return hash('sha256', text, 'hex');
    } catch {
      hasHash = false;
    }
  return createHash('sha256').update(text).digest('hex');
}
