import type { Collected } from '../audit/merge-causes.ts';
import { mergeCauses } from '../audit/merge-causes.ts';
import { applyPeerSettings, type PeerSettings } from '../audit/peer-settings.ts';
import { withoutRepeats } from '../audit/repeats.ts';
import { collectFindings, type Settings } from '../audit/run-rules.ts';
import { siftIgnored } from '../audit/suppress.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Auditor, Inspection } from '../fix/repair-state.ts';
import { type LoadOptions, loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import type { Target } from '../project/target.ts';
import { rules } from '../rules/generated.ts';

/** How the projects are read and audited. */
export interface AuditorRequest {
  readonly target: Target;
  readonly options: LoadOptions;
  readonly settings: Settings;
  readonly peerSettings: PeerSettings;
  readonly honourIgnoreComments: boolean;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Reads and audits for the fix engine as the audit command does for its report. */
export function auditorFor({ target, options, settings, ...request }: AuditorRequest): Auditor {
  const { today } = request;
  return {
    reload: (project, changed) => loadProject(target, { ...options, again: { project, changed } }),
    inspect: (project, dockerfiles) => inspect(project, dockerfiles, settings, today),
    open(project, found) {
      const findings = applyPeerSettings(withoutRepeats(mergeCauses(found)), request.peerSettings).kept;
      return request.honourIgnoreComments ? siftIgnored(project, findings, today).kept : findings;
    },
  };
}

/** What each Dockerfile's rules found is known by how much more there is when the next one is asked for. */
function inspect(project: Project, dockerfiles: readonly Dockerfile[], settings: Settings, today: string): Inspection {
  const byDockerfile = new Map<string, readonly Collected[]>();
  const collected: Collected[] = [];
  let at = 0;
  let from = 0;
  const next = () => {
    const done = dockerfiles[at - 1];
    if (done) byDockerfile.set(done.path, collected.slice(from));
    from = collected.length;
    return dockerfiles[at++];
  };
  collectFindings(project, rules, settings, today, { next, others: true }, collected);
  return { byDockerfile, others: collected.slice(from) };
}
