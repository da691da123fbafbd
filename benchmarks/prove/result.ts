import type { Evidence, WithdrawnByProof } from '../../src/core/evidence.ts';

/** What came of one application, as benchmarks/prove/measured keeps it. */
export interface Result {
  readonly name: string;
  readonly language: string;
  readonly from: 'tests' | 'examples' | 'public';
  /** FROM instructions of its Dockerfile as it was. */
  readonly stages: number;
  readonly verdict: Evidence['verdict'] | 'not built';
  readonly statements: readonly string[];
  readonly withdrawn: readonly WithdrawnByProof[];
  readonly evidence: Evidence | null;
  /** The mark of the stand-ins that it was measured with (`debian` in scripts/base-images); none of those before they were as slim as the official images. */
  readonly bases?: string;
}
