import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf, textAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { hasOperatedBeside, workloadsBeside, workloadsChosenBy } from '../../project/workload-index.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'A Service that chooses no pods',
  why: 'Connections to it lead nowhere.',
  remedy: 'Write the labels of the pods that are meant.',
  peers: ['kube-score:service-targets-pod', 'kube-linter:dangling-service'],
  check({ object, project }, { report }) {
    if (object.kind !== 'Service' || object.group !== '') return;
    // Of the control plane's pods there are no manifests that are applied.
    if (textAt(object.node, 'spec', 'type') === 'ExternalName' || object.namespace === 'kube-system') return;
    const selector = entryOf(at(object.node, 'spec'), 'selector');
    if (selector?.value.kind !== 'map' || selector.value.entries.length === 0) return;
    if (workloadsChosenBy(project, object).length > 0 || hasOperatedBeside(project, object)) return;
    // The workload may be kept elsewhere: only where others stand beside it, wrong labels are likely.
    const beside = workloadsBeside(project, object);
    if (beside.length === 0) return;
    report({
      at: { path: selector.key.path, range: selector.range },
      also: beside
        .slice(0, 3)
        .map((workload) => ({ ...workload.place, note: `${titleOf(workload)} has other labels` })),
      message: `Service ${object.name} chooses the pods of no workload here.`,
    });
  },
});
