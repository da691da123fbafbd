import type { TreeComparison, WithdrawnByProof } from '../core/evidence.ts';
import type { FileSystemView } from '../image/image-analysis.ts';
import type { Attempt, OriginalTrials } from './attempt.ts';
import type { Measured } from './measure.ts';
import type { NamedFix, Repaired } from './proof.ts';

/** The original: measured, run twice, and its second build's files. */
export interface TriedOriginal extends Measured, OriginalTrials {
  readonly again: FileSystemView;
  /** Digest of its configuration. */
  readonly image: string;
}

/** What a proof knows so far: one that is cut off can still say that. */
export interface Found {
  /** All that were to be proved. */
  fixes: readonly NamedFix[];
  original?: TriedOriginal;
  passed?: { readonly repaired: Repaired; readonly attempt: Extract<Attempt, { ok: true }> };
  repaired?: Measured;
  tree?: TreeComparison;
  withdrawn: readonly (WithdrawnByProof & { readonly key: string })[];
}
