import type { Fix } from '../../core/fix.ts';
import type { Container, EnvVariable } from '../../kubernetes/workload.ts';
import { at } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix, removeItemsIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A variable is given twice',
  why: 'Only the last one counts, which a reader of the first does not see; applied again, Kubernetes may mix the two up.',
  remedy: 'Drop the one that is not meant.',
  peers: ['kube-linter:duplicate-env-var', 'kube-score:environment-variable-key-duplication'],
  check({ workload, project }, { report }) {
    for (const container of workload.allContainers) {
      const { name, env } = container;
      const seen = new Map<string, EnvVariable>();
      for (const variable of env) {
        const first = seen.get(variable.name);
        if (first && variable.name !== '')
          report({
            ...withoutFirst(project, container, first),
            at: variable.nameNode ?? variable.node,
            also: [{ ...(first.nameNode ?? first.node), note: 'has no effect' }],
            message: `Container ${name} is given ${variable.name} twice.`,
          });
        seen.set(variable.name, variable);
      }
    }
  },
});

/** The last one alone. A variable between the two may have been made of the first, and is looked for. */
function withoutFirst(project: Project, container: Container, first: EnvVariable): { readonly fix?: Fix } {
  const isUsed = container.env.some(({ value }) => value?.text.includes(`$(${first.name})`));
  const isOf = at(container.node, 'env');
  if (isUsed || isOf?.kind !== 'sequence' || !isOf.items.includes(first.node)) return {};
  const edits = removeItemsIn(project, container.workload.object, container.node, ['env'], [first.node]);
  const fix = manifestFix(`Drop the ${first.name} that has no effect`, edits, [
    holds('Kubernetes gives the program the last of the two, and no other variable is made of the first.'),
  ]);
  return fix ? { fix } : {};
}
