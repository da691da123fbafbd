import type { Area } from '../core/area.ts';
import type { Finding } from '../core/finding.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import { compareFindings } from '../core/order.ts';
import type { Report, SuppressedFinding } from '../core/report.ts';
import type { NamedRule } from '../core/rule.ts';
import { scoreOf } from '../core/score.ts';
import type { Project } from '../project/project.ts';
import type { Rule } from '../project/rule.ts';
import { siftKnown } from './baseline.ts';
import { excerptsFor } from './excerpts.ts';
import { inventoryOf } from './inventory.ts';
import { type Collected, mergeCauses } from './merge-causes.ts';
import { applyPeerSettings, type PeerSettings } from './peer-settings.ts';
import { siftRefuted } from './refuted.ts';
import { groupCopies, withoutRepeats } from './repeats.ts';
import { ruleDocs } from './rule-docs.ts';
import { hasSubject, runRules, type Settings } from './run-rules.ts';
import { siftIgnored } from './suppress.ts';

/** What the threads that shared a project found together. */
export interface FoundByThreads {
  readonly collected: readonly Collected[];
  readonly excerpts: Report['excerpts'];
  readonly finalStages: ReadonlyMap<string, string | undefined>;
}

/** What to make of a project. */
export interface AuditRequest {
  readonly rules: readonly NamedRule<Rule>[];
  readonly settings: Settings;
  /** What another tool's configuration says of its own checks. */
  readonly peerSettings: PeerSettings;
  /** Read ignore comments; false shows what they hide. */
  readonly honourIgnoreComments: boolean;
  /** `YYYY-MM-DD`: comments with an earlier last day do not hold any more. */
  readonly today: string;
  /** Fingerprints of findings that are known. */
  readonly baseline: ReadonlySet<string> | undefined;
  /** Only findings with a place in one of these paths are reported. */
  readonly changedPaths: ReadonlySet<string> | undefined;
  readonly version: string;
  /** What was asked for, as written. */
  readonly target: string;
  /** Where the rules have run already, in several threads: what they found. */
  readonly found?: FoundByThreads;
  /** Wall clock in seconds; differences count. */
  clock(): number;
  /** When the command began, by the same clock. */
  readonly startedAt: number;
}

/**
 * Runs the rules over a project and puts the result together: ignore comments, settings, baseline and changed files
 * taken into account, what matters most first. The score counts what the baseline and unchanged files hide: it tells the
 * state of the project, not of the change.
 */
export function audit(project: Project, request: AuditRequest): Report {
  const suppressed: SuppressedFinding[] = [];
  // What is kept may be another finding: of one that a comment ignores at one of its places, the others stay.
  const sift = (sifted: { kept: readonly Finding[]; suppressed: readonly SuppressedFinding[] }) => {
    suppressed.push(...sifted.suppressed);
    return sifted.kept;
  };
  let findings: readonly Finding[] = withoutRepeats(
    request.found
      ? mergeCauses(request.found.collected)
      : runRules(project, request.rules, request.settings, request.today),
  );
  findings = sift(applyPeerSettings(findings, request.peerSettings));
  if (request.honourIgnoreComments) findings = sift(siftIgnored(project, findings, request.today));
  if (project.images) findings = sift(siftRefuted(project, findings));
  findings = groupCopies(findings).sort(compareFindings);
  const score = scoreOf(findings, areasLookedAt(project, request));
  const excerpts = excerptsFor(project, findings, request.found?.excerpts);
  if (request.baseline) findings = sift(siftKnown(findings, excerpts, request.baseline));
  if (request.changedPaths) findings = sift(siftUnchanged(findings, request.changedPaths));
  return {
    tool: { name: 'plimsoll', version: request.version },
    target: request.target,
    name: project.name,
    inventory: inventoryOf(project, request.found?.finalStages, request.today),
    findings,
    suppressed,
    problems: project.problems.map((problem) => ({ ...problem, message: maskTokens(problem.message) })),
    score,
    seconds: request.clock() - request.startedAt,
    excerpts,
    rules: request.rules
      .filter((rule) => request.settings.mayReport(rule))
      .map(({ id, area, definition }) => ({
        id,
        area,
        severity: definition.severity,
        summary: definition.summary,
        why: definition.why,
        remedy: definition.remedy,
        docs: ruleDocs(id),
      })),
  };
}

function siftUnchanged(findings: readonly Finding[], changed: ReadonlySet<string>) {
  const touches = (finding: Finding) => finding.locations.some(({ path }) => changed.has(path));
  return {
    kept: findings.filter(touches),
    suppressed: findings.filter((finding) => !touches(finding)).map((finding) => ({ finding, by: 'since' as const })),
  };
}

/** The areas of which a rule ran on something. */
function areasLookedAt(project: Project, { rules, settings }: AuditRequest): ReadonlySet<Area> {
  const areas = new Set<Area>();
  for (const rule of rules)
    if (!areas.has(rule.area) && hasSubject(rule, project) && settings.mayReport(rule)) areas.add(rule.area);
  return areas;
}
