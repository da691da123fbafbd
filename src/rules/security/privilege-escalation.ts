import { workloadRule } from '../../project/rule.ts';

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
  check({ workload }, { report }) {
    for (const { name, security } of workload.allContainers) {
      const { allowPrivilegeEscalation: allowed, privileged, addedCapabilities } = security;
      if (allowed.value !== true || !allowed.node) continue;
      // Both imply it, and have rules of their own.
      if (privileged.value === true || addedCapabilities.some(({ text }) => /^(?:CAP_)?SYS_ADMIN$/i.test(text)))
        continue;
      report({ at: allowed.node, message: `Container ${name} allows privilege escalation.` });
    }
  },
});
