import { encodeArtifact } from '../core/artifact.ts';
import type { FixReport, OfferedFix } from '../core/fix-report.ts';
import type { Candidate } from '../fix/candidate.ts';
import type { FixChoice, NamedFix, RepairWith } from '../prove/proof.ts';
import type { FixSession } from './fix-session.ts';

/**
 * What a fix is called whatever other fixes are made beside it. What it writes depends on them, and so do the figures of its message; two fixes that
 * say the same of the same file are one in this.
 */
export function fixKey({ finding, fix }: Pick<OfferedFix, 'finding' | 'fix'>): string {
  const [{ path }] = finding.locations;
  return [finding.rule, path, fix.title, finding.message].map((text) => text.replace(/\d+/g, '#')).join('\0');
}

/** The repairs of a session, each made once: with all that is wanted, or with some of it. */
export function repairsOf(session: FixSession, takes: (candidate: Candidate) => boolean): RepairWith {
  return async (choice) => {
    const { report, project } = await session.repaired({
      takes,
      ...(choice && { refuses: (candidate) => !isChosen(fixKey(candidate), choice) }),
    });
    return {
      files: new Map(report.files.map(({ path, after }) => [path, encodeArtifact(after)])),
      fixes: report.applied.map(namedFix),
      project,
    };
  };
}

function isChosen(key: string, choice: FixChoice): boolean {
  return 'only' in choice ? choice.only.has(key) : !choice.without.has(key);
}

function namedFix({ finding, fix, class: kind }: FixReport['applied'][number]): NamedFix {
  const [{ path, start }] = finding.locations;
  return {
    key: fixKey({ finding, fix }),
    rule: finding.rule,
    path,
    line: start.line,
    title: fix.title,
    class: kind,
    fix,
  };
}
