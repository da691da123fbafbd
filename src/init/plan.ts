import type { Application } from '../project/application.ts';
/** One thing that was decided, and what in the repository said so. */
export interface Decision {
  readonly topic: DecisionTopic;
  readonly value: string;
  /** `engines.node (package.json:7)`, `no evidence: newest LTS`. */
  readonly evidence: string;
}

export type DecisionTopic =
  | 'language'
  | 'framework'
  | 'version'
  | 'package manager'
  | 'native dependencies'
  | 'build'
  | 'start'
  | 'port'
  | 'health'
  | 'files'
  | 'writes'
  | 'variables';

/** Something that the files do not tell. `assumed` was taken; without it nothing is written. */
export interface Question {
  readonly question: string;
  /** The flag that answers it: `--port`. Absent where only the application's own code can. */
  readonly flag: string | undefined;
  readonly assumed: string | undefined;
}

/** One line group of a Dockerfile. `comment` says why it is so; lines of it are wrapped by the writer. */
export type Step =
  | {
      readonly kind: 'copy';
      readonly comment?: string;
      readonly from?: string;
      readonly sources: readonly string[];
      readonly destination: string;
      readonly owner?: string;
    }
  | {
      readonly kind: 'run';
      readonly comment?: string;
      /** Values of `--mount`. */
      readonly mounts?: readonly string[];
      /** Joined with `&&`, one a line. */
      readonly commands: readonly string[];
    }
  | { readonly kind: 'env' | 'arg'; readonly comment?: string; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string };

export interface ImageStage {
  readonly name: string | undefined;
  readonly base: string;
  readonly comment?: string;
  readonly steps: readonly Step[];
}

/** A variable that the application reads. */
export interface PlannedVariable {
  readonly name: string;
  readonly secret: boolean;
  /** The value that the source falls back to, or that an example file shows; never of a secret. */
  readonly value: string | undefined;
  readonly required: boolean;
  /** `src/config.js:12`. */
  readonly evidence: string;
}

/** How the container runs. */
export interface RunPlan {
  /** CMD, in exec form. */
  readonly command: readonly string[];
  readonly commandEvidence: string;
  /** Undefined for a program that nothing connects to. */
  readonly port: number | undefined;
  /** Variables that the image sets: what the program needs to run as it is meant to in a container. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: number;
  /** Why that number: `the user node of the image`. */
  readonly userEvidence: string;
  /** Directories that the program writes: each gets an emptyDir. */
  readonly writable: readonly WritablePath[];
  /** A path that answers 200 to anybody; undefined: the port is asked whether it listens. */
  readonly health:
    | {
        readonly path: string;
        readonly evidence: string /** Where liveness is asked, if elsewhere. */;
        readonly live?: string;
      }
    | undefined;
  /** It has no handler for SIGTERM, which the kernel then does not deliver to process 1 of a container. */
  readonly ignoresTermination?: boolean;
  /** Seconds that a start may take. */
  readonly startSeconds: number;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit: string };
}

export interface WritablePath {
  readonly path: string;
  readonly why: string;
  /** It has to outlive the pod: a volume of its own, which one pod at a time has. */
  readonly lasts?: true;
  /** The image has files there, which an empty volume would hide: they are copied into it before the program starts. */
  readonly filled?: true;
}

/** A file that the image needs beside the Dockerfile. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
}

/** What a detector makes of a directory. */
export interface Detection {
  readonly language: string;
  readonly framework: string | undefined;
  /** The directory that the build is given; '' for the root. The application's own, or the root of its workspace. */
  readonly context: string;
  readonly version: string | undefined;
  readonly decisions: readonly Decision[];
  readonly questions: readonly Question[];
  readonly stages: readonly ImageStage[];
  readonly run: RunPlan;
  /** A question of the detector's own is about data in files: one pod until somebody has said where it is kept, or that it is not. */
  readonly asksForData?: boolean;
  /** Groups of lines for .dockerignore beyond those that every application gets. */
  readonly ignore: readonly IgnoreGroup[];
  readonly files: readonly PlannedFile[];
  /** Variables that the detector found by itself, where the project's readers know nothing of the language. */
  readonly variables?: readonly PlannedVariable[];
  /** Of what is known of the sources what concerns this program, where they have several. */
  readonly application?: Application;
}

export interface IgnoreGroup {
  readonly comment: string;
  readonly patterns: readonly string[];
}

/** All that the writers need: they are pure functions of it. */
export interface ApplicationPlan extends Detection {
  /** Relative to the root; '' for the root itself. */
  readonly directory: string;
  /** Valid as a Kubernetes name. */
  readonly name: string;
  /** With tag. */
  readonly image: string;
  readonly variables: readonly PlannedVariable[];
  readonly metrics: { readonly path: string; readonly evidence: string } | undefined;
  /** Something says that it may keep data in files, and nobody has said whether it does: one pod until then. */
  readonly mayKeepData: boolean;
  /** What is there already and stays; then only what lacks is written. */
  readonly existing: { readonly dockerfile: string | undefined; readonly manifests: boolean };
}

/** What the user said on the command line. */
export interface Choices {
  /** The directories of the container in which the program keeps data; none when it keeps none. */
  readonly data?: readonly string[];
  readonly port?: number;
  readonly start?: string;
  readonly name?: string;
  readonly image?: string;
  readonly base?: BaseKind;
  readonly version?: string;
}

export type BaseKind = 'slim' | 'alpine' | 'distroless';

/** Whether there can be one pod of it only: it keeps data of its own in files, or may do so. */
export function isSingle(plan: Pick<ApplicationPlan, 'run' | 'mayKeepData'>): boolean {
  return keepsData(plan) || plan.mayKeepData;
}

/** Whether the program keeps data of its own in files that outlive a pod. */
export function keepsData({ run }: Pick<ApplicationPlan, 'run'>): boolean {
  return run.writable.some(({ lasts }) => lasts === true);
}

/** What goes into the ConfigMap. */
export function settingsOf({ variables }: Pick<ApplicationPlan, 'variables'>): readonly PlannedVariable[] {
  return variables.filter((variable) => !variable.secret);
}

/** What goes into the Secret. */
export function secretsOf({ variables }: Pick<ApplicationPlan, 'variables'>): readonly PlannedVariable[] {
  return variables.filter((variable) => variable.secret);
}
