import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { FrontendVersion } from '../dockerfile/frontend-version.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { ComposeFile } from '../kubernetes/compose.ts';
import { mayHoldManifests } from '../kubernetes/manifest.ts';
import type { Application } from './application.ts';
import { buildCommandFiles, buildsOfCommands } from './build-commands.ts';
import type { PodTemplatePlace } from './configuration.ts';
import { type DiscoveredFile, type DiscoveredFiles, discover } from './discover.ts';
import { looksLike } from './discover-kind.ts';
import { type EarlierReading, readingBefore, rememberReading } from './earlier-reading.ts';
import { composeBuilds, linkBuilds, type ToldBuild } from './link-builds.ts';
import { linkImages } from './link-images.ts';
import type { OnlineAnswers } from './online.ts';
import { pathMatcher } from './path-matcher.ts';
import type { Project } from './project.ts';
import { artifactOfBytes, type ReadResult, readArtifact } from './read-artifact.ts';
import type { ClusterObjects } from './read-objects.ts';
import type { Target } from './target.ts';
import { templatePaths } from './template-paths.ts';

export interface LoadOptions {
  /** Leave out what git ignores; default true. */
  readonly gitignore?: boolean;
  /** Render charts with helm when it is there; default true. */
  readonly helm?: boolean;
  /** Patterns of paths that are not audited. */
  readonly exclude?: readonly string[];
  readonly podTemplates?: readonly PodTemplatePlace[];
  /** The oldest Dockerfile front end that builds the files. */
  readonly frontend?: FrontendVersion | undefined;
  /** See {@link Project.kubernetesTarget}. */
  readonly kubernetesTarget?: string | undefined;
  /** See {@link Project.mirrors}. */
  readonly mirrors?: ReadonlyMap<string, string>;
  /** See {@link Project.online}. */
  readonly online?: OnlineAnswers | undefined;
  /** Called with their paths, in order, when the Dockerfiles are found and nothing is read yet. */
  readonly onDockerfiles?: (paths: readonly string[]) => Promise<void>;
  readonly onProgress?: (step: string, done?: number, total?: number) => void;
  /** Read again as it would be with other texts in place of those of an earlier reading. The disk is asked for nothing that was read before. */
  readonly again?: EarlierReading;
}

const noObjects: ClusterObjects = { objects: [], workloads: [], problems: [] };

/**
 * Reads a target and links what it holds. Never rejects for what the target holds: what cannot be read is in `problems`.
 * Reads no more than is asked for: contexts are walked and sources read when a rule wants them.
 */
export async function loadProject(target: Target, options: LoadOptions = {}): Promise<Project> {
  const progress = options.onProgress ?? (() => {});
  progress('looking for files');
  const before = options.again && readingBefore(options.again);
  const found = before?.found ?? (await discoverFiles(target, options));
  const problems: ReadProblem[] = [...found.problems];
  const artifacts = new Map<string, Artifact>(before?.artifacts);
  const take = (result: ReadResult): Artifact | undefined => {
    if (result.kind === 'problem') {
      const { kind: _, ...problem } = result;
      problems.push(problem);
      return undefined;
    }
    artifacts.set(result.artifact.path, result.artifact);
    return result.artifact;
  };
  const read = (file: string) => artifacts.get(file) ?? take(readArtifact(found.root, file));
  // For files that may be there or not: one that is not is no problem.
  const probe = (file: string) => {
    const result = artifacts.has(file) ? undefined : readArtifact(found.root, file);
    return artifacts.get(file) ?? (result?.kind === 'read' ? take(result) : undefined);
  };
  if (target.kind === 'bytes' && !artifacts.has(target.name)) take(artifactOfBytes(target.name, target.bytes));

  progress('reading Dockerfiles');
  const paths = dockerfilePaths(target, found, artifacts);
  await options.onDockerfiles?.(paths);
  const dockerfiles = paths.flatMap((file): Dockerfile[] => {
    const artifact = read(file);
    const dockerfile = before?.dockerfile(file) ?? (artifact && boundedDockerfile(artifact, problems));
    return dockerfile ? [dockerfile] : [];
  });
  for (const kind of ['ignore-file', 'ci', 'update-automation'] as const)
    for (const file of ofKind(found, kind)) read(file.path);
  progress('reading Compose files');
  const composeFiles =
    before?.kept?.composeFiles ?? (await readComposeFiles(found, read, probe, unreadIn(target, problems)));
  problems.push(...composeFiles.flatMap((file) => file.problems));
  progress('reading manifests');
  const cluster = before?.kept?.cluster ?? (await readCluster(target, found, read, probe, artifacts, options));
  problems.push(...cluster.problems);

  progress('linking');
  const skaffoldImages = new Set<string>();
  const told = [
    ...composeBuilds(composeFiles),
    ...(await buildFileBuilds(found, read, problems, skaffoldImages)),
    ...buildsOfCommands(commandFiles(target, found, artifacts)),
  ];
  const root = target.kind === 'bytes' ? '' : found.root;
  const { builds, contexts } = linkBuilds(root, dockerfiles, told, artifacts, options.again?.project.contexts);
  const name = target.kind === 'bytes' ? target.name : path.basename(found.root) || found.root;
  linkImages(name.toLowerCase(), builds, cluster.workloads, composeFiles);
  const project: Project = {
    root: found.root,
    name,
    dockerfiles,
    contexts,
    objects: cluster.objects,
    workloads: cluster.workloads,
    composeFiles,
    applications: before?.applications ?? (await readApplications(found, artifacts)),
    builds,
    otherFiles: [...ofKind(found, 'ci'), ...ofKind(found, 'update-automation')].map(({ path, kind }) => ({
      path,
      kind,
    })),
    templates: templatePaths(dockerfiles, found),
    ...(skaffoldImages.size > 0 && { skaffoldImages }),
    problems,
    artifacts,
    ...(options.online && { online: options.online }),
    ...(options.frontend && { minimumFrontend: options.frontend }),
    ...(options.kubernetesTarget !== undefined && { kubernetesTarget: options.kubernetesTarget }),
    ...(options.mirrors && { mirrors: options.mirrors }),
    ...(target.kind !== 'bytes' && { readFile: fileReader(found.root, artifacts) }),
  };
  rememberReading(project, { found, cluster });
  return project;
}

