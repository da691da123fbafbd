import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn } from '../../repairs/manifest-edits.ts';

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
    if (autoscaler === undefined || (isOff(replicasNode) && autoscaler.kind === 'HorizontalPodAutoscaler')) return;
    const spec = at(workload.object.node, 'spec');
    const fix =
      spec?.kind === 'map'
        ? manifestFix('Leave the number to the autoscaler', removeIn(project, workload.object, spec, 'replicas'), [
            asks(
              'Nothing falls to one replica when the field goes.',
              `Is ${workload.name} applied with --server-side, or by Argo CD or Flux? A plain kubectl apply that drops the field sets one replica until the autoscaler acts; kubectl apply edit-last-applied avoids it.`,
            ),
          ])
        : undefined;
    report({
      ...(fix && { fix }),
      at: replicasNode,
      also: [{ ...autoscaler.place, note: `${titleOf(autoscaler)} sets the number` }],
      message: `${titleOf(workload)} asks for ${replicasNode.text} ${replicasNode.text === '1' ? 'replica' : 'replicas'}, and an autoscaler sets their number too.`,
      ...(workload.kind !== 'Deployment' || autoscaler.kind !== 'HorizontalPodAutoscaler' ? { peers: [] } : {}),
    });
  },
});

/**
 * With no replicas the autoscaler does nothing, and somebody switches the workload on: without the field it would start.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation
 */
function isOff(replicas: YamlScalar): boolean {
  return replicas.value === 0;
}
