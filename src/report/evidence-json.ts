import type { Evidence } from '../core/evidence.ts';
import { jsonText, nullForUndefined } from '../core/json-text.ts';
import type { ShownProof } from './proof-view.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const evidenceVersion = 1;

export const evidenceFormat = 'plimsoll-evidence';

/** Evidence as JSON that `schemas/evidence.schema.json` describes: every field always there, `null` where nothing is known. */
export function renderEvidenceJson(evidence: Evidence): string {
  return jsonText(evidenceJson(evidence), nullForUndefined);
}

/** What `plimsoll prove --json` prints: `schemas/proof.schema.json`. */
export function renderProofsJson(proofs: readonly ShownProof[]): string {
  const value = {
    format: 'plimsoll-proof',
    version: evidenceVersion,
    proofs: proofs.map(({ name, dockerfile, verdict, statements, withdrawn, evidence, file }) => ({
      name,
      dockerfile,
      verdict,
      statements,
      withdrawn,
      file,
      evidence: evidence && evidenceJson(evidence),
    })),
  };
  return jsonText(value, nullForUndefined);
}

function evidenceJson(evidence: Evidence) {
  return { format: evidenceFormat, version: evidenceVersion, ...evidence };
}

/** `sha256:…` is written by its algorithm in in-toto: https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md */
function digestSet(digest: string): { readonly sha256: string } | undefined {
  const [algorithm, value] = digest.split(':');
  return algorithm === 'sha256' && value ? { sha256: value } : undefined;
}

interface ResourceDescriptor {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** https://github.com/in-toto/attestation/blob/main/spec/v1/predicate.md: a URI that names what the predicate means. */
export const predicateType = 'urn:plimsoll:proof:1';

/**
 * The same as an in-toto statement (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md), not signed. Its subjects are what came out: the
 * repaired image and the texts that it is built from; where nothing passed, the original's. What went in stands in `resolvedDependencies`, as SLSA's
 * provenance (https://slsa.dev/spec/v1.0/provenance) names it.
 */
export function renderStatement(evidence: Evidence): string {
  const { digests, ...rest } = evidence;
  const { subject } = evidence;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: descriptors(digests.after ?? digests.before, subject.name),
    predicateType,
    predicate: {
      resolvedDependencies: [...descriptors(digests.before, `${subject.name} (original)`), ...contextOf(evidence)],
      ...rest,
    },
  };
  return jsonText(statement, nullForUndefined);
}

function descriptors({ files, image }: Evidence['digests']['before'], imageName: string): ResourceDescriptor[] {
  const named = [...(image === undefined ? [] : [[imageName, image] as const]), ...Object.entries(files)];
  return named.flatMap(([name, digest]) => {
    const set = digestSet(digest);
    return set ? [{ name, digest: set }] : [];
  });
}

function contextOf({ digests: { before }, subject }: Evidence): ResourceDescriptor[] {
  const set = before.context === undefined ? undefined : digestSet(before.context);
  return set ? [{ name: `build context ${subject.context || '.'}`, digest: set }] : [];
}
