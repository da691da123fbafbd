import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'What serves the whole cluster, such as network drivers and metrics-server, belongs there.',
  summary: "A workload in the namespace of the cluster's own",
  why: 'In kube-system policies and quotas are switched off, and whoever may change one program there may change those that run the cluster.',
  remedy: 'Give the program a namespace of its own.',
  peers: ['trivy:KSV037'],
  check({ workload }, { report }) {
    if (workload.namespace !== 'kube-system' || !isWhole(workload)) return;
    // What says that it belongs to the control plane.
    if (['tier', 'component'].some((key) => workload.object.labels.has(key) || workload.podLabels.has(key))) return;
    report({
      at: scalarAt(workload.object.node, 'metadata', 'namespace') ?? workload.place,
      message: `${titleOf(workload)} runs in kube-system.`,
    });
  },
});
