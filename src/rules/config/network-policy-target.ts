import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { hasOperatedBeside, workloadsBeside, workloadsChosenBy } from '../../project/workload-index.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A NetworkPolicy that chooses no pods',
  why: 'The pods that it was written for are open to everybody, and nothing says so.',
  remedy: 'Write the labels of the pods that are meant.',
  peers: ['kube-score:networkpolicy-targets-pod', 'kube-linter:dangling-networkpolicy'],
  check({ object, project }, { report }) {
    if (object.kind !== 'NetworkPolicy' || object.group !== 'networking.k8s.io') return;
    const selector = entryOf(at(object.node, 'spec'), 'podSelector');
    // An empty selector chooses all pods of the namespace, whichever come.
    if (selector?.value.kind !== 'map' || selector.value.entries.length === 0) return;
    if (workloadsChosenBy(project, object).length > 0 || hasOperatedBeside(project, object)) return;
    const beside = workloadsBeside(project, object);
    if (beside.length === 0) return;
    report({
      at: { path: selector.key.path, range: selector.range },
      also: beside
        .slice(0, 3)
        .map((workload) => ({ ...workload.place, note: `${titleOf(workload)} has other labels` })),
      message: `${titleOf(object)} chooses the pods of no workload here.`,
    });
  },
});
