import type { ChangedFile } from '../core/fix-report.ts';
import type { SourceRange } from '../core/text.ts';
import type { Project } from '../project/project.ts';
import { artifactOf } from './artifact-of.ts';
import type { Candidate } from './candidate.ts';
import { editTracked, placesOfChange, trackText } from './tracked-text.ts';

/** What one fix alone would change in the files as they stand. Its id in the places is 1. */
export function previewOf(
  { fix, paths }: Candidate,
  project: Project,
  secretsIn: (project: Project, path: string, text: string) => readonly SourceRange[],
): ChangedFile[] {
  return paths.flatMap((path): ChangedFile[] => {
    const added = fix.changes.newFiles?.find((file) => file.path === path);
    const before = added ? undefined : artifactOf(project, path);
    if (before === undefined && added === undefined) return [];
    const edits = added
      ? [{ range: { start: 0, end: 0 }, replacement: added.text, fix: 1 }]
      : fix.changes.edits.filter((edit) => edit.path === path).map((edit) => ({ ...edit, fix: 1 }));
    const tracked = editTracked(trackText(before?.text ?? ''), edits);
    return [
      {
        path,
        before,
        after: { path, text: tracked.text, encoding: before?.encoding ?? 'utf-8' },
        places: placesOfChange(tracked),
        secrets: {
          before: before ? secretsIn(project, path, before.text) : [],
          after: added ? secretsIn(project, path, added.text) : [],
        },
      },
    ];
  });
}
