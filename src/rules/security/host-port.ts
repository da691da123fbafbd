import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container takes a port of its node',
  why: 'Only one such pod fits on a node, and the port is open to everyone who reaches the node, past Services and network policies.',
  remedy: 'Drop hostPort, and let a Service lead to the containerPort.',
  peers: ['polaris:hostPortSet', 'trivy:KSV024', 'checkov:CKV_K8S_26'],
  check({ workload }, { report }) {
    // With hostNetwork every containerPort is one of the node, and that has a rule of its own.
    if (workload.hostNetwork.value === true) return;
    const taken = workload.allContainers.flatMap(({ ports }) =>
      ports.flatMap(({ hostPort }) => (hostPort && hostPort.value !== 0 ? hostPort : [])),
    );
    const [first, ...others] = taken;
    if (first === undefined) return;
    report({
      at: first,
      also: others.map((port) => ({ ...port, note: 'another port of the node' })),
      message: `The pod takes port ${taken.map(({ text }) => text).join(', ')} of its node.`,
      ...(workload.kind === 'DaemonSet' && { severity: 'note' }),
    });
  },
});
