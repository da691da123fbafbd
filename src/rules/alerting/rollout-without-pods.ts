import type { Fix } from '../../core/fix.ts';
import { servicesOf } from '../../kubernetes/relations.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, scalarAt, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A rolling update that may take all pods away at once',
  why: 'As many pods as maxUnavailable says are stopped before new ones are ready: when these are all, nobody answers during each update, and when the new ones never get ready, for good.',
  remedy: 'Set maxUnavailable: 0 with maxSurge: 1, or leave both out, which means a quarter of the pods.',
  peers: [],
  check({ workload, project }, { report }) {
    if (workload.kind !== 'Deployment' || !isWhole(workload)) return;
    const most = scalarAt(workload.object.node, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable');
    if (!most || !takesAll(project, workload, most) || servicesOf(workload, project.objects).length === 0) return;
    report({
      at: most,
      message: `${titleOf(workload)} may be without any pod while it is updated: maxUnavailable is ${most.text}.`,
      ...startFirst(project, workload, most),
    });
  },
});

function takesAll(project: Project, workload: Workload, most: YamlScalar): boolean {
  if (most.text === '100%') return true;
  if (typeof most.value !== 'number' || most.value < 1) return false;
  if (autoscalersByTarget(project, workload).length > 0) return false;
  const hasUnreadableReplicas = workload.replicasNode !== undefined && workload.replicas === undefined;
  const replicas = workload.replicas ?? 1;
  return !hasUnreadableReplicas && replicas > 0 && most.value >= replicas;
}

/** Where new pods may come first. */
function startFirst(project: Project, workload: Workload, most: YamlScalar): { readonly fix?: Fix } {
  const surge = at(workload.object.node, 'spec', 'strategy', 'rollingUpdate', 'maxSurge');
  // With neither no pod could ever be replaced.
  if (surge?.kind === 'scalar' && /^0%?$/.test(surge.text)) return {};
  const fix = manifestFix('Start new pods before old ones are stopped', replaceIn(project, workload.object, most, 0), [
    asks(
      'Two versions may run at the same time, and a node has room for one pod more.',
      `May an old and a new pod of ${workload.name} run side by side for a moment: no lock, no volume that only one may have?`,
    ),
  ]);
  return fix ? { fix } : {};
}
