import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Since Docker 20.10 and containerd 2.0 a container may open such ports without any right, and the official images of web servers use them.',
  summary: 'A container listens on a port below 1024',
  why: 'On runtimes of old such a port takes root or NET_BIND_SERVICE, and nothing is won by it: a Service gives the program any port.',
  remedy: 'Let the program listen above 1023, 8080 for instance, and let the Service keep the port that clients use.',
  peers: ['kube-linter:privileged-ports', 'trivy:KSV117'],
  check({ workload }, { report }) {
    for (const { name, ports } of workload.allContainers) {
      const low = ports.filter(
        ({ containerPort }) => containerPort !== undefined && containerPort > 0 && containerPort < 1024,
      );
      const [first, ...others] = low;
      if (!first) continue;
      report({
        at: first.node,
        also: others.map(({ node }) => ({ ...node, note: 'this, too' })),
        message: `Container ${name} listens on port ${low.map(({ containerPort }) => containerPort).join(', ')}.`,
      });
    }
  },
});
