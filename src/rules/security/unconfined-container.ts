import { startsContainers } from '../../bases/nested-runtimes.ts';
import type { PeerId } from '../../core/finding.ts';
import type { ContainerSecurity } from '../../kubernetes/workload.ts';
import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

const seccomp = ['trivy:KSV104', 'checkov:CKV_K8S_31'] as const;
const proc = ['kube-linter:unsafe-proc-mount', 'polaris:procMount', 'trivy:KSV027'] as const;

export const rule = workloadRule({
  severity: 'warning',
  summary: 'Protection of the runtime is switched off',
  why: 'Without it the program may make system calls and read kernel files that are closed to containers because they were ways out of them.',
  remedy: 'Use RuntimeDefault, or a profile of your own, and the default proc mount.',
  peers: [...new Set([...seccomp, ...proc])],
  check({ workload, project }, { report }) {
    const reported = new Set<unknown>();
    for (const { name, security, imageReference } of workload.allContainers) {
      if (security.privileged.value === true) continue;
      for (const { place, says, peers, instead } of switchedOff(security)) {
        if (reported.has(place)) continue;
        reported.add(place);
        const fix =
          hasReason(project, place) || startsContainers(imageReference?.text ?? '')
            ? undefined
            : manifestFix(`Use ${instead}`, replaceIn(project, workload.object, place, instead), [
                asks(
                  `Container ${name} works under the protection that container runtimes have by default.`,
                  `Does ${name} work in Docker without --privileged and --security-opt, or what does it call that is closed there?`,
                ),
              ]);
        report({ at: place, message: `Container ${name} ${says}.`, peers, ...(fix && { fix }) });
      }
    }
  },
});

interface SwitchedOff {
  readonly place: YamlNode;
  /** The setting that protects. */
  readonly instead: string;
  readonly says: string;
  readonly peers: readonly PeerId[];
}

function switchedOff({ seccompProfile, appArmorProfile, procMount }: ContainerSecurity): SwitchedOff[] {
  const found: SwitchedOff[] = [];
  if (seccompProfile.value === 'Unconfined' && seccompProfile.node)
    found.push({
      place: seccompProfile.node,
      instead: 'RuntimeDefault',
      says: 'may make every system call: seccomp is Unconfined',
      peers: seccomp,
    });
  if (appArmorProfile.value === 'Unconfined' && appArmorProfile.node)
    found.push({
      place: appArmorProfile.node,
      instead: 'RuntimeDefault',
      says: 'has no AppArmor profile: Unconfined',
      peers: [],
    });
  if (procMount.value === 'Unmasked' && procMount.node)
    found.push({
      place: procMount.node,
      instead: 'Default',
      says: 'sees all of /proc: procMount is Unmasked',
      peers: proc,
    });
  return found;
}
