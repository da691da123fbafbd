import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entryOf, scalarAt, type YamlEntry, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsChosenBy } from '../../project/workload-index.ts';
import { asks, fileOf, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

const zero = ['kube-linter:pdb-max-unavailable', 'polaris:pdbDisruptionsIsZero'] as const;
const all = ['kube-linter:pdb-min-available', 'polaris:pdbDisruptionsIsZero'] as const;
const aboveScaling: PeerId = 'polaris:pdbMinAvailableGreaterThanHPAMinReplicas';
const asMany = ['kube-linter:pdb-min-available'] as const;

export const rule = objectRule({
  severity: 'warning',
  summary: 'A disruption budget that allows no disruption',
  why: 'A node with such a pod can never be drained: updates of the cluster hang until somebody deletes the pod by hand.',
  remedy: 'Allow one pod to be away with maxUnavailable: 1, and run at least two.',
  peers: [...new Set([...zero, ...all, ...asMany, aboveScaling])],
  check({ object, project }, { report }) {
    if (object.kind !== 'PodDisruptionBudget') return;
    const most = scalarAt(object.node, 'spec', 'maxUnavailable');
    if (most && /^0%?$/.test(most.text))
      report({
        at: most,
        message: `maxUnavailable ${most.text} allows no pod to be away.`,
        peers: zero,
        ...allowOne(project, object, most),
      });
    const least = scalarAt(object.node, 'spec', 'minAvailable');
    if (least === undefined) return;
    if (Number(/^(\d+)%$/.exec(least.text)?.[1] ?? 0) >= 100) {
      report({
        at: least,
        message: `minAvailable ${least.text} allows no pod to be away.`,
        peers: all,
        ...allowOne(project, object, least),
      });
      return;
    }
    const scaled = scaledBelow(project, object, least);
    if (scaled)
      report({
        at: least,
        also: [{ ...scaled.place, note: 'the smallest number of pods' }],
        message: `minAvailable ${least.text} allows no pod to be away while ${scaled.autoscaler.kind} ${scaled.autoscaler.name} keeps ${scaled.smallest}.`,
        peers: Number(least.text) > scaled.smallest && scaled.isWritten ? [aboveScaling] : [],
        ...allowOne(project, object, least),
      });
    const hindered = hinderedBy(project, object, least);
    if (hindered)
      report({
        at: least,
        also: [{ ...(hindered.workload.replicasNode ?? hindered.workload.place), note: titleOf(hindered.workload) }],
        message: `minAvailable ${least.text} keeps ${hindered.replicas === 1 ? 'the only pod' : `all ${hindered.replicas} pods`} of ${titleOf(hindered.workload)} where they are.`,
        peers: peersOf(least),
        ...allowOne(project, object, least),
      });
  },
});

/** The budget with room for one pod, in the place of what allows none. */
function allowOne(project: Project, object: KubernetesObject, node: YamlScalar): { readonly fix?: Fix } {
  const spec = at(object.node, 'spec');
  const entry = entryOf(spec, 'minAvailable');
  const file = fileOf(project, object, node);
  if (!file) return {};
  const edits =
    entry?.value === node
      ? [{ path: file.path, range: entry.range, replacement: `${keyText(file.text, entry)}: 1` }]
      : replaceIn(project, object, node, 1);
  const fix = manifestFix('Allow one pod to be away', edits, [
    asks(
      'One pod may be away while a node is drained.',
      'Does the program go on with one pod less, or may it be away for the time that a pod needs to start elsewhere?',
    ),
  ]);
  return fix ? { fix } : {};
}

function keyText(text: string, { key }: YamlEntry): string {
  return text.slice(key.range.start, key.range.end).replace('minAvailable', 'maxUnavailable');
}

function peersOf(least: YamlScalar): readonly PeerId[] {
  return /^\d+$/.test(least.text) ? asMany : [];
}

/** An autoscaler that goes down to no more pods than must be there. */
function scaledBelow(project: Project, object: KubernetesObject, least: YamlScalar) {
  if (!/^[1-9]\d*$/.test(least.text)) return undefined;
  const [workload, ...others] = workloadsChosenBy(project, object);
  if (workload === undefined || others.length > 0 || !isCounted(workload)) return undefined;
  const autoscaler = autoscalersByTarget(project, workload).find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  if (!autoscaler) return undefined;
  const written = scalarAt(autoscaler.node, 'spec', 'minReplicas');
  const smallest = typeof written?.value === 'number' ? written.value : 1;
  if (smallest === 0 || smallest > Number(least.text)) return undefined;
  return { autoscaler, smallest, place: written ?? autoscaler.place, isWritten: written !== undefined };
}

/** A workload that has no more pods than must be there, when its number is known. */
function hinderedBy(project: Project, object: KubernetesObject, least: YamlScalar) {
  if (!/^[1-9]\d*$/.test(least.text)) return undefined;
  const [workload, ...others] = workloadsChosenBy(project, object);
  if (workload === undefined || others.length > 0 || !isCounted(workload)) return undefined;
  if (autoscalersByTarget(project, workload).length > 0) return undefined;
  const replicas = workload.replicas ?? 1;
  return replicas > 0 && replicas <= Number(least.text) ? { workload, replicas } : undefined;
}

function isCounted(workload: Workload): boolean {
  return (workload.kind === 'Deployment' || workload.kind === 'StatefulSet') && isWhole(workload);
}
