import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Container } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Most programs and images read their secrets from variables only, and need to be changed before a file is of use.',
  summary: 'Secret given to a program as a variable',
  why: 'Variables are inherited by every process that the program starts, printed by crash reports and debug pages, and stay as they were when the Secret changes.',
  remedy: 'Mount the Secret as a file, where the program can read one (NAME_FILE, a path in its configuration).',
  peers: ['kube-linter:read-secret-from-env-var', 'checkov:CKV_K8S_35'],
  check({ workload }, { report }) {
    for (const container of workload.allContainers) {
      const found = usesOf(container);
      const [first, ...others] = found;
      if (!first) continue;
      report({
        at: first.node,
        also: others.slice(0, 8).map(({ node }) => ({ ...node, note: 'this, too' })),
        message: `Container ${container.name} of ${titleOf(workload)} gets ${found.length === 1 ? `${first.what} as a variable` : `${found.length} variables`} from Secrets.`,
        peers: found.some(({ isWhole }) => !isWhole) ? rule.peers : ['checkov:CKV_K8S_35'],
      });
    }
  },
});

function usesOf({ env, envFrom }: Container) {
  return [
    ...env.flatMap(({ node, name, from }) => (from?.kind === 'secret' ? [{ node, what: name, isWhole: false }] : [])),
    ...envFrom.flatMap(({ node, name, kind }) =>
      kind === 'secret' ? [{ node, what: `Secret ${name ?? ''}`, isWhole: true }] : [],
    ),
  ];
}
