import { createHash } from 'node:crypto';
import type { Finding } from './finding.ts';
import type { Report } from './report.ts';

/**
 * One fingerprint a finding, in the same order: sixteen hexadecimal digits, `:` and the how-manyth finding with these
 * digits it is. The digits depend on the rule, the path and the text of the line, not on where the line stands, so that
 * lines put in above do not make an old finding look new. Excerpts are masked: no secret is hashed.
 */
export function fingerprints(findings: readonly Finding[], excerpts: Report['excerpts']): string[] {
  const seen = new Map<string, number>();
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
  const hash = createHash('sha256');
  for (const part of [finding.rule, path, line.trim().replace(/\s+/g, ' ')]) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
