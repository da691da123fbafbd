import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import { givenResources } from '../../project/limit-ranges.ts';
import { missingReport } from '../../project/missing-settings.ts';
import { workloadRule } from '../../project/rule.ts';
import { suggestResources } from '../../repairs/suggest-resources.ts';

const cpuLimit = {
  name: 'CPU limit',
  keys: ['resources', 'limits', 'cpu'],
  peers: ['kube-linter:unset-cpu-requirements', 'polaris:cpuLimitsMissing', 'trivy:KSV011', 'checkov:CKV_K8S_11'],
} as const;

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A CPU limit slows a container down although the node has time to spare; requests already share out the time when it has not.',
  summary: 'A container without a CPU limit',
  why: 'A container without a limit may use all the time that a node has left, which makes its speed vary.',
  remedy: 'Limit the CPU where the same speed every day, or the bill, matters more than speed.',
  peers: cpuLimit.peers,
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    const lacking = runningContainers(workload).filter(
      (container) => !givenResources(project, container).limits.has('cpu'),
    );
    const finding = missingReport(workload, lacking, () => [cpuLimit]);
    if (!finding) return;
    const fix = suggestResources(
      project,
      workload,
      lacking.map((container) => ({ container, missing: [cpuLimit.name] })),
    );
    report({ ...finding, ...(fix && { fix }) });
  },
});