async function discoverFiles(target: Target, options: LoadOptions): Promise<DiscoveredFiles> {
  const exclude = pathMatcher(options.exclude ?? []);
  return discover(target, { gitignore: options.gitignore ?? true, exclude });
}

const maximumCopiedBytes = 512 * 1024;

/** Reads on demand, and each file once; what cannot be read is no problem of the project. */
function fileReader(root: string, artifacts: Map<string, Artifact>): (file: string) => Artifact | undefined {
  const tried = new Set<string>();
  return (file) => {
    if (!artifacts.has(file) && !tried.has(file)) {
      tried.add(file);
      const result = readArtifact(root, file, maximumCopiedBytes);
      if (result.kind === 'read') artifacts.set(file, result.artifact);
    }
    return artifacts.get(file);
  };
}

/** No Dockerfile that is meant is larger, in UTF-16 code units, or longer; rules that compare instructions would take minutes. */
const dockerfileLimits = { length: 1024 * 1024, instructions: 2000 } as const;

/** The Dockerfile, or a problem that says why it is not audited. */
function boundedDockerfile(artifact: Artifact, problems: ReadProblem[]): Dockerfile | undefined {
  const refuse = (message: string) => {
    problems.push({ path: artifact.path, message, remedy: 'Split the file, or exclude it in plimsoll.yaml.' });
    return undefined;
  };
  if (artifact.text.length > dockerfileLimits.length)
    return refuse('this Dockerfile is larger than 1 MiB and was not audited');
  const dockerfile = parseDockerfile(artifact);
  // Counting instructions costs a parse, which only a file of as many lines can need.
  if (dockerfile.lines.lineCount < dockerfileLimits.instructions) return dockerfile;
  const count = dockerfile.instructions.length;
  if (count <= dockerfileLimits.instructions) return dockerfile;
  return refuse(
    `this Dockerfile has ${count} instructions, more than ${dockerfileLimits.instructions}, and was not audited`,
  );
}

/** CI files, which are read already, and Makefiles and their like at the root, which only tell of builds. */
function commandFiles(target: Target, found: DiscoveredFiles, artifacts: ReadonlyMap<string, Artifact>): Artifact[] {
  const ci = ofKind(found, 'ci').flatMap((file) => artifacts.get(file.path) ?? []);
  if (target.kind !== 'directory') return ci;
  return [
    ...ci,
    ...buildCommandFiles.flatMap((name) => {
      const result = readArtifact(found.root, name, maximumCopiedBytes);
      return result.kind === 'read' ? [result.artifact] : [];
    }),
  ];
}

