import { encodeArtifact } from '../core/artifact.ts';
import type { FixReport, OfferedFix } from '../core/fix-report.ts';
import type { Candidate } from '../fix/candidate.ts';
import type { NamedFix, RepairWith } from '../prove/proof.ts';
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
  return async (keys) => {
    const { report, project } = await session.repaired({
      takes,
      ...(keys && { refuses: (candidate) => !keys.has(fixKey(candidate)) }),
    });
    return {
      files: new Map(report.files.map(({ path, after }) => [path, encodeArtifact(after)])),
      fixes: report.applied.map(namedFix),
      project,
    };
  };
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
