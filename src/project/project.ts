import type { BuildContext } from '../context/build-context.ts';
import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { FrontendVersion } from '../dockerfile/frontend-version.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { ComposeFile, ComposeService } from '../kubernetes/compose.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import type { Application } from './application.ts';
import type { InspectedImage } from './inspected-image.ts';
import type { LiveCluster } from './live-project.ts';
import type { OnlineAnswers } from './online.ts';

/** One way in which an image is built: what a Compose file, a bake or skaffold file, or the lie of the files says. */
export interface ImageBuild {
  readonly dockerfile: Dockerfile;
  /** The stage that ships: the named target or the last. Absent for a file without a stage. */
  readonly stage: Stage | undefined;
  /** Absent for standard input and where nothing tells. */
  readonly context: BuildContext | undefined;
  /** Names and tags that the image is given, as written where they are given. */
  readonly images: readonly string[];
  readonly arguments: ReadonlyMap<string, string | undefined>;
  /** What tells of this build. `convention`: the Dockerfile's own directory (or the root) is taken as its context. */
  readonly toldBy: 'compose' | 'bake' | 'skaffold' | 'ci' | 'convention';
  /** The bake or skaffold file that tells of it. */
  readonly toldIn?: string;
  readonly runBy: readonly ImageUse[];
}

/** A container or service that runs an image built here. */
export type ImageUse =
  | { readonly kind: 'container'; readonly workload: Workload; readonly container: Container }
  | { readonly kind: 'service'; readonly file: ComposeFile; readonly service: ComposeService };

/** All artifacts of a target and the links between them. */
export interface Project {
  /** Absolute path of the directory that artifact paths are relative to. */
  readonly root: string;
  readonly name: string;
  readonly dockerfiles: readonly Dockerfile[];
  readonly contexts: readonly BuildContext[];
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  readonly composeFiles: readonly ComposeFile[];
  readonly applications: readonly Application[];
  readonly builds: readonly ImageBuild[];
  /** Names of images that Skaffold builds without a Dockerfile: by Jib, Buildpacks, ko, Bazel or a script. Absent for none. */
  readonly skaffoldImages?: ReadonlySet<string>;
  /** Paths of files by kind that rules look at by their presence only: CI files, renovate and dependabot configuration. */
  readonly otherFiles: readonly { readonly path: string; readonly kind: string }[];
  /** Paths of Dockerfiles that a template engine fills in first: what it puts in is not known, what is refused may not be. */
  readonly templates: ReadonlySet<string>;
  readonly problems: readonly ReadProblem[];
  /** The oldest Dockerfile front end that builds the files, as the configuration declares it. Ask `mayUse` (frontend.ts). */
  readonly minimumFrontend?: FrontendVersion;
  /** The Kubernetes release that the objects are for, as the configuration declares it: `1.34`. */
  readonly kubernetesTarget?: string;
  /** From the beginning of images' names to what they are copies of, as the configuration says. */
  readonly mirrors?: ReadonlyMap<string, string>;
  /** What registries said today. Absent when none was asked. */
  readonly online?: OnlineAnswers;
  /** The cluster whose live objects these are. Absent for files. */
  readonly live?: LiveCluster;
  /** Images that were looked into. Their artifacts are not among the others: they are made of what the images say of themselves. */
  readonly images?: readonly InspectedImage[];
  /** Every artifact that was read, by path: a finding's place must be in one of them. */
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /**
   * Reads one more text file below the root, for a rule that wants the content of something that an image copies; the file is
   * then among the artifacts. Undefined for what is no text or larger than 512 KiB. Absent where there is no directory.
   */
  readonly readFile?: (path: string) => Artifact | undefined;
}

/** Builds by their Dockerfile, for each list of builds: many rules ask for every file of thousands. */
const buildIndexes = new WeakMap<readonly ImageBuild[], ReadonlyMap<Dockerfile, readonly ImageBuild[]>>();

const noBuilds: readonly ImageBuild[] = [];

/** The ways in which a Dockerfile is built. Empty for standard input. */
export function buildsOf(project: Project, dockerfile: Dockerfile): readonly ImageBuild[] {
  let index = buildIndexes.get(project.builds);
  if (index === undefined) {
    index = indexBuilds(project.builds);
    buildIndexes.set(project.builds, index);
  }
  return index.get(dockerfile) ?? noBuilds;
}

function indexBuilds(builds: readonly ImageBuild[]): ReadonlyMap<Dockerfile, readonly ImageBuild[]> {
  const index = new Map<Dockerfile, ImageBuild[]>();
  for (const build of builds) {
    const known = index.get(build.dockerfile);
    if (known) known.push(build);
    else index.set(build.dockerfile, [build]);
  }
  return index;
}

/** The build whose image a container runs, when it is built in this project. */
export function buildOfContainer(project: Project, container: Container): ImageBuild | undefined {
  return project.builds.find((build) =>
    build.runBy.some((use) => use.kind === 'container' && use.container === container),
  );
}

/** The stages of a file that ship: the targets of its builds, or the last stage when nothing names one. */
export function shippedStages(project: Project, dockerfile: Dockerfile): readonly Stage[] {
  const builds = buildsOf(project, dockerfile);
  if (builds.length === 0) return readShippedStages(builds, dockerfile);
  let known = shipped.get(dockerfile.stages);
  if (known?.builds !== builds) {
    known = { builds, stages: readShippedStages(builds, dockerfile) };
    shipped.set(dockerfile.stages, known);
  }
  return known.stages;
}

/** By a file's stages, and for the last list of its builds: dozens of rules ask. */
const shipped = new WeakMap<
  readonly Stage[],
  { readonly builds: readonly ImageBuild[]; readonly stages: readonly Stage[] }
>();

function readShippedStages(builds: readonly ImageBuild[], dockerfile: Dockerfile): readonly Stage[] {
  const named = builds.flatMap((build) => build.stage ?? []);
  if (named.length > 0) return [...new Set(named)];
  return dockerfile.final ? [dockerfile.final] : [];
}
