import type { PeerId } from '../../core/finding.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import type { ContainerSecurity } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

const seccomp = ['trivy:KSV104', 'checkov:CKV_K8S_31'] as const;
const proc = ['kube-linter:unsafe-proc-mount', 'polaris:procMount', 'trivy:KSV027'] as const;

export const rule = workloadRule({
  severity: 'warning',
  summary: 'Protection of the runtime is switched off',
  why: 'Without it the program may make system calls and read kernel files that are closed to containers because they were ways out of them.',
  remedy: 'Use RuntimeDefault, or a profile of your own, and the default proc mount.',
  peers: [...new Set([...seccomp, ...proc])],
  check({ workload }, { report }) {
    const reported = new Set<unknown>();
    for (const { name, security } of workload.allContainers) {
      if (security.privileged.value === true) continue;
      for (const { place, says, peers } of switchedOff(security)) {
        if (reported.has(place)) continue;
        reported.add(place);
        report({ at: place, message: `Container ${name} ${says}.`, peers });
      }
    }
  },
});

interface SwitchedOff {
  readonly place: ReportedPlace;
  readonly says: string;
  readonly peers: readonly PeerId[];
}

function switchedOff({ seccompProfile, appArmorProfile, procMount }: ContainerSecurity): SwitchedOff[] {
  const found: SwitchedOff[] = [];
  if (seccompProfile.value === 'Unconfined' && seccompProfile.node)
    found.push({
      place: seccompProfile.node,
      says: 'may make every system call: seccomp is Unconfined',
      peers: seccomp,
    });
  if (appArmorProfile.value === 'Unconfined' && appArmorProfile.node)
    found.push({ place: appArmorProfile.node, says: 'has no AppArmor profile: Unconfined', peers: [] });
  if (procMount.value === 'Unmasked' && procMount.node)
    found.push({ place: procMount.node, says: 'sees all of /proc: procMount is Unmasked', peers: proc });
  return found;
}
