import { readSelector, selects } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

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
  check({ workload }, { report }) {
    if (!kinds.has(workload.kind) || !isWhole(workload)) return;
    const node = at(workload.object.node, 'spec', 'selector');
    const selector = readSelector(node);
    if (!node || !selector || selects(selector, workload.podLabels)) return;
    const labels = entryOf(at(workload.template, 'metadata'), 'labels');
    report({
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
