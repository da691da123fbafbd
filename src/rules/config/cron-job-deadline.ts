import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A run that comes late is better than none for most jobs; only who knows the job can say from when on it is not.',
  summary: 'A CronJob that may start at any time after its hour',
  why: 'After an outage of the cluster, or while it is suspended, a missed run starts whenever it can be: the night job at noon.',
  remedy: 'Set startingDeadlineSeconds to how late a run may start; not below 10, which is how often Kubernetes looks.',
  peers: ['kube-score:cronjob-has-deadline'],
  check({ workload }, { report }) {
    if (workload.kind !== 'CronJob') return;
    const spec = at(workload.object.node, 'spec');
    if (!at(spec, 'schedule') || entryOf(spec, 'startingDeadlineSeconds')) return;
    report({ at: workload.place, message: `${titleOf(workload)} has no startingDeadlineSeconds.` });
  },
});