function ofKind(found: DiscoveredFiles, kind: DiscoveredFile['kind']): DiscoveredFile[] {
  return found.files.filter((file) => file.kind === kind);
}

/** Standard input is a Dockerfile unless it looks like manifests. */
function dockerfilePaths(target: Target, found: DiscoveredFiles, artifacts: ReadonlyMap<string, Artifact>): string[] {
  if (target.kind !== 'bytes') return ofKind(found, 'dockerfile').map((file) => file.path);
  const given = artifacts.get(target.name);
  return given && !isManifest(given) ? [given.path] : [];
}

function isManifest({ text }: Artifact): boolean {
  return mayHoldManifests(text) && looksLike('manifest', text);
}

type Read = (file: string) => Artifact | undefined;

/** Where a Compose file that was named is no YAML, that is told: found in a directory, such a one is passed over. */
function unreadIn(target: Target, problems: ReadProblem[]): (artifact: Artifact) => Promise<void> {
  return async (artifact) => {
    if (target.kind !== 'paths' || !target.paths.includes(path.resolve(target.root, artifact.path))) return;
    const { readYaml } = await import('../kubernetes/read-yaml.ts');
    problems.push(...readYaml(artifact).problems.filter(({ unread }) => unread));
  };
}

async function readComposeFiles(
  found: DiscoveredFiles,
  read: Read,
  probe: Read,
  onNone: (artifact: Artifact) => Promise<void>,
): Promise<ComposeFile[]> {
  const files = ofKind(found, 'compose');
  if (files.length === 0) return [];
  const { readCompose } = await import('../kubernetes/read-compose.ts');
  const composeFiles: ComposeFile[] = [];
  for (const file of files) {
    const artifact = read(file.path);
    const composeFile = artifact && readCompose(artifact, probe, (path) => settingsFile(found.root, path));
    if (composeFile) composeFiles.push(composeFile);
    else if (artifact) await onNone(artifact);
  }
  return composeFiles;
}

/** The text of a file that is no part of the project. A link may lead to another user's secrets. */
function settingsFile(root: string, file: string): Artifact | undefined {
  if (!lstatSync(path.join(root, file), { throwIfNoEntry: false })?.isFile()) return undefined;
  const result = readArtifact(root, file, maximumCopiedBytes);
  return result.kind === 'read' ? result.artifact : undefined;
}

async function readCluster(
  target: Target,
  found: DiscoveredFiles,
  read: Read,
  probe: Read,
  artifacts: ReadonlyMap<string, Artifact>,
  options: LoadOptions,
): Promise<ClusterObjects> {
  const standardInput = target.kind === 'bytes' ? [...artifacts.values()].filter(isManifest) : [];
  const manifests = ofKind(found, 'manifest');
  const kustomizations = ofKind(found, 'kustomization');
  if (manifests.length + kustomizations.length + found.charts.length + standardInput.length === 0) return noObjects;
  const { readObjects } = await import('./read-objects.ts');
  return readObjects({
    root: found.root,
    artifacts: [...standardInput, ...manifests.flatMap((file) => read(file.path) ?? [])],
    kustomizations: kustomizations.map((file) => file.path),
    charts: found.charts,
    read: probe,
    helm: options.helm ?? true,
    kubernetesTarget: options.kubernetesTarget,
    podTemplates: options.podTemplates ?? [],
  });
}

async function buildFileBuilds(
  found: DiscoveredFiles,
  read: Read,
  problems: ReadProblem[],
  otherImages: Set<string>,
): Promise<ToldBuild[]> {
  const files = [...ofKind(found, 'skaffold'), ...ofKind(found, 'bake')];
  if (files.length === 0) return [];
  const { readBuildFiles } = await import('./read-build-files.ts');
  return readBuildFiles(files, read, problems, otherImages);
}

async function readApplications(
  found: DiscoveredFiles,
  artifacts: ReadonlyMap<string, Artifact>,
): Promise<readonly Application[]> {
  if (found.applicationFiles.length === 0) return [];
  const { findApplications } = await import('./find-applications.ts');
  const known = new Map<string, Artifact | undefined>();
  return findApplications(
    [...found.applicationFiles, ...ofKind(found, 'dockerfile').map((file) => file.path)],
    (file) => {
      if (!known.has(file)) {
        const result = artifacts.has(file) ? undefined : readArtifact(found.root, file);
        known.set(file, result?.kind === 'read' ? result.artifact : artifacts.get(file));
      }
      return known.get(file);
    },
  );
}
