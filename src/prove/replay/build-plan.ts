import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Sources } from './selection.ts';

/** A file system that a step begins from or takes from. */
export type Place =
  | { readonly kind: 'scratch' }
  /** `reference` with its variables expanded; the same text is taken for the same image. */
  | { readonly kind: 'image'; readonly reference: string; readonly platform: string }
  | { readonly kind: 'step'; readonly step: number };

/** What a step is given besides its definition. */
export type Input =
  /** The file system that the step changes: BuildKit compares how it was made, never what is in it. */
  | { readonly kind: 'root'; readonly place: Place }
  /** Files of the build context, by their content. */
  | { readonly kind: 'context'; readonly sources: Sources }
  /** Files of a stage or an image: by how it was made and, where that is new, by their content. */
  | { readonly kind: 'files'; readonly place: Place; readonly sources: Sources }
  /** What an address serves: taken to be the same as long as the address is. */
  | { readonly kind: 'remote'; readonly address: string }
  /** Files whose names depend on a variable that is not known here. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type Aspect =
  | 'command'
  | 'shell'
  | 'variable'
  | 'directory'
  | 'user'
  | 'mount'
  | 'network'
  | 'security'
  | 'platform'
  | 'destination'
  | 'option'
  | 'source'
  | 'here-document';

/** One thing of a step's definition. */
export interface Facet {
  readonly aspect: Aspect;
  /** Of a variable, mount or option. */
  readonly name?: string;
  readonly value: string;
  /** The instruction that says so, where it is another one than the step's: ARG, ENV, USER, WORKDIR, SHELL. One-based. */
  readonly line?: number;
}

/** An instruction that BuildKit has a cache key for. */
export interface PlannedStep {
  /** Its place in {@link BuildPlan.steps}. */
  readonly index: number;
  readonly stage: number;
  readonly instruction: Instruction;
  /** False for what BuildKit adds: the merge behind `COPY --link`. */
  readonly shown: boolean;
  readonly facets: readonly Facet[];
  /** Equal for two steps exactly where BuildKit's digests of what they do are. */
  readonly definition: string;
  readonly inputs: readonly Input[];
}

export interface PlannedStage {
  readonly index: number;
  readonly name: string | undefined;
  /** The FROM, as written. */
  readonly line: number;
  readonly base: Place;
  /** The file system at its end. */
  readonly end: Place;
}

/** What a build of a Dockerfile does, in the order in which it stands. */
export interface BuildPlan {
  /** Those that the target needs. */
  readonly stages: readonly PlannedStage[];
  readonly steps: readonly PlannedStep[];
  /** What is taken to be so because it cannot be known without a network: base images and addresses. */
  readonly assumed: readonly string[];
}

export interface BuildOptions {
  /** The stage that is built: by name or number; the last when not given. */
  readonly target?: string;
  readonly buildArguments?: ReadonlyMap<string, string>;
}
