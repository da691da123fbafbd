import type { Collected } from '../audit/merge-causes.ts';
import { mergeCauses } from '../audit/merge-causes.ts';
import { applyPeerSettings, type PeerSettings } from '../audit/peer-settings.ts';
import { withoutRepeats } from '../audit/repeats.ts';
import { collectFindings, type Settings, type Share } from '../audit/run-rules.ts';
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

/** What was found in each Dockerfile stands first, in the order in which they were looked at; the rest is of other things. */
function inspect(project: Project, dockerfiles: readonly Dockerfile[], settings: Settings, today: string): Inspection {
  const byDockerfile = new Map<string, readonly Collected[]>();
  const collected: Collected[] = [];
  const waiting = dockerfiles.values();
  let ofDockerfiles = 0;
  const share: Share = {
    next: () => waiting.next().value,
    others: true,
    done({ path }, found) {
      byDockerfile.set(path, found);
      ofDockerfiles += found.length;
    },
  };
  collectFindings(project, rules, settings, today, share, collected);
  return { byDockerfile, others: collected.slice(ofDockerfiles) };
}
