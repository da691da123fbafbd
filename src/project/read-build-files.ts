import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import { readBake } from '../kubernetes/bake.ts';
import { readSkaffold } from '../kubernetes/skaffold.ts';
import type { DiscoveredFile } from './discover.ts';
import type { ToldBuild } from './link-builds.ts';

/** Builds that skaffold and bake files tell of. What is wrong with a file is added to `problems`. */
export function readBuildFiles(
  files: readonly DiscoveredFile[],
  read: (path: string) => Artifact | undefined,
  problems: ReadProblem[],
): ToldBuild[] {
  return files.flatMap((file) => {
    const artifact = read(file.path);
    if (artifact === undefined) return [];
    const { builds, problems: own } = file.kind === 'skaffold' ? readSkaffold(artifact) : readBake(artifact);
    problems.push(...own);
    return builds.flatMap((build): ToldBuild[] =>
      build.dockerfilePath === undefined
        ? []
        : [
            {
              dockerfilePath: build.dockerfilePath,
              contextDirectory: build.contextPath,
              target: build.target,
              images: build.images,
              arguments: build.args,
              toldBy: file.kind === 'skaffold' ? 'skaffold' : 'bake',
              toldIn: file.path,
            },
          ],
    );
  });
}
