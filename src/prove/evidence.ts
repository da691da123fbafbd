import type { BuilderKind } from './build.ts';
import type { BehaviourComparison } from './trial.ts';

/** Figures of one built image. Bytes and seconds. */
export interface ImageFigures {
  /** Content of all layers, unpacked. */
  readonly bytes: number;
  /** As pushed (gzip, the engine's or ours at level 6); undefined where it was not measured. */
  readonly compressedBytes: number | undefined;
  readonly layers: number;
  readonly files: number;
  readonly packages: number;
  /** Packages with a known vulnerability; undefined without advisories. */
  readonly vulnerablePackages: number | undefined;
  readonly vulnerabilities: Readonly<Record<string, number>> | undefined;
  readonly setIdFiles: number;
  readonly secrets: number;
  readonly user: string;
  readonly contextBytes: number | undefined;
  readonly coldSeconds: number;
  /** After a change of one line of a source file; undefined where there is none to change. */
  readonly rebuild:
    | {
        readonly changedFile: string;
        readonly seconds: number;
        readonly cachedSteps: number;
        readonly steps: number;
        /** Instructions that were carried out again. */
        readonly rebuilt: readonly string[];
      }
    | undefined;
}

/** A difference of the final file trees. `declared`: a fix says that it makes it. `noise`: two builds of the original differ in it, too. */
export interface TreeDifference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly differs: readonly string[];
  readonly bytes: number;
  readonly standing: 'declared' | 'noise' | 'undeclared';
  /** The fix that declares it, by rule. */
  readonly by: string | undefined;
}

export interface TreeComparison {
  readonly same: number;
  readonly declared: number;
  readonly noise: number;
  readonly undeclared: number;
  /** The undeclared first, then the largest; bounded, `omitted` says how many are not listed. */
  readonly differences: readonly TreeDifference[];
  readonly omitted: number;
}

/** A fix that is part of what was proved, or was withdrawn by the proof. */
export interface ProvedFix {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly title: string;
  readonly class: 'safe' | 'review';
}

export interface WithdrawnByProof extends ProvedFix {
  /** What happened with it. */
  readonly reason: string;
}

/** What was built, by what, and what was seen: written to `.plimsoll/evidence/`. */
export interface Evidence {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly created: string;
  /** What was proved of what: one build of the project. */
  readonly subject: {
    readonly name: string;
    readonly dockerfile: string;
    readonly context: string;
    readonly target: string | undefined;
    readonly platform: string | undefined;
    /** Names only. */
    readonly arguments: readonly string[];
    readonly secrets: readonly string[];
  };
  readonly builder: { readonly kind: BuilderKind; readonly title: string };
  readonly runner: string | undefined;
  /** Digests of what went in (Dockerfile, ignore file, context) and came out (image ids), before and after. */
  readonly digests: {
    readonly before: Readonly<Record<string, string>>;
    readonly after: Readonly<Record<string, string>>;
  };
  readonly before: ImageFigures;
  readonly after: ImageFigures | undefined;
  readonly tree: TreeComparison | undefined;
  readonly behaviour: BehaviourComparison;
  readonly fixes: readonly ProvedFix[];
  readonly withdrawn: readonly WithdrawnByProof[];
  /** Builds and trials that were made, by how they ended. */
  readonly builds: number;
  readonly seconds: number;
  /** `proved`: builds, is the same program, every difference declared or named. `failed`; `unproved`: something needed could not be had. */
  readonly verdict: 'proved' | 'failed' | 'unproved' | 'nothing to prove';
  /** Sentences for people: what is proved and what is not. */
  readonly statements: readonly string[];
}
