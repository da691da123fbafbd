import type { Artifact } from '../core/artifact.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ComposeFile } from '../kubernetes/compose.ts';
import type { Application } from './application.ts';
import type { DiscoveredChart, DiscoveredFile, DiscoveredFiles } from './discover.ts';
import { kindOfName } from './discover-kind.ts';
import { isGitIgnored } from './git-ignored.ts';
import type { Project } from './project.ts';
import type { ClusterObjects } from './read-objects.ts';

/** A project that was read, and what is to be read differently: texts by path, new files among them. */
export interface EarlierReading {
  readonly project: Project;
  readonly changed: ReadonlyMap<string, Artifact>;
}

/** What a project does not show of how it was read. */
export interface Reading {
  readonly found: DiscoveredFiles;
  readonly cluster: ClusterObjects;
}

const readings = new WeakMap<Project, Reading>();

export function rememberReading(project: Project, reading: Reading): void {
  readings.set(project, reading);
}

/** The Helm charts that a project holds; none where `loadProject` did not make it. */
export function chartsOf(project: Project): readonly DiscoveredChart[] {
  return readings.get(project)?.found.charts ?? [];
}

/** What of an earlier reading is taken over. */
export interface TakenOver {
  readonly found: DiscoveredFiles;
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /** The Dockerfile as it was read, when its text is the same. */
  dockerfile(path: string): Dockerfile | undefined;
  /** Present when only Dockerfiles and ignore files changed: nothing else depends on them. */
  readonly kept: { readonly cluster: ClusterObjects; readonly composeFiles: readonly ComposeFile[] } | undefined;
  /** Present when none of their files changed: their sources take long to read, and are read when a rule asks. */
  readonly applications: readonly Application[] | undefined;
}

/** Undefined for a project that `loadProject` did not make. */
export function readingBefore({ project, changed }: EarlierReading): TakenOver | undefined {
  const reading = readings.get(project);
  if (reading === undefined) return undefined;
  const artifacts = new Map([...project.artifacts, ...changed]);
  const found = withNewFiles(reading.found, [...changed.keys()], (path) => artifacts.get(path));
  const kinds = new Map(found.files.map(({ path, kind }) => [path, kind]));
  const alone = [...changed.keys()].every((path) => ['dockerfile', 'ignore-file'].includes(kinds.get(path) ?? ''));
  const dockerfiles = new Map(project.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  return {
    found,
    artifacts,
    dockerfile: (path) => (changed.has(path) ? undefined : dockerfiles.get(path)),
    kept: alone ? { cluster: reading.cluster, composeFiles: project.composeFiles } : undefined,
    applications: found.applicationFiles.some((path) => changed.has(path)) ? undefined : project.applications,
  };
}

/** As if the new files had been found, by their names; what git ignores is not. */
function withNewFiles(
  found: DiscoveredFiles,
  paths: readonly string[],
  read: (path: string) => Artifact | undefined,
): DiscoveredFiles {
  const known = new Set([
    ...found.files.map(({ path }) => path),
    ...found.applicationFiles,
    ...found.charts.flatMap(({ files }) => files),
  ]);
  const files: DiscoveredFile[] = [];
  const applicationFiles: string[] = [];
  for (const path of paths) {
    const named = known.has(path) ? undefined : kindOfName(path);
    if (named === undefined || named.kind === 'chart' || named.kind === 'chart-file') continue;
    if (isGitIgnored(found.root, path, read)) continue;
    if (named.kind === 'application') applicationFiles.push(path);
    else files.push({ path, kind: named.kind, template: named.template ?? false });
  }
  if (files.length + applicationFiles.length === 0) return found;
  return {
    ...found,
    files: [...found.files, ...files].sort((one, other) => compareCodes(one.path, other.path)),
    applicationFiles: [...found.applicationFiles, ...applicationFiles].sort(compareCodes),
  };
}
