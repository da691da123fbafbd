import { jsonObjectOf } from '../../core/json-object.ts';
import type { ClusterClient } from '../../kubernetes/cluster-client.ts';
import { type ResourceType, resources } from '../../kubernetes/cluster-object.ts';
import { imagesOf, type NodeImage } from './node-images.ts';
import { type PullEvent, pullEventOf } from './pull-events.ts';
import {
  containersOf,
  type JobOwners,
  jobOwners,
  partsOf,
  type RunningContainer,
  textOf,
} from './running-container.ts';

/** The part of a cluster that is read: lists only. */
export type ReadableCluster = Pick<ClusterClient, 'pages'>;

/** More are not read: 100,000 pods is twice what Kubernetes supports in one cluster (https://kubernetes.io/docs/setup/best-practices/cluster-large/). */
const maximumContainers = 100_000;
const maximumEvents = 50_000;

/** Containers of the pods of these namespaces; of all where none is named. @throws ClusterError */
export async function readContainers(
  cluster: ReadableCluster,
  namespaces: readonly string[],
  jobs: JobOwners,
): Promise<RunningContainer[]> {
  const found: RunningContainer[] = [];
  for await (const pod of objectsOf(cluster, resources.pods, namespaces)) {
    found.push(...containersOf(pod, jobs));
    if (found.length >= maximumContainers) break;
  }
  return found;
}

/** @throws ClusterError */
export async function readJobOwners(cluster: ReadableCluster, namespaces: readonly string[]): Promise<JobOwners> {
  const owners = new Map<string, string>();
  for await (const job of objectsOf(cluster, resources.jobs, namespaces))
    for (const [name, owner] of jobOwners([job])) owners.set(name, owner);
  return owners;
}

export interface NodeFacts {
  readonly images: readonly NodeImage[];
  /** By the node's name: `amd64`. */
  readonly architectures: ReadonlyMap<string, string>;
}

/** @throws ClusterError */
export async function readNodes(cluster: ReadableCluster): Promise<NodeFacts> {
  const images: NodeImage[] = [];
  const architectures = new Map<string, string>();
  for await (const node of objectsOf(cluster, resources.nodes, [])) {
    const { metadata, status } = partsOf(node);
    images.push(...imagesOf(node));
    architectures.set(textOf(metadata.name), textOf(jsonObjectOf(status.nodeInfo).architecture) || 'amd64');
  }
  return { images, architectures };
}

/** @throws ClusterError */
export async function readPulls(cluster: ReadableCluster, namespaces: readonly string[]): Promise<PullEvent[]> {
  const found: PullEvent[] = [];
  for await (const event of objectsOf(cluster, resources.events, namespaces, 'involvedObject.kind=Pod')) {
    const pull = pullEventOf(event);
    if (pull) found.push(pull);
    if (found.length >= maximumEvents) break;
  }
  return found;
}

/** A page at a time, so that what is not kept is not in memory together. */
async function* objectsOf(
  cluster: ReadableCluster,
  type: ResourceType,
  namespaces: readonly string[],
  fieldSelector?: string,
) {
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces)
    for await (const page of cluster.pages(type, { namespace, fieldSelector })) yield* page;
}
