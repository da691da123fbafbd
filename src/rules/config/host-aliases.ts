import { titleOf } from '../../kubernetes/whole-workload.ts';
import { entryOf, itemsAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'It is how a test or a move of names is done where DNS cannot be changed, and rarely left by mistake.',
  summary: 'A pod with names of its own for addresses',
  why: 'The names go past DNS: when the address changes, this pod alone goes on with the old one, and whoever writes the manifest says who a name is.',
  remedy: 'Let DNS tell the address, or a Service of type ExternalName or without a selector.',
  peers: ['trivy:KSV007'],
  check({ workload }, { report }) {
    const entry = entryOf(workload.podSpec, 'hostAliases');
    if (!entry || itemsAt(workload.podSpec, 'hostAliases').length === 0) return;
    report({ at: entry.key, message: `${titleOf(workload)} writes names into /etc/hosts of its pods.` });
  },
});
