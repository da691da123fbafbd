import { titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A workload that is bound to the namespace default',
  why: 'Rights, quotas and network policies hold for a namespace: where everything lives in one, everything has the same.',
  remedy: 'Name a namespace for the program, or leave it to whoever applies the manifest.',
  peers: ['kube-linter:use-namespace', 'trivy:KSV110', 'checkov:CKV_K8S_21'],
  check({ workload }, { report }) {
    const namespace = scalarAt(workload.object.node, 'metadata', 'namespace');
    if (namespace?.text !== 'default' || namespace.derived) return;
    report({ at: namespace, message: `${titleOf(workload)} goes to the namespace default, wherever it is applied.` });
  },
});
