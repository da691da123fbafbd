import { runsContainers } from '../../bases/nested-runtimes.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container may gain rights',
  why: 'A program with the setuid bit in the image makes root of whoever runs it.',
  remedy: 'Set allowPrivilegeEscalation: false.',
  peers: [
    'kube-linter:privilege-escalation-container',
    'polaris:privilegeEscalationAllowed',
    'trivy:KSV001',
    'checkov:CKV_K8S_20',
  ],
  check({ workload, project }, { report }) {
    for (const { name, security, imageReference } of workload.allContainers) {
      const { allowPrivilegeEscalation: allowed, privileged, addedCapabilities } = security;
      if (allowed.value !== true || !allowed.node) continue;
      // Both imply it, and have rules of their own.
      if (privileged.value === true || addedCapabilities.some(({ text }) => /^(?:CAP_)?SYS_ADMIN$/i.test(text)))
        continue;
      const fix = manifestFix(
        'Allow no privilege escalation',
        runsContainers(imageReference?.text ?? '')
          ? undefined
          : replaceIn(project, workload.object, allowed.node, false),
        [
          asks(
            `Nothing in container ${name} becomes root by a setuid program.`,
            `Does ${name} work without sudo, su, ping or another program with the setuid bit or file capabilities?`,
          ),
        ],
      );
      report({
        at: allowed.node,
        message: `Container ${name} allows privilege escalation.`,
        ...(fix && { fix }),
      });
    }
  },
});
