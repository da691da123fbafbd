import type { Artifact } from '../core/artifact.ts';
import type { Project } from '../project/project.ts';

/** A text that an edit can be made in: one that was read, a source of an application, or a file that a rule asked for. */
export function artifactOf(project: Project, path: string): Artifact | undefined {
  const known = project.artifacts.get(path);
  if (known) return known;
  for (const application of project.applications) {
    const source = application.artifact(path);
    if (source) return source;
  }
  return project.readFile?.(path);
}
