import type { PeerId } from '../../core/finding.ts';
import { readSelector, selects } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entriesAt, entryOf, itemsAt, type YamlNode } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

const common = ['kube-linter:no-anti-affinity', 'polaris:topologySpreadConstraint'] as const;
const byKind: Readonly<Record<string, readonly PeerId[]>> = {
  Deployment: ['kube-score:deployment-has-host-podantiaffinity'],
  StatefulSet: ['kube-score:statefulset-has-host-podantiaffinity'],
};

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'The scheduler spreads the pods of a workload over nodes and zones by itself, though not strictly; the rule is for those who do not rely on it.',
  summary: 'Replicas that may all stand on one node',
  why: 'When that node fails or is drained, all of them are away at once.',
  remedy:
    'Spread the pods with topologySpreadConstraints over kubernetes.io/hostname and the zones, or with podAntiAffinity.',
  peers: [...common, ...Object.values(byKind).flat()],
  check({ workload, project }, { report }) {
    const { kind, replicas, podSpec, object } = workload;
    if ((kind !== 'Deployment' && kind !== 'StatefulSet') || replicas === undefined || replicas < 2) return;
    if (!isWhole(workload) || itemsAt(podSpec, 'topologySpreadConstraints').length > 0) return;
    const affinity = entryOf(at(podSpec, 'affinity'), 'podAntiAffinity');
    if (affinity) {
      if (keepsApartFromOthers(affinity.value, workload))
        report({
          at: { path: affinity.key.path, range: affinity.key.range },
          message: `podAntiAffinity of ${titleOf(workload)} chooses other pods than its own ${replicas}, which may all stand on one node.`,
          remedy: 'Choose the labels of the workload itself.',
          peers: ['kube-linter:no-anti-affinity', ...(byKind[kind] ?? [])],
        });
      return;
    }
    const labels = Object.fromEntries(
      entriesAt(object.node, 'spec', 'selector', 'matchLabels').flatMap(({ key, value }) =>
        value.kind === 'scalar' && !value.derived ? [[key.text, value.text]] : [],
      ),
    );
    const constraint = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    });
    const fix =
      Object.keys(labels).length === 0
        ? undefined
        : manifestFix(
            'Spread the pods over nodes and zones',
            setIn(project, object, podSpec, {
              topologySpreadConstraints: [
                constraint('kubernetes.io/hostname'),
                constraint('topology.kubernetes.io/zone'),
              ],
            }),
            [holds('With ScheduleAnyway a pod starts wherever there is room.')],
          );
    report({
      at: workload.replicasNode ?? workload.place,
      message: `Nothing keeps the ${replicas} pods of ${titleOf(workload)} from standing on one node.`,
      peers: [...common, ...(byKind[kind] ?? [])],
      ...(fix && { fix }),
    });
  },
});

/** Every term has labels, and the pods of the workload have those of none. */
function keepsApartFromOthers(affinity: YamlNode, { podLabels }: Workload): boolean {
  const terms = [
    ...itemsAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution'),
    ...itemsAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').flatMap(
      (preferred) => at(preferred, 'podAffinityTerm') ?? [],
    ),
  ];
  return (
    terms.length > 0 &&
    terms.every((term) => {
      if (itemsAt(term, 'matchLabelKeys').length > 0) return false;
      const chosen = readSelector(at(term, 'labelSelector'));
      return chosen !== undefined && !selects(chosen, podLabels);
    })
  );
}
