import type { FoundByThreads } from '../audit/audit.ts';
import { collectFindings } from '../audit/run-rules.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { Project } from '../project/project.ts';
import { rules } from '../rules/generated.ts';
import { claimedShare, type ShareRequest } from './audit-share.ts';
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
    const { share, notes } = claimedShare(project, request.dockerfiles, workers.claims);
    const own = collectFindings(project, rules, settings, request.today, { ...share, others: true });
    const answers = await workers.answers();
    const all = [notes, ...answers];
    return {
      collected: [...own, ...answers.flatMap(({ collected }) => collected)],
      excerpts: linesOf(all.flatMap(({ excerpts }) => [...excerpts])),
      finalStages: new Map(all.flatMap(({ finalStages }) => [...finalStages])),
    };
  };
}

/** Findings of several threads may name lines of one file. */
function linesOf(parts: readonly (readonly [string, ReadonlyMap<number, string>])[]): FoundByThreads['excerpts'] {
  const lines = new Map<string, ReadonlyMap<number, string>>();
  for (const [path, part] of parts) {
    const known = lines.get(path);
    lines.set(path, known ? new Map([...known, ...part]) : part);
  }
  return lines;
}
