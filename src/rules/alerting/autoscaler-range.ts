import { numberAt, scalarAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'An autoscaler with nothing to choose from',
  why: 'With the same smallest and largest number of replicas nothing is ever scaled, however much traffic comes.',
  remedy: 'Set maxReplicas above minReplicas, or drop the autoscaler and write the number as replicas.',
  peers: ['polaris:hpaMaxAvailability'],
  check({ object }, { report }) {
    if (object.kind !== 'HorizontalPodAutoscaler') return;
    const largest = scalarAt(object.node, 'spec', 'maxReplicas');
    if (typeof largest?.value !== 'number') return;
    const least = scalarAt(object.node, 'spec', 'minReplicas');
    const smallest = numberAt(object.node, 'spec', 'minReplicas') ?? 1;
    if (smallest < largest.value) return;
    const isSame = smallest === largest.value;
    report({
      at: largest,
      also: least ? [{ ...least, note: 'the smallest number' }] : [],
      message: isSame
        ? `The autoscaler keeps ${smallest} ${smallest === 1 ? 'replica' : 'replicas'}, whatever happens.`
        : `maxReplicas ${largest.text} is below minReplicas ${smallest}: Kubernetes refuses that.`,
      severity: isSame ? 'warning' : 'error',
      ...(least === undefined && { peers: [] }),
    });
  },
});
