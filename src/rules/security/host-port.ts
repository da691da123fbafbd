import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn, together } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container takes a port of its node',
  why: 'Only one such pod fits on a node, and the port is open to everyone who reaches the node, past Services and network policies.',
  remedy: 'Drop hostPort, and let a Service lead to the containerPort.',
  peers: ['polaris:hostPortSet', 'trivy:KSV024', 'checkov:CKV_K8S_26'],
  check({ workload, project }, { report }) {
    // With hostNetwork every containerPort is one of the node, and that has a rule of its own.
    if (workload.hostNetwork.value === true) return;
    const taken = workload.allContainers.flatMap(({ ports }) =>
      ports.flatMap(({ hostPort }) => (hostPort && hostPort.value !== 0 ? hostPort : [])),
    );
    const [first, ...others] = taken;
    if (first === undefined) return;
    const maps = workload.allContainers.flatMap(({ ports }) =>
      ports.flatMap(({ hostPort, node }) => (hostPort && hostPort.value !== 0 && node.kind === 'map' ? [node] : [])),
    );
    const fix =
      workload.kind === 'DaemonSet'
        ? undefined
        : manifestFix(
            'Take no port of the node',
            together(maps.map((map) => removeIn(project, workload.object, map, 'hostPort'))),
            [
              asks(
                'Nothing reaches the pod by a port of its node.',
                'Do clients come by a Service or an Ingress, and none by the address of a node and this port?',
              ),
            ],
          );
    report({
      at: first,
      also: others.map((port) => ({ ...port, note: 'another port of the node' })),
      message: `The pod takes port${taken.length > 1 ? 's' : ''} ${taken.map(({ text }) => text).join(', ')} of its node.`,
      ...(workload.kind === 'DaemonSet' && { severity: 'note' }),
      ...(fix && { fix }),
    });
  },
});
