import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import type { DiscoveredFile } from './discover.ts';
import type { ToldBuild } from './link-builds.ts';

/** Builds that skaffold and bake files tell of. */
export function readBuildFiles(
  _files: readonly DiscoveredFile[],
  _read: (path: string) => Artifact | undefined,
  _problems: ReadProblem[],
): ToldBuild[] {
  return [];
}
