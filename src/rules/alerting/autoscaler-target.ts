import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { scaleTargetOf } from '../../kubernetes/relations.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, textAt, type YamlNode } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsBeside, workloadsNamed } from '../../project/workload-index.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'An autoscaler for something that is not there',
  why: 'It scales nothing, and the workload that was meant keeps its number of replicas.',
  remedy: 'Name the workload by its kind and name.',
  peers: ['kube-score:horizontalpodautoscaler-has-target', 'kube-linter:dangling-horizontalpodautoscaler'],
  check({ object, project }, { report }) {
    const target = object.kind === 'HorizontalPodAutoscaler' ? scaleTargetOf(object) : undefined;
    // A custom kind may have a scale subresource, and be made by an operator: what it scales is not known here.
    if (!target || target.name === '' || isCustom(target.node)) return;
    if (workloadsNamed(project, target.kind, target.name, object).length > 0) return;
    // The workload may be kept in another repository: only where others stand beside it, a wrong name is likely.
    const beside = workloadsBeside(project, object);
    if (beside.length === 0) return;
    report({
      ...toOnlyWorkload(project, object, target, beside),
      at: target.node,
      also: beside.slice(0, 3).map((workload) => ({ ...workload.place, note: `${titleOf(workload)} is there` })),
      message: `The autoscaler scales ${titleOf(target)}, which no manifest declares.`,
    });
  },
});

function isCustom(target: YamlNode): boolean {
  const [group = ''] = (textAt(target, 'apiVersion') ?? '').split('/');
  return group.includes('.');
}

/** The one workload of that kind beside it. */
function toOnlyWorkload(
  project: Project,
  object: KubernetesObject,
  target: { readonly kind: string; readonly node: YamlNode },
  beside: readonly Workload[],
): { readonly fix?: Fix } {
  const [workload, ...others] = beside.filter(({ kind }) => kind === target.kind);
  const name = at(target.node, 'name');
  if (workload === undefined || others.length > 0 || name === undefined) return {};
  const fix = manifestFix(`Scale ${titleOf(workload)}`, replaceIn(project, object, name, workload.name), [
    asks(
      `${titleOf(workload)} is meant.`,
      `Is ${object.name} to scale ${titleOf(workload)}, the one that stands beside it?`,
    ),
  ]);
  return fix ? { fix } : {};
}
