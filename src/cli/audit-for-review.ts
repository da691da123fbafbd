import { type AuditRequest, audit } from '../audit/audit.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { Report } from '../core/report.ts';
import type { Configuration } from '../project/configuration.ts';
import type { Project } from '../project/project.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { askedRules } from './rule-selection.ts';

/** All that rules find in a project as it is now: without a baseline, and whatever changed when. */
export function auditForReview(
  project: Project,
  request: Pick<AuditRequest, 'rules' | 'peerSettings' | 'today' | 'target'> & {
    readonly configuration: Configuration;
  },
  parsed: ParsedArguments,
  { version }: Terminal,
): Report {
  const { configuration, ...asked } = request;
  return audit(project, {
    ...asked,
    settings: settingsFrom(configuration, askedRules(parsed)),
    honourIgnoreComments: true,
    baseline: undefined,
    changedPaths: undefined,
    version,
    clock: () => process.uptime(),
    startedAt: 0,
  });
}
