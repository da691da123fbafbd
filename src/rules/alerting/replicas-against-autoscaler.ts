import { titleOf } from '../../kubernetes/whole-workload.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A number of replicas beside an autoscaler',
  why: 'Every time the manifest is applied the workload is set back to that number, in the middle of a rush too.',
  remedy: 'Drop replicas from the manifest, and leave the number to the autoscaler.',
  peers: ['kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured'],
  check({ workload, project }, { report }) {
    const { replicasNode } = workload;
    if (replicasNode === undefined) return;
    const [autoscaler] = autoscalersByTarget(project, workload);
    if (autoscaler === undefined) return;
    report({
      at: replicasNode,
      also: [{ ...autoscaler.place, note: `${titleOf(autoscaler)} sets the number` }],
      message: `${titleOf(workload)} asks for ${replicasNode.text} replicas, and an autoscaler sets their number too.`,
      ...(workload.kind !== 'Deployment' || autoscaler.kind !== 'HorizontalPodAutoscaler' ? { peers: [] } : {}),
    });
  },
});
