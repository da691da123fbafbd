import type { Artifact } from '../core/artifact.ts';
import type { Project } from './project.ts';

/**
 * A question to all texts of a project: the first one that matches. Every finding may ask it: the texts are gone through again
 * only when more were read.
 */
export function firstArtifact(matches: (text: string) => boolean): (project: Project) => Artifact | undefined {
  const asked = new WeakMap<Project['artifacts'], { readonly of: number; readonly first: Artifact | undefined }>();
  return ({ artifacts }) => {
    const before = asked.get(artifacts);
    if (before && (before.first || before.of === artifacts.size)) return before.first;
    const first = [...artifacts.values()].find(({ text }) => matches(text));
    asked.set(artifacts, { of: artifacts.size, first });
    return first;
  };
}
