import { servicesOf } from '../../kubernetes/relations.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { numberAt, scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'Several replicas that are all stopped for an update',
  why: 'With Recreate no pod answers from the end of the last old one until the first new one is ready, at each update.',
  remedy:
    'Leave strategy out, which means RollingUpdate; or keep Recreate where two versions must not run together, and run one replica.',
  peers: ['kube-linter:no-rolling-update-strategy', 'kube-score:deployment-strategy'],
  check({ workload, project }, { report }) {
    if (workload.kind !== 'Deployment') return;
    const type = scalarAt(workload.object.node, 'spec', 'strategy', 'type');
    const replicas = numberAt(workload.object.node, 'spec', 'replicas') ?? 1;
    if (type?.text !== 'Recreate' || replicas < 2) return;
    report({
      at: type,
      message: `${titleOf(workload)} stops its ${replicas} pods before it starts new ones.`,
      // kube-score looks only at what a Service leads to.
      ...(servicesOf(workload, project.objects).length === 0 && { peers: ['kube-linter:no-rolling-update-strategy'] }),
    });
  },
});
