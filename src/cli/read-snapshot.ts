import { UserError } from '../core/errors.ts';
import { openCluster } from '../kubernetes/cluster-client.ts';
import type { ClusterSnapshot } from '../kubernetes/cluster-snapshot.ts';
import { readCluster } from '../kubernetes/read-cluster.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { Progress } from './progress.ts';

/**
 * What the cluster holds that the flags name.
 * @throws UserError where it cannot be reached or read
 */
export async function snapshotFrom(
  parsed: ParsedArguments,
  namespaces: readonly string[],
  terminal: Terminal,
  progress: Progress,
): Promise<ClusterSnapshot> {
  const cluster = await openCluster({
    kubeconfig: parsed.value('kubeconfig'),
    context: parsed.value('context'),
    environment: terminal.environment,
    cwd: terminal.cwd,
  });
  try {
    return await readCluster(cluster, { namespaces, system: parsed.has('all-namespaces'), onProgress: progress.step });
  } finally {
    cluster.close();
  }
}

/**
 * As Kubernetes allows them: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 * @throws UserError where one is no name, or all are asked for, too
 */
export function namespacesFrom(parsed: ParsedArguments): readonly string[] {
  const namespaces = parsed.values('namespace');
  const wrong = namespaces.find((name) => !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new UserError(`«${wrong}» is no name of a namespace`);
  if (namespaces.length > 0 && parsed.has('all-namespaces'))
    throw new UserError('--namespace and --all-namespaces exclude each other');
  return namespaces;
}
