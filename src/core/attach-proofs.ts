import type { Evidence, FixProof, ReportedProof } from './evidence.ts';
import type { Cost, Finding } from './finding.ts';
import type { FixReport, OfferedFix } from './fix-report.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';

/**
 * The report with what evidence says of its findings: of one whose fix is part of what passed, or was taken back. Where a proof is of one fix alone, what that
 * finding costs is measured by it; of several together each has its part in what was measured, and no more can be said.
 */
export function attachProofs(report: Report, proofs: readonly ReportedProof[], stale: readonly string[]): Report {
  if (proofs.length === 0 && stale.length === 0) return report;
  const before = proofs.filter(({ state }) => state === 'before');
  return {
    ...report,
    findings: before.length === 0 ? report.findings : report.findings.map((finding) => withProof(finding, before)),
    proofs,
    staleProofs: stale,
  };
}

/** The same for a repair. */
export function attachFixProofs(
  report: FixReport,
  proofs: readonly ReportedProof[],
  stale: readonly string[],
): FixReport {
  if (proofs.length === 0 && stale.length === 0) return report;
  const before = proofs.filter(({ state }) => state === 'before');
  const withProofs = <Fix extends OfferedFix>(fixes: readonly Fix[]) =>
    fixes.map((each) => {
      const proof = fixProof(each.finding, before);
      return proof ? { ...each, proof } : each;
    });
  const { applied, open } = report;
  return { ...report, applied: withProofs(applied), open: withProofs(open), proofs, staleProofs: stale };
}

function withProof(finding: Finding, proofs: readonly ReportedProof[]): Finding {
  const found = fixProof(finding, proofs);
  if (found === undefined) return finding;
  const cost = found.verdict === 'proved' ? measuredCost(found.proof.evidence) : undefined;
  return { ...finding, proof: found, ...(cost && { cost }) };
}

/** What evidence says of the fix of a finding. Undefined where it says nothing, or was of another fix. */
export function fixProof(
  { rule, locations: [{ path, start }], fix }: Pick<Finding, 'rule' | 'locations' | 'fix'>,
  proofs: readonly ReportedProof[],
): FixProof | undefined {
  if (fix === undefined) return undefined;
  const title = printable(fix.title);
  const isIt = (of: Evidence['fixes'][number]) =>
    of.rule === rule && of.path === printable(path) && of.line === start.line && printable(of.title) === title;
  for (const proof of proofs) {
    const { evidence } = proof;
    const withdrawn = evidence.withdrawn.find(isIt);
    if (withdrawn) return { proof, verdict: 'withdrawn', reason: withdrawn.reason };
    if (evidence.verdict === 'proved' && evidence.fixes.some(isIt))
      return { proof, verdict: 'proved', reason: undefined };
  }
  return undefined;
}

function measuredCost({ fixes, before, after }: Evidence): Cost | undefined {
  if (fixes.length !== 1 || after === undefined) return undefined;
  const bytes = before.bytes - after.bytes;
  const seconds = (before.rebuild?.seconds ?? 0) - (after.rebuild?.seconds ?? 0);
  const isFaster = before.rebuild !== undefined && after.rebuild !== undefined && seconds >= shortestSaving;
  if (bytes <= 0 && !isFaster) return undefined;
  return {
    ...(bytes > 0 && { bytes }),
    ...(isFaster && { seconds: Math.round(seconds * 10) / 10 }),
    basis: 'measured',
    derivation: 'Both images were built and compared with nothing but this fix between them.',
  };
}

/** Seconds; less is chance. */
const shortestSaving = 1;
