import type { Fix } from '../../core/fix.ts';
import { readSelector, selects } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entriesAt, entryOf, itemsAt, type YamlMap } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A spread constraint that counts no pods',
  why: 'Pods are spread by how many of the chosen ones stand where: with a selector that chooses none of them, the constraint does nothing, and the default of the scheduler is switched off as well.',
  remedy: 'Give the constraint a labelSelector with the labels of the pods.',
  peers: ['kube-score:pod-topology-spread-constraints'],
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    for (const constraint of itemsAt(workload.podSpec, 'topologySpreadConstraints')) {
      const refused = ['maxSkew', 'minDomains']
        .map((key) => entryOf(constraint, key))
        .find((entry) => entry?.value.kind === 'scalar' && /^(?:0|-\d+)$/.test(entry.value.text));
      if (refused) {
        report({
          at: { path: refused.key.path, range: refused.range },
          severity: 'error',
          message: `${refused.key.text} of a spread constraint of ${titleOf(workload)} is not greater than zero, and the API server refuses the object.`,
          remedy: 'Write 1 or more; without minDomains any number of domains will do.',
        });
        continue;
      }
      const selector = entryOf(constraint, 'labelSelector');
      if (constraint.kind !== 'map' || itemsAt(constraint, 'matchLabelKeys').length > 0) continue;
      const chosen = readSelector(selector?.value);
      if (chosen && selects(chosen, workload.podLabels)) continue;
      report({
        at: selector ? { path: selector.key.path, range: selector.range } : constraint,
        message: `A spread constraint of ${titleOf(workload)} ${selector ? 'chooses other pods than its own' : 'has no labelSelector'}.`,
        ...withLabels(project, workload, constraint),
        ...(selector && { peers: [] }),
      });
    }
  },
});

function withLabels(project: Project, workload: Workload, constraint: YamlMap): { readonly fix?: Fix } {
  const labels = Object.fromEntries(
    entriesAt(workload.object.node, 'spec', 'selector', 'matchLabels').flatMap(({ key, value }) =>
      value.kind === 'scalar' && !value.derived ? [[key.text, value.text]] : [],
    ),
  );
  const isMissing = at(constraint, 'labelSelector') === undefined;
  if (!isMissing || Object.keys(labels).length === 0) return {};
  const edits = setIn(project, workload.object, constraint, { labelSelector: { matchLabels: labels } });
  const mayWait = entriesAt(constraint).some(
    ({ key, value }) => key.text === 'whenUnsatisfiable' && value.kind === 'scalar' && value.text === 'DoNotSchedule',
  );
  const fix = manifestFix('Count the pods of the workload', edits, [
    mayWait
      ? asks(
          'There are enough nodes or zones for the pods to be spread.',
          'The constraint comes into force now, with DoNotSchedule: are there as many nodes or zones with room as it asks for?',
        )
      : holds('With ScheduleAnyway a pod starts wherever there is room.'),
  ]);
  return fix ? { fix } : {};
}
