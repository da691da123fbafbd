import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { PruneRoots } from '../core/registry-prune.ts';
import { openCluster } from '../kubernetes/cluster-client.ts';
import { ClusterError } from '../kubernetes/cluster-error.ts';
import type { ResourceType } from '../kubernetes/cluster-object.ts';
import { readClusterMentions } from '../maintain/prune-registry/cluster-mentions.ts';
import type { MentionCollector } from '../maintain/prune-registry/mentions.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { Progress } from './progress.ts';

/**
 * Collects what one cluster runs or could go back to; undefined: that of the current context.
 * @throws UserError where not all of it can be read
 */
export async function readClusterRoots(
  context: string | undefined,
  collector: MentionCollector,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<PruneRoots> {
  const access = { environment: terminal.environment, cwd: terminal.cwd };
  const cluster = await openCluster({ ...access, kubeconfig: parsed.value('kubeconfig'), context });
  try {
    const more = parsed.values('resource').map(resourceFrom);
    return await readClusterMentions(
      cluster,
      { helm: !parsed.has('no-helm-releases'), more, onProgress: progress.step },
      collector,
    );
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    throw new UserError(`${error.message}; nothing was deleted, as what is not known may need any image`, {
      where: error.where ?? cluster.server,
      ...(error.remedy !== undefined && { remedy: error.remedy }),
      exitCode: error.exitCode,
      cause: error,
    });
  } finally {
    cluster.close();
  }
}

/** @throws UserError for what names no kind */
export function resourceFrom(text: string): ResourceType {
  const [, apiVersion, resource] = /^((?:[a-z0-9.-]+\/)?v[a-z0-9]+)\/([a-z0-9]+)$/.exec(text) ?? [];
  if (apiVersion === undefined || resource === undefined)
    throw new UserError(
      `--resource takes GROUP/VERSION/PLURAL, as argoproj.io/v1alpha1/rollouts; not «${printable(text)}»`,
    );
  return { apiVersion, resource, kind: resource };
}
