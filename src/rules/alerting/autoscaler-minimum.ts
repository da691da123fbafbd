import type { PeerId } from '../../core/finding.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, numberAt, scalarAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

const always: readonly PeerId[] = [
  'kube-linter:hpa-minimum-three-replicas',
  'kube-score:horizontalpodautoscaler-replicas',
];

export const rule = objectRule({
  severity: 'note',
  summary: 'An autoscaler that goes down to one pod',
  why: 'At quiet times one pod is all there is: when its node fails or is drained nobody answers, and it bears the first of the next peak alone.',
  remedy: 'Set minReplicas to two or more.',
  peers: [...always, 'polaris:hpaMinAvailability'],
  check({ object, project }, { report }) {
    if (object.kind !== 'HorizontalPodAutoscaler') return;
    const spec = at(object.node, 'spec');
    const least = scalarAt(spec, 'minReplicas');
    const most = numberAt(spec, 'maxReplicas');
    // What is scaled to none is meant to be away; one that may never be two is another finding.
    if (spec?.kind !== 'map' || most === undefined || most < 2) return;
    if (least !== undefined && least.value !== 1) return;
    const fix = manifestFix('Keep two pods', setIn(project, object, spec, { minReplicas: 2 }), [
      asks(
        'Two instances may run at the same time, and the cluster has room for both.',
        `Can two pods of ${object.name} run at once at quiet times: no sessions in memory, nothing written to a local file, no job that would run twice?`,
      ),
    ]);
    report({
      at: least ?? object.place,
      message: `${titleOf(object)} goes down to one pod${least ? '' : ', because no minReplicas is set'}.`,
      // Polaris looks at it only where it is written.
      peers: least ? rule.peers : always,
      ...(fix && { fix }),
    });
  },
});
