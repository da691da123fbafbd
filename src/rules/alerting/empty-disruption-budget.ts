import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A disruption budget without a number',
  why: 'With neither minAvailable nor maxUnavailable no pod may be away: draining a node hangs.',
  remedy: 'Say how many may be away with maxUnavailable: 1.',
  peers: ['kube-score:poddisruptionbudget-has-policy'],
  check({ object, project }, { report }) {
    if (object.kind !== 'PodDisruptionBudget') return;
    const spec = at(object.node, 'spec');
    if (spec?.kind !== 'map' || entryOf(spec, 'minAvailable') || entryOf(spec, 'maxUnavailable')) return;
    // A patch of Kustomize leaves out what the base says.
    if (!at(spec, 'selector')) return;
    const fix = manifestFix('Allow one pod to be away', setIn(project, object, spec, { maxUnavailable: 1 }, 'first'), [
      asks(
        'One pod may be away while a node is drained.',
        'Does the program go on with one pod less, or may it be away for the time that a pod needs to start elsewhere?',
      ),
    ]);
    report({
      at: object.place,
      message: `${titleOf(object)} says neither how many pods must be there nor how many may be away.`,
      ...(fix && { fix }),
    });
  },
});
