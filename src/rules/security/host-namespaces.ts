import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import type { Setting } from '../../kubernetes/workload.ts';
import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

interface Shared {
  readonly what: string;
  readonly node: YamlNode;
  readonly peers: readonly PeerId[];
}

const network = ['kube-linter:host-network', 'polaris:hostNetworkSet', 'trivy:KSV009', 'checkov:CKV_K8S_19'] as const;
const processes = ['kube-linter:host-pid', 'polaris:hostPIDSet', 'trivy:KSV010', 'checkov:CKV_K8S_17'] as const;
const memory = ['kube-linter:host-ipc', 'polaris:hostIPCSet', 'trivy:KSV008', 'checkov:CKV_K8S_18'] as const;

export const rule = workloadRule({
  severity: 'error',
  summary: 'A pod shares namespaces of its node',
  why: 'The program sees the processes, the shared memory or all network traffic of the node, and can reach services meant for the node only.',
  remedy: 'Drop the setting; expose ports with a Service.',
  peers: [...network, ...processes, ...memory],
  check({ workload }, { report }) {
    const shared: Shared[] = [
      ...sharedBy(workload.hostPID, 'processes', processes),
      ...sharedBy(workload.hostIPC, 'shared memory', memory),
      ...sharedBy(workload.hostNetwork, 'network', network),
    ];
    const [first, ...others] = shared;
    if (first === undefined) return;
    const onlyNetwork = first.what === 'network';
    report({
      at: first.node,
      also: others.map(({ node, what }) => ({ ...node, note: `the node's ${what} too` })),
      message: `The pod shares the node's ${enumerate(shared.map(({ what }) => what))}.`,
      severity: workload.kind === 'DaemonSet' ? 'note' : onlyNetwork ? 'warning' : 'error',
      peers: shared.flatMap(({ peers }) => peers),
    });
  },
});

function sharedBy(setting: Setting<boolean>, what: string, peers: readonly PeerId[]): Shared[] {
  return setting.value === true && setting.node ? [{ what, node: setting.node, peers }] : [];
}
