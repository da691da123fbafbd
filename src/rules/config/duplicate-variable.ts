import type { EnvVariable } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A variable is given twice',
  why: 'Only the last one counts, which a reader of the first does not see; applied again, Kubernetes may mix the two up.',
  remedy: 'Drop the one that is not meant.',
  peers: ['kube-linter:duplicate-env-var', 'kube-score:environment-variable-key-duplication'],
  check({ workload }, { report }) {
    for (const { name, env } of workload.allContainers) {
      const seen = new Map<string, EnvVariable>();
      for (const variable of env) {
        const first = seen.get(variable.name);
        if (first && variable.name !== '')
          report({
            at: variable.nameNode ?? variable.node,
            also: [{ ...(first.nameNode ?? first.node), note: 'has no effect' }],
            message: `Container ${name} is given ${variable.name} twice.`,
          });
        seen.set(variable.name, variable);
      }
    }
  },
});
