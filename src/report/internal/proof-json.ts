import type { FixProof, ImageFigures, ReportedProof } from '../../core/evidence.ts';

/** What evidence says of a fix; null where there is none. */
export function fixProofJson(proof: FixProof | undefined) {
  if (!proof) return null;
  const { verdict, reason, proof: by } = proof;
  return { verdict, reason: reason ?? null, file: by.file, fixes: by.evidence.fixes.length };
}

/** What there is of evidence, in short: its file has the rest. */
export function proofJson({ evidence, file, state }: ReportedProof) {
  const { subject, created, verdict, fixes, withdrawn, before, after, behaviour } = evidence;
  const figures = (of: ImageFigures | undefined) =>
    of === undefined
      ? null
      : {
          bytes: of.bytes,
          compressedBytes: of.compressedBytes ?? null,
          layers: of.layers,
          vulnerablePackages: of.vulnerablePackages ?? null,
          rebuildSeconds: of.rebuild?.seconds ?? null,
        };
  return {
    file,
    state,
    created,
    name: subject.name,
    dockerfile: subject.dockerfile,
    verdict,
    sameProgram: behaviour.verdict,
    fixes: fixes.length,
    withdrawn: withdrawn.length,
    before: figures(before),
    after: figures(after),
  };
}
