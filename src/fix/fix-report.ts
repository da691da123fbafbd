import type { Artifact } from '../core/artifact.ts';
import type { ChangedFile, FixReport, OfferedFix } from '../core/fix-report.ts';
import type { SourceRange } from '../core/text.ts';
import type { Project } from '../project/project.ts';
import type { Candidate } from './candidate.ts';
import type { Repair } from './engine.ts';
import { placesOfChange, type TrackedText } from './tracked-text.ts';

/** What a report is made of beside the repair itself. */
export interface FixReportSources {
  readonly version: string;
  readonly target: string;
  /** The project before all fixes. */
  readonly project: Project;
  /** What is offered for the result and was not made. */
  readonly open: readonly Candidate[];
  readonly withoutFix: number;
  readonly leftAlone: FixReport['leftAlone'];
  readonly seconds: number;
  /** Ranges of a text that are secret. */
  secretsIn(project: Project, path: string, text: string): readonly SourceRange[];
}

/** Puts together what a repair comes to. */
export function fixReport(repair: Repair, sources: FixReportSources): FixReport {
  const { project, version, target, leftAlone, withoutFix, seconds } = sources;
  return {
    tool: { name: 'plimsoll', version },
    target,
    name: project.name,
    files: changedFiles(repair, sources),
    applied: repair.applied,
    open: sources.open.map(({ finding, fix, class: kind }): OfferedFix => ({ finding, fix, class: kind })),
    withdrawn: repair.withdrawn,
    withoutFix,
    leftAlone,
    problems: project.problems,
    rounds: repair.rounds,
    complete: repair.complete,
    seconds,
  };
}

/** Those whose text is another one in the end, in the order of their paths. */
function changedFiles({ state }: Repair, { project, secretsIn }: FixReportSources): ChangedFile[] {
  return [...state.texts]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .flatMap(([path, tracked]): ChangedFile[] => {
      const isNew = state.added.has(path);
      const places = placesOfChange(tracked);
      if (places.length === 0 && !isNew) return [];
      const after = afterOf(state.project, path, tracked);
      const before: Artifact | undefined = isNew ? undefined : { ...after, text: tracked.original };
      const secrets = {
        before: before ? secretsIn(project, path, before.text) : [],
        after: secretsIn(state.project, path, after.text),
      };
      return [{ path, before, after, places, secrets }];
    });
}

function afterOf(project: Project, path: string, { text }: TrackedText): Artifact {
  return { path, text, encoding: project.artifacts.get(path)?.encoding ?? 'utf-8' };
}
