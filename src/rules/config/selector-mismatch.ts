import type { Fix } from '../../core/fix.ts';
import { type LabelSelector, readSelector, selectorOf, selects } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

const kinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const ownPeers = {
  Deployment: 'kube-score:deployment-pod-selector-labels-match-template-metadata-labels',
  StatefulSet: 'kube-score:statefulset-pod-selector-labels-match-template-metadata-labels',
} as const;

export const rule = workloadRule({
  severity: 'error',
  summary: 'A selector that does not choose its own pods',
  why: 'Kubernetes refuses the object.',
  remedy: 'Give the pod template the labels that the selector asks for.',
  peers: ['kube-linter:mismatching-selector', ...Object.values(ownPeers)],
  check({ workload, project }, { report }) {
    if (!kinds.has(workload.kind) || !isWhole(workload)) return;
    const node = at(workload.object.node, 'spec', 'selector');
    const selector = readSelector(node);
    if (!node || !selector || selects(selector, workload.podLabels)) return;
    const labels = entryOf(at(workload.template, 'metadata'), 'labels');
    report({
      ...withLabels(project, workload, selector),
      at: node,
      also: labels ? [{ path: labels.key.path, range: labels.range, note: 'the labels of the pods' }] : [],
      message: `The selector of ${titleOf(workload)} does not choose the pods that it makes.`,
      peers: [
        'kube-linter:mismatching-selector',
        ...(workload.kind === 'Deployment' || workload.kind === 'StatefulSet' ? [ownPeers[workload.kind]] : []),
      ],
    });
  },
});

/** The pods with the labels that the selector asks for. */
function withLabels(
  project: Project,
  workload: Workload,
  { matchLabels, matchExpressions }: LabelSelector,
): { readonly fix?: Fix } {
  const wanted = [...matchLabels].filter(([key, value]) => workload.podLabels.get(key) !== value);
  if (matchExpressions.length > 0 || wanted.length === 0) return {};
  const replaced = wanted.filter(([key]) => workload.podLabels.has(key));
  // What chooses the pods by the label that they have would lose them.
  const isUsed = replaced.some(([key]) =>
    project.objects.some(
      (object) =>
        object !== workload.object && selectorOf(object)?.matchLabels.get(key) === workload.podLabels.get(key),
    ),
  );
  if (isUsed) return {};
  const edits = setIn(project, workload.object, workload.template, {
    metadata: { labels: Object.fromEntries(wanted) },
  });
  const fix = manifestFix('Give the pods the labels that the selector asks for', edits, [
    replaced.length === 0
      ? holds('Kubernetes refuses the object as it is; the pods keep the labels that they have.')
      : asks(
          'The selector is right, and the label of the pods is not.',
          `Is ${replaced.map(([key, value]) => `${key}: ${value}`).join(', ')} meant, and not ${replaced.map(([key]) => workload.podLabels.get(key)).join(', ')}?`,
        ),
  ]);
  return fix ? { fix } : {};
}
