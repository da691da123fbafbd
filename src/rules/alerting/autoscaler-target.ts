import { scaleTargetOf } from '../../kubernetes/relations.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsBeside, workloadsNamed } from '../../project/workload-index.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'An autoscaler for something that is not there',
  why: 'It scales nothing, and the workload that was meant keeps its number of replicas.',
  remedy: 'Name the workload by its kind and name.',
  peers: ['kube-score:horizontalpodautoscaler-has-target', 'kube-linter:dangling-horizontalpodautoscaler'],
  check({ object, project }, { report }) {
    const target = object.kind === 'HorizontalPodAutoscaler' ? scaleTargetOf(object) : undefined;
    if (!target || target.name === '' || workloadsNamed(project, target.kind, target.name, object).length > 0) return;
    // The workload may be kept in another repository: only where others stand beside it, a wrong name is likely.
    const beside = workloadsBeside(project, object);
    if (beside.length === 0) return;
    report({
      at: target.node,
      also: beside.slice(0, 3).map((workload) => ({ ...workload.place, note: `${titleOf(workload)} is there` })),
      message: `The autoscaler scales ${titleOf(target)}, which no manifest declares.`,
    });
  },
});
