import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Priorities are of use only where a cluster has classes of its own and everybody uses them.',
  summary: 'A workload whose priority nobody has set',
  why: 'When a cluster is full, pods of higher priority push out those of lower: without a class all are alike, and what matters may wait.',
  remedy:
    'Name a PriorityClass of the cluster; one that never preempts (preemptionPolicy: Never) for what only should start first.',
  peers: ['polaris:priorityClassNotSet', 'kube-linter:priority-class-name'],
  options: {
    accepted: {
      description: 'Classes that workloads may name. Empty: any.',
      default: [],
    },
  },
  check({ workload }, { report, option }) {
    if (!isWhole(workload)) return;
    const accepted = option.list('accepted');
    const name = scalarAt(workload.podSpec, 'priorityClassName');
    if (!name || name.text === '')
      report({
        at: workload.place,
        message: `${titleOf(workload)} names no PriorityClass.`,
        peers: ['polaris:priorityClassNotSet'],
      });
    else if (accepted.length > 0 && !accepted.includes(name.text))
      report({
        at: name,
        message: `${titleOf(workload)} names the PriorityClass ${name.text}, which is not one of those that are accepted.`,
        peers: ['kube-linter:priority-class-name'],
      });
  },
});
