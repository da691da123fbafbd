import type { Assumption } from '../../core/fix.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsChosenBy } from '../../project/workload-index.ts';
import { asks, holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'The default holds a drain up only while pods of the program are broken, and older clusters do not know the field.',
  summary: 'A disruption budget that protects broken pods',
  why: 'A pod that never gets ready counts as one that is away: with the default it may not be evicted, and draining its node hangs.',
  remedy:
    'Set unhealthyPodEvictionPolicy: AlwaysAllow, which Kubernetes recommends; leave it out only where even a broken pod holds data of worth.',
  peers: ['kube-linter:pdb-unhealthy-pod-eviction-policy'],
  check({ object, project }, { report }) {
    if (object.kind !== 'PodDisruptionBudget' || object.apiVersion !== 'policy/v1') return;
    const spec = at(object.node, 'spec');
    if (spec?.kind !== 'map' || entryOf(spec, 'unhealthyPodEvictionPolicy')) return;
    const fix = manifestFix(
      'Let broken pods be evicted',
      setIn(project, object, spec, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
      [serving(workloadsChosenBy(project, object))],
    );
    report({
      at: object.place,
      message: `${titleOf(object)} keeps broken pods on their nodes when all pods are needed.`,
      ...(fix && { fix }),
    });
  },
});

function serving(workloads: readonly Workload[]): Assumption {
  const statement = 'A pod that is not ready serves nobody; evicted, it is started elsewhere.';
  if (workloads.length > 0 && workloads.every(({ kind }) => kind === 'Deployment')) return holds(statement);
  return asks(
    statement,
    'Do its pods copy data before they are ready, so that another one must not go meanwhile? Then the default is right.',
  );
}
