import type { ReportedPlace } from '../../core/rule.ts';
import type { Workload } from '../workload.ts';

/** The controls of the Pod Security Standards; what `restricted` adds to one of `baseline` has a name of its own. */
export type PodSecurityControl =
  | 'hostProcess'
  | 'hostNamespaces'
  | 'privileged'
  | 'capabilities'
  | 'hostPathVolumes'
  | 'hostPorts'
  | 'hostProbesAndHooks'
  | 'appArmor'
  | 'seLinux'
  | 'procMount'
  | 'seccomp'
  | 'sysctls'
  | 'volumeTypes'
  | 'privilegeEscalation'
  | 'runAsNonRoot'
  | 'runAsUser'
  | 'seccompRestricted'
  | 'capabilitiesRestricted';

/** One thing that a standard forbids. */
export interface Violation {
  readonly control: PodSecurityControl;
  readonly place: ReportedPlace;
  /** What is there or missing, without a verb: `hostPID: true`, `no seccompProfile`. */
  readonly what: string;
}

export type Control = (workload: Workload) => readonly Violation[];

export function violation(control: PodSecurityControl, { range, path }: ReportedPlace, what: string): Violation {
  return { control, place: { range, ...(path !== undefined && { path }) }, what };
}

/** How AppArmor was set before Kubernetes 1.30; the container's name follows. */
export const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';
