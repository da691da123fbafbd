import type { PackageAction } from './package-command.ts';

/** The package worlds that Plimsoll knows, each with a folder of its own. */
export const ecosystems = [
  'apt',
  'apk',
  'rpm',
  'npm',
  'pip',
  'gem',
  'composer',
  'go',
  'cargo',
  'maven',
  'nuget',
] as const;

export type Ecosystem = (typeof ecosystems)[number];

/** One cache or index that a tool leaves in the file system of the layer that ran it. */
export interface CacheDirectory {
  /** `lists`: an index of what can be had; `downloads`: packages as fetched; `build`: compiler output. */
  readonly kind: 'lists' | 'downloads' | 'build';
  /** Absolute, `~` stands for the home directory of the user that runs it. Without trailing slash. */
  readonly path: string;
  /** Tools that write it, as `PackageCommand.tool` has them. */
  readonly tools: readonly string[];
  /** What the tools do when they write it. */
  readonly actions: readonly PackageAction[];
  /** True when the official images of that distribution empty it by themselves after every command. */
  readonly emptiedByImages: boolean;
  /** A command that empties it. */
  readonly removal: string;
  /** Environment variables that keep it from being written, with the values that do. */
  readonly switchedOffBy?: Readonly<Record<string, RegExp>>;
  /** Environment variables that say where it is instead. */
  readonly movedBy?: readonly string[];
  /** That it may lie elsewhere in images of other distributions or versions: a place where nothing lies proves nothing. */
  readonly placeVaries?: true;
  /** That its files are hard links to those that were installed, on the one file system that a layer is: to leave it takes no room, and to remove it gives none. */
  readonly isLinked?: true;
  /** Whether it is a sensible target of `RUN --mount=type=cache`. */
  readonly cacheMount: boolean;
  /** `sharing=` that the tool needs when builds run side by side. */
  readonly sharing: 'shared' | 'locked';
}

/** A file that says what an application depends on, and the files that lock it. */
export interface Manifest {
  /** A base name, or `*.ext`. */
  readonly manifest: string;
  /** Lock files of that manifest by base name, the tool's own first. */
  readonly locks: readonly string[];
  readonly tools: readonly string[];
}

/** An environment variable that changes what the tools do. */
export interface BehaviourVariable {
  readonly name: string;
  readonly effect: string;
}

/** What is known of one ecosystem beside its command lines. */
export interface EcosystemFacts {
  readonly ecosystem: Ecosystem;
  /** Program names, `python -m pip` counts as pip. */
  readonly tools: readonly string[];
  readonly caches: readonly CacheDirectory[];
  readonly manifests: readonly Manifest[];
  readonly variables: readonly BehaviourVariable[];
  /** Packages of that ecosystem that only a build needs: exact names and `prefix*`/`*suffix`. */
  readonly buildOnly: readonly string[];
}
