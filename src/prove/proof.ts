import type { BehaviourComparison, Evidence, ProvedFix, WithdrawnByProof } from '../core/evidence.ts';
import type { Fix } from '../core/fix.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import type { ImageBuild, Project } from '../project/project.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import type { Builder, BuiltImage } from './build.ts';
import type { Subject } from './subjects.ts';
import type { Runner, Trial, TrialPlan } from './trial.ts';

/** A fix of a repair, under a name that is its own in every repair of the same project. */
export interface NamedFix extends ProvedFix {
  readonly key: string;
  readonly fix: Fix;
}

/** A project after a repair. */
export interface Repaired {
  /** Files that are other than on disk, by path from the root. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly fixes: readonly NamedFix[];
  /** As it is read with those files. */
  readonly project: Project;
}

/** The fixes of a repair by their keys: none but these, or all but these. */
export type FixChoice = { readonly only: ReadonlySet<string> } | { readonly without: ReadonlySet<string> };

/** Repairs the project with the fixes of a choice, as far as they can be made without the others; with all where nothing is given. */
export type RepairWith = (choice?: FixChoice) => Promise<Repaired>;

/** What is known of an image beside its files. */
export interface Assessment {
  readonly compressedBytes: number | undefined;
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  readonly advisories: string;
}

/** What a proof is made with. */
export interface ProofTools {
  readonly version: string;
  readonly builder: Builder;
  readonly runner: Runner | undefined;
  /** Why nothing is run, where there is no runner. */
  readonly notRun: string;
  /** Reads the layers of an image. */
  analyse(image: BuiltImage, signal: AbortSignal): Promise<ImageAnalysis>;
  /** What is not in the layers themselves, and takes as long again: how small they pack, what is known of the packages. */
  assess(analysis: ImageAnalysis, image: BuiltImage, signal: AbortSignal): Promise<Assessment>;
  /** How the program of an image is tried, by the project that it is built from. */
  plan(build: ImageBuild, project: Project, image: BuiltImage): Promise<TrialPlan>;
  compareTrials(first: Trial, second: Trial, repaired: Trial): BehaviourComparison;
}

export interface ProofOptions {
  readonly project: Project;
  readonly signal: AbortSignal;
  /** Of one build. */
  readonly timeoutSeconds: number;
  /** Builds that the search for the largest set of fixes may take, beside those of the proof itself. */
  readonly mostBuilds: number;
  /** Directory of the build logs. */
  readonly logs: string;
  readonly keepImages: boolean;
  /** What is being done: `web: building the original`, and the step of the build. */
  onStep(what: string, step: string | undefined): void;
}

/** What came of it for one subject. */
export interface Proof {
  readonly subject: Subject;
  readonly verdict: Evidence['verdict'];
  /** Undefined where nothing was measured: nothing to prove, or the original does not build. */
  readonly evidence: Evidence | undefined;
  /** What is proved and what is not. */
  readonly statements: readonly string[];
  /** Fixes that are part of what passed. */
  readonly passing: readonly NamedFix[];
  readonly withdrawn: readonly (WithdrawnByProof & { readonly key: string })[];
  /** What ended it before its end. */
  readonly ended: 'cancelled' | 'system' | 'original' | undefined;
  /** Tags of images that are kept. */
  readonly images: readonly string[];
}
