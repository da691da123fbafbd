import { disruptionBudgetsOf } from '../../kubernetes/relations.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';
import { budgetFor } from '../../repairs/disruption-budget.ts';
import { holds, manifestFix } from '../../repairs/manifest-edits.ts';

const peersByKind = {
  Deployment: ['kube-score:deployment-has-poddisruptionbudget', 'polaris:missingPodDisruptionBudget'],
  StatefulSet: ['kube-score:statefulset-has-poddisruptionbudget'],
} as const;

export const rule = workloadRule({
  severity: 'note',
  summary: 'Several replicas without a disruption budget',
  why: 'When nodes are drained for an update, all replicas may be taken down at the same time.',
  remedy: 'Add a PodDisruptionBudget with maxUnavailable: 1 that chooses the pods.',
  peers: Object.values(peersByKind).flat(),
  check({ workload, project }, { report }) {
    const { kind, replicas, replicasNode } = workload;
    if ((kind !== 'Deployment' && kind !== 'StatefulSet') || replicas === undefined || replicas < 2) return;
    if (!isWhole(workload) || disruptionBudgetsOf(workload, project.objects).length > 0) return;
    const added = budgetFor(project, workload);
    const fix =
      added &&
      manifestFix(
        'Let one pod be away at a time',
        added.edits,
        [holds(`${replicas} pods are asked for, so that one of them may always be away.`)],
        added.newFiles,
      );
    report({
      ...(fix && { fix }),
      at: replicasNode ?? workload.place,
      message: `${titleOf(workload)} has ${replicas} replicas, and no PodDisruptionBudget covers them.`,
      peers: peersByKind[kind],
    });
  },
});
