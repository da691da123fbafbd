/** What builds images. `docker-classic` is Docker Engine's own builder of before BuildKit. */
export const builderKinds = ['docker', 'docker-classic', 'buildx', 'buildkitd', 'podman', 'buildah'] as const;

export type BuilderKind = (typeof builderKinds)[number];

/** An instruction in a build with a warm cache. */
export interface StepFigures {
  /** `RUN npm ci`. Masked where it holds a secret. */
  readonly instruction: string;
  readonly stage: string | undefined;
  readonly cached: boolean;
  readonly seconds: number | undefined;
}

/** Figures of one built image. Bytes and seconds. */
export interface ImageFigures {
  /** Content of all layers, unpacked. */
  readonly bytes: number;
  /** As pushed (gzip, the engine's or ours at level 6); undefined where it was not measured. */
  readonly compressedBytes: number | undefined;
  readonly layers: number;
  /** Content of each layer, unpacked, from the lowest up. */
  readonly layerBytes: readonly number[];
  readonly files: number;
  readonly packages: number;
  /** Packages with a known vulnerability; undefined without advisories. */
  readonly vulnerablePackages: number | undefined;
  /** Packages by the gravest vulnerability that each has. */
  readonly vulnerabilities: Readonly<Record<string, number>> | undefined;
  /** Of what day the advisories are and who looked besides, or why nobody looked. */
  readonly advisories: string;
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
        /** What became of every instruction, in the builder's order. */
        readonly instructions: readonly StepFigures[];
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

/** In what one observation of the repaired program differs from the original's. */
export interface BehaviourDifference {
  readonly name: string;
  readonly message: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface BehaviourComparison {
  /** `same`: every observation alike but for noise. `unknown`: nothing was run, or the original itself fails. */
  readonly verdict: 'same' | 'different' | 'unknown';
  readonly compared: number;
  readonly differences: readonly BehaviourDifference[];
  /** What the repaired program does better, and is no difference for it: it stops at SIGTERM where the original was killed. */
  readonly improvements: readonly BehaviourDifference[];
  /** What the original fails at by itself, so that nothing is proved by it. */
  readonly unproved: readonly { readonly name: string; readonly why: string }[];
  /** What differed between two trials of the original, and so proves nothing: masked, and named. */
  readonly noise: readonly { readonly name: string; readonly what: string }[];
  /** One sentence for people why it is unknown; undefined otherwise. */
  readonly why: string | undefined;
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

/** All `sha256:…`. */
export interface SideDigests {
  /**
   * Of the texts that the proof holds for, by path in the project: Dockerfile, ignore file, manifests, and what fixes write. A file that is not there is
   * `absent`. The evidence counts only while all of them are so.
   */
  readonly files: Readonly<Record<string, string>>;
  /** Of everything that the build could take from its context, after the ignore file. */
  readonly context: string | undefined;
  /** Of the configuration of the image. */
  readonly image: string | undefined;
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
  /** Of what went in and came out. `after` is undefined where nothing was repaired. */
  readonly digests: { readonly before: SideDigests; readonly after: SideDigests | undefined };
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

/** Evidence that was written before, and holds for the texts as they are. */
export interface ReportedProof {
  readonly evidence: Evidence;
  /** Where it lies, from the project's root. */
  readonly file: string;
  /** The texts are as they were before the repair that it proves, or as they are after it. */
  readonly state: 'before' | 'after';
}

/** What evidence says of the fix of one finding. */
export interface FixProof {
  readonly proof: ReportedProof;
  /** `proved`: it is part of what passed. `withdrawn`: it did not. */
  readonly verdict: 'proved' | 'withdrawn';
  /** Why it was withdrawn. */
  readonly reason: string | undefined;
}
