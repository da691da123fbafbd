import type { PeerId } from '../../core/finding.ts';
import { isWhole } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

const user = ['kube-score:container-security-context-user-group-id', 'trivy:KSV020', 'checkov:CKV_K8S_40'] as const;
const group = ['kube-score:container-security-context-user-group-id', 'trivy:KSV021'] as const;

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Most images have a user below 10000 who owns their files, so that another number needs another image; a number above it matters only where a container is left.',
  summary: 'A user or group that the node may have, too',
  why: 'Numbers are all that the kernel knows: user 1000 of a container that is left is user 1000 of the node.',
  remedy: 'Run as a user and a group of 10000 or above, which no node has, and give that user the files of the image.',
  peers: [...new Set<PeerId>([...user, ...group])],
  check({ workload }, { report }) {
    // With user namespaces the numbers of a pod are others on the node.
    if (workload.windows || workload.hostUsers.value === false || !isWhole(workload)) return;
    for (const { name, security, place } of workload.allContainers) {
      const { runAsUser, runAsGroup } = security;
      const lowUser = (runAsUser.value ?? 0) < 10000;
      const lowGroup = (runAsGroup.value ?? 0) < 10000;
      if (!lowUser && !lowGroup) continue;
      const node = lowUser ? runAsUser.node : runAsGroup.node;
      report({
        at: node ?? place,
        message: `Container ${name} ${runsAs(lowUser ? runAsUser.value : undefined, lowGroup ? runAsGroup.value : undefined)}.`,
        peers: [...new Set<PeerId>([...(lowUser ? user : []), ...(lowGroup ? group : [])])],
      });
    }
  },
});

function runsAs(user: number | undefined, group: number | undefined): string {
  const numbers = [user === undefined ? [] : `user ${user}`, group === undefined ? [] : `group ${group}`].flat();
  return numbers.length === 0 ? 'names neither a user nor a group above 10000' : `runs as ${numbers.join(' and ')}`;
}
