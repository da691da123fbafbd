import { startsContainers } from '../../bases/nested-runtimes.ts';
import { at, booleanAt, type YamlNode } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

const privileged = [
  'kube-linter:privileged-container',
  'kube-score:container-security-context-privileged',
  'polaris:runAsPrivileged',
  'trivy:KSV017',
  'checkov:CKV_K8S_16',
] as const;
const hostProcess = ['polaris:hostProcess', 'trivy:KSV103'] as const;

export const rule = workloadRule({
  severity: 'error',
  summary: 'A privileged container',
  why: 'It sees all devices and kernel settings of the node: whoever breaks into it has the node, and from there the cluster.',
  remedy: 'Drop privileged, and add the one capability or device plug-in that the program needs.',
  peers: [...privileged, ...hostProcess],
  check({ workload, project }, { report }) {
    // What prepares nodes for networks and volumes runs as a DaemonSet and cannot do without.
    const severity = workload.kind === 'DaemonSet' ? 'note' : 'error';
    for (const { name, role, security, imageReference } of workload.allContainers) {
      if (security.privileged.value === true && security.privileged.node) {
        // What an init container of that kind does, it does to the node: without the right it fails.
        const fix =
          severity === 'error' &&
          role !== 'init' &&
          !hasReason(project, security.privileged.node) &&
          !startsContainers(imageReference?.text ?? '')
            ? manifestFix('Drop privileged', replaceIn(project, workload.object, security.privileged.node, false), [
                asks(
                  `Container ${name} needs no device, mount or kernel setting of the node.`,
                  `Does ${name} work when it can neither mount, nor open devices, nor change settings of the kernel?`,
                ),
              ])
            : undefined;
        report({
          at: security.privileged.node,
          // One that sets a kernel setting and ends is open for a moment only.
          severity: severity === 'error' && role === 'init' ? 'warning' : severity,
          message: `Container ${name} is privileged.`,
          peers: privileged,
          ...(fix && { fix }),
        });
      }
      const host = hostProcessOf(security.node);
      if (host)
        report({ at: host, severity, message: `Container ${name} is a process of the host.`, peers: hostProcess });
    }
    const host = hostProcessOf(workload.securityContext);
    if (host) report({ at: host, severity, message: 'The pod runs as processes of the host.', peers: hostProcess });
  },
});

/** Windows' way of being privileged. */
function hostProcessOf(context: YamlNode | undefined): YamlNode | undefined {
  return booleanAt(context, 'windowsOptions', 'hostProcess') === true
    ? at(context, 'windowsOptions', 'hostProcess')
    : undefined;
}
