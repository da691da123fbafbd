import type { ReadProblem } from '../../core/report.ts';

/** What could not be read, as reports in JSON have it. */
export function problemJson({ path, position, message, remedy, templates }: ReadProblem) {
  return {
    path,
    line: position?.line ?? null,
    column: position?.column ?? null,
    message,
    remedy,
    templates: templates ?? [],
  };
}
