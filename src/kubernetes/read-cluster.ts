import { printable } from '../core/printable.ts';
import type { ReadProblem } from '../core/report.ts';
import type { ClusterClient } from './cluster-client.ts';
import { ClusterError } from './cluster-error.ts';
import { type ClusterObject, type ResourceType, resources } from './cluster-object.ts';
import { type ClusterSnapshot, collapseOwners, liveNode } from './cluster-snapshot.ts';
import { imagePull } from './image-pull.ts';
import { readConfigMaps } from './read-config-maps.ts';
import { usedConfigMaps } from './used-config-maps.ts';

export interface ClusterScope {
  /** Only these; empty: all that are not the system's. */
  readonly namespaces: readonly string[];
  /** The system's, too. */
  readonly system: boolean;
  readonly onProgress?: (step: string, done?: number, total?: number) => void;
}

/** Namespaces that a cluster makes for itself, and those of providers' agents: nothing in them is its user's to change. */
const systemNamespace =
  /^(?:kube-system|kube-public|kube-node-lease|gke-.*|gmp-.*|amazon-.*|calico-.*|tigera-operator|openshift(?:-.*)?|local-path-storage)$/;

/** What makes pods; the first four are wanted of every cluster. */
export const controllerTypes: readonly ResourceType[] = [
  resources.deployments,
  resources.statefulSets,
  resources.daemonSets,
  resources.cronJobs,
  resources.replicaSets,
  resources.jobs,
  resources.replicationControllers,
];

/** What workloads are judged with. */
export const otherTypes: readonly ResourceType[] = [
  resources.services,
  resources.serviceAccounts,
  resources.horizontalPodAutoscalers,
  resources.podDisruptionBudgets,
  resources.networkPolicies,
  resources.ingresses,
];

/** No cluster that Kubernetes supports has more pods: https://kubernetes.io/docs/setup/best-practices/cluster-large/ */
const mostObjects = 150_000;

/**
 * Reads a cluster: only get and list, never a Secret, and of ConfigMaps those that its workloads use, each by its name. What the account may not read is among the problems.
 * @throws ClusterError where the cluster cannot be asked, or nothing of it may be read
 */
export async function readCluster(cluster: ClusterClient, scope: ClusterScope): Promise<ClusterSnapshot> {
  const progress = scope.onProgress ?? (() => {});
  const problems: ReadProblem[] = [];
  let refusal: ClusterError | undefined;
  const allowed = async <Value>(read: () => Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      return await read();
    } catch (error) {
      // A kind that this cluster does not have is none of its objects.
      if (error instanceof ClusterError && error.fault === 'not-found') return otherwise;
      if (!(error instanceof ClusterError) || error.fault !== 'forbidden') throw error;
      refusal ??= error;
      problems.push({ path: 'cluster:', message: error.message, remedy: error.remedy ?? '' });
      return otherwise;
    }
  };
  progress(`asking ${cluster.server}`);
  // The first request, alone: where the cluster cannot be asked, one complaint is enough.
  const gitVersion = await versionOf(cluster);
  const { namespaces, leftOut, everywhere } = await wantedNamespaces(cluster, scope);
  const wanted = new Set(namespaces);
  let count = 0;
  const listed = async (of: ResourceType, fieldSelector?: string): Promise<ClusterObject[]> => {
    const found: ClusterObject[] = [];
    for (const namespace of everywhere ? [undefined] : namespaces)
      await allowed(async () => {
        for await (const page of cluster.pages(of, { namespace, fieldSelector })) {
          for (const item of page) if (item.metadata.namespace && wanted.has(item.metadata.namespace)) found.push(item);
          count += page.length;
          progress(`reading ${of.resource}: ${count} objects`);
          if (count > mostObjects) throw tooMany(cluster.server);
        }
      }, undefined);
    return found;
  };
  const controllers = (await inTurn(controllerTypes, (of) => listed(of))).flat();
  const pods = await listed(resources.pods);
  if (refusal && controllers.length + pods.length === 0 && problems.length >= controllerTypes.length + 1) throw refusal;
  const others = (await inTurn(otherTypes, (of) => listed(of))).flat();
  const collapsed = collapseOwners({ pods, controllers, others });
  const configMaps = await readConfigMaps(cluster, usedConfigMaps(collapsed.objects), {
    everywhere,
    onProgress: (done, total) => progress('reading configmaps', done, total),
  });
  problems.push(...configMaps.problems);
  const nodes = await allowed(() => cluster.list(resources.nodes), []);
  const events = await listed(resources.events, 'reason=Pulled');
  return {
    server: cluster.server,
    context: cluster.context,
    namespace: cluster.namespace,
    version: typeof gitVersion === 'string' ? gitVersion : undefined,
    namespaces,
    leftOut,
    pods: collapsed.pods,
    objects: [...collapsed.objects, ...configMaps.found],
    absentConfigMaps: configMaps.absent,
    nodes: nodes.map(liveNode),
    pulls: events.flatMap((event) => imagePull(event) ?? []),
    problems,
  };
}

/** Everybody may ask for it in most clusters. */
async function versionOf(cluster: ClusterClient): Promise<unknown> {
  try {
    return (await cluster.json('/version')).gitVersion;
  } catch (error) {
    if (error instanceof ClusterError && error.fault === 'forbidden') return undefined;
    throw error;
  }
}

/** Of many namespaces one request reads all, and what is not wanted is dropped; of named ones a Role for each is enough. */
async function wantedNamespaces(
  cluster: ClusterClient,
  { namespaces, system }: ClusterScope,
): Promise<{ readonly namespaces: string[]; readonly leftOut: string[]; readonly everywhere: boolean }> {
  if (namespaces.length > 0) {
    for (const name of namespaces) await mustExist(cluster, name);
    return { namespaces: [...new Set(namespaces)], leftOut: [], everywhere: false };
  }
  const known = (await cluster.list(resources.namespaces)).map(({ metadata }) => metadata.name).sort();
  const isLeft = (name: string) => !system && systemNamespace.test(name);
  return { namespaces: known.filter((name) => !isLeft(name)), leftOut: known.filter(isLeft), everywhere: true };
}

/** A misspelt namespace has no objects, and would be clean. Who may read what is in one need not be allowed to read itself. */
async function mustExist(cluster: ClusterClient, name: string): Promise<void> {
  try {
    if ((await cluster.get(resources.namespaces, { name })) !== undefined) return;
  } catch (error) {
    if (error instanceof ClusterError && error.fault === 'forbidden') return;
    throw error;
  }
  throw new ClusterError(`the cluster has no namespace «${printable(name)}»`, {
    fault: 'not-found',
    server: cluster.server,
    remedy: 'Name another one: kubectl get namespaces lists them.',
  });
}

function tooMany(server: string): ClusterError {
  return new ClusterError(`the cluster has more than ${mostObjects} objects`, {
    fault: 'invalid',
    server,
    remedy: 'Audit it namespace by namespace: --namespace NAME.',
  });
}

/** One kind after the other, as the server likes it best. */
async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
