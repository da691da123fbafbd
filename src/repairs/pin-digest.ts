import type { Fix, TextEdit } from '../core/fix.ts';
import type { Project } from '../project/project.ts';
import { updatesImages } from '../project/update-automation.ts';

/**
 * Writes the digest behind a tag, as the registry gave it today (`plimsoll fix --online`); undefined where none was asked or none answered. Safe
 * only where something raises the digest later: without it the image would keep its vulnerabilities.
 */
export function digestFix(
  project: Project,
  reference: string,
  edit: (digest: string) => readonly TextEdit[] | undefined,
): Fix | undefined {
  const digest = project.online?.digests.get(reference);
  const edits = digest === undefined ? undefined : edit(digest);
  if (edits === undefined || edits.length === 0) return undefined;
  return {
    title: `Pin ${reference} to the digest that its registry names today`,
    changes: { edits },
    assumptions: [
      {
        statement: 'Something raises the digest when the image gets updates.',
        ...(updatesImages(project)
          ? { state: 'holds' }
          : {
              state: 'unknown',
              question:
                'What will raise the digest? Without Renovate, Dependabot or a job of your own the image keeps its vulnerabilities.',
            }),
      },
    ],
  };
}
