import { jsonObjectOf, objectsIn } from '../core/json-object.ts';
import type { ReadProblem } from '../core/report.ts';
import type { ClusterObject } from './cluster-object.ts';
import type { ImagePull } from './image-pull.ts';
import { controllerOf, type LivePod, livePod } from './live-pod.ts';

/** An image that a node holds. */
export interface NodeImage {
  /** Every name that the node knows it by, with tags and with digests. */
  readonly names: readonly string[];
  /** Unpacked, as the node counts it. */
  readonly bytes: number;
}

export interface LiveNode {
  readonly name: string;
  readonly version: string | undefined;
  /** `linux/amd64` */
  readonly platform: string | undefined;
  /** At most the 50 largest unless the kubelet was told otherwise (`nodeStatusMaxImages`). */
  readonly images: readonly NodeImage[];
}

/** What a cluster was found to be, at one time. */
export interface ClusterSnapshot {
  readonly server: string;
  readonly context: string;
  /** The context's own namespace. */
  readonly namespace: string;
  readonly version: string | undefined;
  /** The namespaces that were looked at. */
  readonly namespaces: readonly string[];
  /** System namespaces that were not. */
  readonly leftOut: readonly string[];
  /** What users made: owners instead of what they own, and what workloads are judged with. Of ConfigMaps those that workloads use. */
  readonly objects: readonly ClusterObject[];
  /** `NAMESPACE/NAME` of ConfigMaps that workloads use and the cluster does not have. */
  readonly absentConfigMaps: ReadonlySet<string>;
  readonly pods: readonly RunningPod[];
  readonly nodes: readonly LiveNode[];
  readonly pulls: readonly ImagePull[];
  readonly problems: readonly ReadProblem[];
}

/** A pod and the object among the snapshot's that made it, or that it is. */
export interface RunningPod extends LivePod {
  readonly ownerPath: string;
}

/** What was read of a cluster, by kinds. */
export interface ClusterLists {
  readonly pods: readonly ClusterObject[];
  /** Everything that makes pods. */
  readonly controllers: readonly ClusterObject[];
  /** Services, autoscalers, budgets and such. */
  readonly others: readonly ClusterObject[];
}

/** The name that an object has instead of a file's: `cluster:shop/deployment/web`. */
export function livePath({ kind, metadata }: Pick<ClusterObject, 'kind' | 'metadata'>): string {
  const place = `${kind.toLowerCase()}/${metadata.name}`;
  return metadata.namespace === undefined ? `cluster:${place}` : `cluster:${metadata.namespace}/${place}`;
}

/** Objects without what others of them made, and pods with whom they belong to. */
export function collapseOwners({ pods, controllers, others }: ClusterLists): Pick<ClusterSnapshot, 'objects' | 'pods'> {
  const byUid = new Map(controllers.flatMap((each) => (each.metadata.uid ? [[each.metadata.uid, each] as const] : [])));
  const byPath = new Map(controllers.map((each) => [livePath(each), each]));
  const ownerOf = (object: ClusterObject) => {
    let owner = object;
    // Pod, ReplicaSet, Deployment: what goes on longer is a circle.
    for (let steps = 0; steps < 8; steps++) {
      const controller = controllerOf(owner);
      const next = controller && byUid.get(controller.uid);
      if (!next) break;
      owner = next;
    }
    return owner;
  };
  const objects = controllers.filter((each) => ownerOf(each) === each && !isOldReplicaSet(each));
  const alone = new Map<string, ClusterObject>();
  const running = pods.map((object): RunningPod => {
    const pod = livePod(object);
    const owner = ownerOf(object);
    const known = owner === object ? byDeployment(pod, byPath) : owner;
    if (known) return { ...pod, ownerPath: livePath(known) };
    // Of the pods that one object of a kind of its own made, one stands for all; a node's own pods are each other's equals in nothing.
    const shared = pod.controller && pod.controller.kind !== 'Node' ? pod.controller.uid : livePath(object);
    const first = alone.get(shared) ?? object;
    alone.set(shared, first);
    return { ...pod, ownerPath: livePath(first) };
  });
  return {
    objects: [...objects, ...alone.values(), ...others.filter((each) => !isMadeByCluster(each))],
    pods: running,
  };
}

/** Every namespace gets an account, and the cluster a Service of its API server. An account that somebody has set something of is his. */
function isMadeByCluster({ kind, metadata, ...fields }: ClusterObject): boolean {
  if (kind === 'Service') return metadata.name === 'kubernetes' && metadata.namespace === 'default';
  return (
    kind === 'ServiceAccount' && metadata.name === 'default' && Object.keys(fields).every((key) => key === 'apiVersion')
  );
}

/** Where ReplicaSets could not be read, or one was made meanwhile: their names are their Deployment's and the hash. */
function byDeployment(pod: LivePod, byPath: ReadonlyMap<string, ClusterObject>): ClusterObject | undefined {
  const { controller, templateHash } = pod;
  if (controller?.kind !== 'ReplicaSet' || templateHash === undefined) return undefined;
  if (!controller.name.endsWith(`-${templateHash}`)) return undefined;
  return byPath.get(`cluster:${pod.namespace}/deployment/${controller.name.slice(0, -templateHash.length - 1)}`);
}

/** A kind of its own keeps the old ones as a Deployment does. */
function isOldReplicaSet(object: ClusterObject): boolean {
  return object.kind === 'ReplicaSet' && controllerOf(object) !== undefined && jsonObjectOf(object.spec).replicas === 0;
}

export function liveNode(object: ClusterObject): LiveNode {
  const status = jsonObjectOf(object.status);
  const { kubeletVersion, operatingSystem, architecture } = jsonObjectOf(status.nodeInfo);
  return {
    name: object.metadata.name,
    version: typeof kubeletVersion === 'string' ? kubeletVersion : undefined,
    platform:
      typeof operatingSystem === 'string' && typeof architecture === 'string'
        ? `${operatingSystem}/${architecture}`
        : undefined,
    images: objectsIn(status.images).map(({ names, sizeBytes }) => ({
      names: Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [],
      bytes: typeof sizeBytes === 'number' ? sizeBytes : 0,
    })),
  };
}
