import type { Artifact } from '../core/artifact.ts';
import type { Location } from '../core/finding.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import { type LineIndex, lineIndex, type SourceRange } from '../core/text.ts';
import type { Project } from '../project/project.ts';

export interface PlaceFinder {
  locate(path: string, range: SourceRange, note: string | undefined): Location;
}

/** Turns ranges into locations; lines of an artifact are counted once. Notes are masked. */
export function placeFinder(project: Project): PlaceFinder {
  const indexes = new Map<string, LineIndex>();
  const dockerfiles = new Map(project.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  return {
    locate(path, range, note) {
      let lines = indexes.get(path);
      if (lines === undefined) {
        lines = dockerfiles.get(path)?.lines ?? lineIndex(textOf(project, path) ?? '');
        indexes.set(path, lines);
      }
      const start = lines.positionAt(range.start);
      const end = lines.positionAt(range.end);
      if (note === undefined) return { path, start, end, range };
      return { path, start, end, range, note: maskTokens(note) };
    },
  };
}

/** The text of an artifact that a finding can point at: a read one, or an application's source. */
export function textOf(project: Project, path: string): string | undefined {
  const artifact: Artifact | undefined = project.artifacts.get(path);
  if (artifact) return artifact.text;
  const image = project.images?.find((each) => each.path === path);
  if (image) return image.history.text;
  for (const application of project.applications) {
    const source = application.artifact(path);
    if (source) return source.text;
  }
  // A rule in another thread may have read it.
  return project.readFile?.(path)?.text;
}
