import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import type { Setting } from '../../kubernetes/workload.ts';
import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn, together } from '../../repairs/manifest-edits.ts';

interface Shared {
  readonly key: string;
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
  check({ workload, project }, { report }) {
    const shared: Shared[] = [
      ...sharedBy(workload.hostPID, 'hostPID', 'processes', processes),
      ...sharedBy(workload.hostIPC, 'hostIPC', 'shared memory', memory),
      ...sharedBy(workload.hostNetwork, 'hostNetwork', 'network', network),
    ];
    const [first, ...others] = shared;
    if (first === undefined) return;
    const onlyNetwork = first.what === 'network';
    const whats = enumerate(shared.map(({ what }) => what));
    const takesPort = workload.allContainers.some(({ ports }) => ports.some(({ hostPort }) => hostPort));
    // With ports of the node it goes on taking them by itself; a DaemonSet is there for its node.
    const fix =
      workload.kind === 'DaemonSet' ||
      (takesPort && shared.some(({ key }) => key === 'hostNetwork')) ||
      shared.some(({ node }) => hasReason(project, node))
        ? undefined
        : manifestFix(
            `Give the pod its own ${whats}`,
            together(shared.map(({ key }) => removeIn(project, workload.object, workload.podSpec, key))),
            [
              asks(
                `The program does not need the ${whats} of the node.`,
                onlyNetwork
                  ? 'Does anything reach the program by the address of its node, or it something that listens on the node only?'
                  : `Does the program look at or signal the ${whats} of the node?`,
              ),
            ],
          );
    report({
      at: first.node,
      also: others.map(({ node, what }) => ({ ...node, note: `the node's ${what} too` })),
      message: `The pod shares the node's ${whats}.`,
      severity: workload.kind === 'DaemonSet' ? 'note' : onlyNetwork ? 'warning' : 'error',
      peers: shared.flatMap(({ peers }) => peers),
      ...(fix && { fix }),
    });
  },
});

function sharedBy(setting: Setting<boolean>, key: string, what: string, peers: readonly PeerId[]): Shared[] {
  return setting.value === true && setting.node ? [{ key, what, node: setting.node, peers }] : [];
}
