import type { Finding } from '../core/finding.ts';
import { type Fix, fixClass } from '../core/fix.ts';
import type { OfferedFix } from '../core/fix-report.ts';

/** A fix that may be made, with what tells it from others however lines move. */
export interface Candidate extends OfferedFix {
  readonly key: string;
  /** Files that it edits or adds. */
  readonly paths: readonly string[];
}

/** The fix of a finding when it may be offered. */
export function candidateOf(finding: Finding): Candidate | undefined {
  const { fix } = finding;
  const offered = fix && fixClass(fix);
  if (fix === undefined || offered === undefined) return undefined;
  return { finding, fix, class: offered, key: keyOf(finding, fix), paths: pathsOf(fix) };
}

/** Files that a fix edits or adds, each once. */
export function pathsOf({ changes: { edits, newFiles = [] } }: Fix): string[] {
  return [...new Set([...edits, ...newFiles].map(({ path }) => path))];
}

function keyOf(finding: Finding, fix: Fix): string {
  const texts = [...fix.changes.edits.map((edit) => `${edit.path}\0${edit.replacement}`)];
  return [finding.rule, finding.locations[0].path, finding.message, fix.title, ...texts].join('\0');
}
