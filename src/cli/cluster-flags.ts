import type { FlagDefinition } from './command.ts';

/** Which cluster, and what of it: `read-snapshot.ts` reads them. */
export const clusterFlags: readonly FlagDefinition[] = [
  {
    name: 'kubeconfig',
    value: 'FILE',
    group: 'Cluster',
    description: 'Default KUBECONFIG, ~/.kube/config, the pod’s account',
  },
  { name: 'context', value: 'NAME', group: 'Cluster', description: 'Default the current context' },
  {
    name: 'namespace',
    short: 'n',
    value: 'NAME',
    repeatable: true,
    group: 'Cluster',
    description: 'Look at this namespace only; default all but those of the system',
  },
  { name: 'all-namespaces', group: 'Cluster', description: 'Look at those of the system, too' },
];
