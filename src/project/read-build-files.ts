import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import { readBake } from '../kubernetes/bake.ts';
import { readSkaffold } from '../kubernetes/skaffold.ts';
import type { DiscoveredFile } from './discover.ts';
import type { ToldBuild } from './link-builds.ts';

/**
 * Builds that skaffold and bake files tell of. What is wrong with a file is added to `problems`, names of what Skaffold builds without a
 * Dockerfile to `otherImages`.
 */
export function readBuildFiles(
  files: readonly DiscoveredFile[],
  read: (path: string) => Artifact | undefined,
  problems: ReadProblem[],
  otherImages: Set<string>,
): ToldBuild[] {
  return files.flatMap((file) => {
    const artifact = read(file.path);
    if (artifact === undefined) return [];
    const {
      builds,
      otherImages: others,
      problems: own,
    } = (file.kind === 'skaffold' ? readSkaffold : readBake)(artifact);
    problems.push(...own);
    for (const image of others ?? []) otherImages.add(image);
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
