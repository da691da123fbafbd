import type { Artifact } from './artifact.ts';
import type { FixProof, ReportedProof } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Fix } from './fix.ts';
import type { ReadProblem } from './report.ts';
import type { SourceRange } from './text.ts';

/** A fix that was found, with the finding that it repairs. */
export interface OfferedFix {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly class: 'safe' | 'review';
  /** What evidence says of it: set where a report is made. */
  readonly proof?: FixProof;
}

/** A fix that is part of the result. */
export interface AppliedFix extends OfferedFix {
  /** From 1, in the order in which they were applied. */
  readonly id: number;
  /** Ranges of its edits are of the texts as they stood before this round; 1 is the files as they are on disk. */
  readonly round: number;
  /** A proof passed for exactly these changes: its questions are answered. */
  readonly proved?: true;
}

/** A fix that was tried and taken back, and why. */
export interface WithdrawnFix extends OfferedFix {
  readonly reason: string;
}

/** One place of a file that the fixes change together: ranges in the text on disk and in the result. */
export interface PlaceOfChange {
  readonly before: SourceRange;
  readonly after: SourceRange;
  /** Ids of the fixes that had a hand in it. */
  readonly fixes: readonly number[];
}

export interface ChangedFile {
  readonly path: string;
  /** As it was read; undefined for a new file. */
  readonly before: Artifact | undefined;
  readonly after: Artifact;
  /** In order, none touching another. */
  readonly places: readonly PlaceOfChange[];
  /** What of the texts is secret by what stands around it: no report shows it. */
  readonly secrets: { readonly before: readonly SourceRange[]; readonly after: readonly SourceRange[] };
}

/** What `plimsoll fix` would write, or wrote, and what it leaves to people. */
export interface FixReport {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  /** What was asked for, as written. */
  readonly target: string;
  readonly name: string;
  readonly files: readonly ChangedFile[];
  readonly applied: readonly AppliedFix[];
  /** Offered for the files as they are afterwards, and not asked for: mostly those with a question. */
  readonly open: readonly OfferedFix[];
  readonly withdrawn: readonly WithdrawnFix[];
  /** Findings that are left and have no fix. */
  readonly withoutFix: number;
  /** Files with fixes that were not touched, and why. */
  readonly leftAlone: readonly { readonly path: string; readonly reason: string; readonly remedy: string }[];
  readonly problems: readonly ReadProblem[];
  /** Rounds of repair and audit; `complete` is false when the bound was reached before nothing was left to do. */
  readonly rounds: number;
  readonly complete: boolean;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** Evidence of earlier proofs that holds for the texts as they are. */
  readonly proofs?: readonly ReportedProof[];
  /** Dockerfiles of which there is evidence, but only of other texts: it does not count. */
  readonly staleProofs?: readonly string[];
}
