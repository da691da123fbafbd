import type { Fix } from '../../core/fix.ts';
import { disruptionBudgetsOf, servicesOf } from '../../kubernetes/relations.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at } from '../../kubernetes/yaml-node.ts';
import { aloneBecause } from '../../project/alone-because.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import { hasReason } from '../../project/has-reason.ts';
import { directoryOf } from '../../project/link-builds.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { budgetFor } from '../../repairs/disruption-budget.ts';
import { type AddedObject, asks, manifestFix, setIn, together } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A served Deployment has one replica and no autoscaler',
  why: 'Whenever its node fails or is drained, and whenever the pod restarts, nobody answers; and more traffic finds no more pods.',
  remedy: 'Run two replicas or more, or add a HorizontalPodAutoscaler with minReplicas of two or more.',
  peers: ['kube-score:deployment-replicas', 'polaris:deploymentMissingReplicas', 'kube-linter:minimum-three-replicas'],
  check({ workload, project }, { report }) {
    const { kind, replicas, replicasNode } = workload;
    if (kind !== 'Deployment' || (replicas ?? 1) !== 1 || (replicasNode && replicas === undefined)) return;
    if (!isWhole(workload) || holdsOwnData(workload.volumes.map((volume) => volume.kind))) return;
    if (autoscalersByTarget(project, workload).length > 0) return;
    // Of several examples in one project the one beside it is meant.
    const services = servicesOf(workload, project.objects);
    const service = services.find(({ path }) => directoryOf(path) === directoryOf(workload.object.path)) ?? services[0];
    if (service === undefined) return;
    report({
      ...(isExplained(project, workload) ? {} : secondReplica(project, workload)),
      at: replicasNode ?? workload.place,
      also: [{ ...service.place, note: `Service ${service.name} leads to it` }],
      message: `${titleOf(workload)} has one replica${replicasNode ? '' : ', because none are asked for'}.`,
    });
  },
});

/** A comment speaks of the replicas, where they are or why none are asked for. */
function isExplained(project: Project, { object, replicasNode }: Workload): boolean {
  if (replicasNode && hasReason(project, replicasNode)) return true;
  const { start, end } = object.range;
  const text = project.artifacts.get(object.path)?.text.slice(start, end) ?? '';
  return object.origin.kind === 'file' && text.split('\n').some(speaksOfReplicas);
}

/** `# replicas: 3` is a setting that is switched off, and no reason. */
function speaksOfReplicas(line: string): boolean {
  const comment = /^#+[ \t]*(.*)/.exec(line.trim())?.[1] ?? '';
  return /\breplicas\b/i.test(comment) && !/^replicas: *(?:$|["'{$<]|\d+ *(?:$|#))/.test(comment);
}

/** Two replicas, with a budget that keeps one of them there. */
function secondReplica(project: Project, workload: Workload): { readonly fix?: Fix } {
  const spec = at(workload.object.node, 'spec');
  // Two of a store are two stores with half of the data each, and with Recreate two were never to be.
  if (aloneBecause(project, workload) !== undefined) return {};
  const isCovered = disruptionBudgetsOf(workload, project.objects).length > 0;
  const budget: AddedObject | undefined = isCovered ? { edits: [] } : budgetFor(project, workload);
  if (spec?.kind !== 'map' || !budget) return {};
  const replicas = setIn(project, workload.object, spec, { replicas: 2 }, 'first');
  const fix = manifestFix(
    'Run two replicas',
    together([replicas, budget.edits]),
    [
      asks(
        'Two instances may run at the same time.',
        `Can two of ${workload.name} run at once: no sessions in memory, nothing written to a local file, no job that would run twice, no controller that elects no leader?`,
      ),
    ],
    budget.newFiles,
  );
  return fix ? { fix } : {};
}

/** A claim that one pod writes to cannot be shared by a second one. */
function holdsOwnData(kinds: readonly (string | undefined)[]): boolean {
  return kinds.includes('persistentVolumeClaim');
}
