import type { FoundByThreads } from '../audit/audit.ts';
import { collectFindings } from '../audit/run-rules.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { Project } from '../project/project.ts';
import { rules } from '../rules/generated.ts';
import { type ShareRequest, sharedDockerfiles } from './audit-share.ts';
import { startWorkers } from './audit-workers.ts';

/**
 * Starts the threads, and gives what runs the rules on the main thread's share and puts all together. The threads begin
 * while the main one still reads.
 */
export function auditInThreads(
  request: Omit<ShareRequest, 'claims' | 'member'>,
): (project: Project) => Promise<FoundByThreads> {
  const workers = startWorkers(request);
  const settings = settingsFrom(request.configuration, request.selection);
  return async (project) => {
    const next = sharedDockerfiles(project, request.dockerfiles, workers.claims);
    const own = collectFindings(project, rules, settings, request.today, { next, others: true });
    const answers = await workers.answers();
    return {
      collected: [...own, ...answers.flatMap(({ collected }) => collected)],
      excerpts: new Map(answers.flatMap(({ excerpts }) => [...excerpts])),
      finalStages: new Map(answers.flatMap(({ finalStages }) => [...finalStages])),
    };
  };
}
