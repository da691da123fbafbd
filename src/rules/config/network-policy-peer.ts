import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { readSelector, sameNamespace, selects } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf, itemsAt, type YamlEntry } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { hasOperatedBeside, workloadsBeside } from '../../project/workload-index.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'A NetworkPolicy that allows pods which nobody is',
  why: 'The program that was to be let through is shut out, or the rule is left from one that is gone.',
  remedy: 'Write the labels of the pods that are meant, with a namespaceSelector where they live in another namespace.',
  peers: ['kube-linter:dangling-networkpolicypeer-podselector'],
  check({ object, project }, { report }) {
    if (object.kind !== 'NetworkPolicy' || object.group !== 'networking.k8s.io') return;
    const beside = workloadsBeside(project, object);
    // Where one workload stands alone, the others are kept elsewhere.
    if (beside.length < 2 || hasOperatedBeside(project, object)) return;
    const isSomebody = ({ value }: YamlEntry) => {
      const chosen = readSelector(value);
      if (!chosen || (chosen.matchLabels.size === 0 && chosen.matchExpressions.length === 0)) return true;
      return project.workloads.some((each) => sameNamespace(each, object) && selects(chosen, each.podLabels));
    };
    for (const { selectors, verb } of peersOf(object)) {
      // Of several that may be there, one that is not is no fault.
      const [selector] = selectors;
      if (!selector || selectors.some((each) => each === undefined || isSomebody(each))) continue;
      report({
        at: { path: selector.key.path, range: selector.range },
        also: beside.slice(0, 3).map((each) => ({ ...each.place, note: `${titleOf(each)} has other labels` })),
        message: `${titleOf(object)} allows traffic ${verb} pods that no workload here makes.`,
      });
    }
  },
});

/** The peers of each rule: undefined for one that is not of the policy's own namespace, which a selector of pods alone means. */
function peersOf({ node }: KubernetesObject): readonly {
  readonly selectors: readonly (YamlEntry | undefined)[];
  readonly verb: string;
}[] {
  const of = (direction: string, key: string, verb: string) =>
    itemsAt(node, 'spec', direction).map((rule) => ({
      verb,
      selectors: itemsAt(rule, key).map((peer) =>
        at(peer, 'namespaceSelector') ? undefined : entryOf(peer, 'podSelector'),
      ),
    }));
  return [...of('ingress', 'from', 'from'), ...of('egress', 'to', 'to')];
}
