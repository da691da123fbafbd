import type { Assumption } from '../../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { Project } from '../../project/project.ts';
import type { CopyStep, RunStep } from './stage-steps.ts';

/** What a language's planner is given: the stage that builds and ships, taken apart. */
export interface SplitSubject {
  readonly project: Project;
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly runs: readonly RunStep[];
  readonly copies: readonly CopyStep[];
  /** The words that the container starts with: of ENTRYPOINT, else of CMD. In shell form only where they are one plain command. */
  readonly program: readonly string[] | undefined;
  /** Working directory at the end. */
  readonly directory: string | undefined;
}

/** What of a stage ships, and on what. Where several things are wanted of a language, the planner decides. */
export interface SplitPlan {
  readonly title: string;
  /** The run-time image. */
  readonly base: string;
  /** Absolute paths that are copied from the build stage to the same place. */
  readonly copied: readonly string[];
  /** Paths that are copied to another place. */
  readonly copiedTo?: readonly (readonly [source: string, target: string])[];
  /** A CMD in place of the file's own. */
  readonly command?: string;
  /** Places that the build writes and that nothing needs at run time: sources of compiled programs, caches. */
  readonly left: readonly string[];
  /** Lines put behind FROM of the build stage. */
  readonly head?: readonly string[];
  /** Lines put at the end of the build stage. */
  readonly tail?: readonly string[];
  /** Lines put behind FROM of the new stage. */
  readonly settings?: readonly string[];
  /** Packages that the run-time image needs beside those that the file installs. */
  readonly packages?: readonly string[];
  /** Whether packages that are not for building, git and curl say, served the build alone. */
  readonly fetchedByBuild: boolean;
  readonly assumptions: readonly Assumption[];
  /** Steps that both stages need: programs that are installed for the whole system. */
  repeats?(step: RunStep): boolean;
  /** True where a command of the build is known to the planner, so that what it writes is among `copied` and `left`. */
  knows(command: PlacedCommand): boolean;
}

/** A plan, or why there is none: one clause that goes behind «because». */
export type Planned = SplitPlan | { readonly refusal: string } | undefined;
