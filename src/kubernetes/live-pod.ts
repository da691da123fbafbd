import { isJsonObject, type JsonObject, jsonObjectOf, objectsIn } from '../core/json-object.ts';
import type { ClusterObject } from './cluster-object.ts';

/** What runs in one container of one pod. */
export interface LiveContainer {
  readonly name: string;
  readonly init: boolean;
  /** As the pod's spec writes it. */
  readonly image: string;
  /**
   * `sha256:…` of what runs: the manifest's where the node pulled it from a registry, else the image's own id (one that was
   * imported has no other). Undefined before it was pulled.
   */
  readonly digest: string | undefined;
  readonly pullPolicy: string | undefined;
  readonly restarts: number;
  readonly ready: boolean;
  /** Why it waits: `CrashLoopBackOff`, `ImagePullBackOff`. */
  readonly waiting: string | undefined;
  /** How it ended last. */
  readonly lastEnd: { readonly reason: string; readonly exitCode: number; readonly at: string | undefined } | undefined;
}

/** Who owns an object and acts for it: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
export interface Controller {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface LivePod {
  readonly name: string;
  readonly namespace: string;
  /** Undefined until it is scheduled. */
  readonly node: string | undefined;
  /** `Running`, `Pending`, `Succeeded`, `Failed`, `Unknown`. */
  readonly phase: string;
  readonly controller: Controller | undefined;
  /** Of a ReplicaSet's pods: the end of its ReplicaSet's name. */
  readonly templateHash: string | undefined;
  readonly containers: readonly LiveContainer[];
}

/** The controller among an object's owners. */
export function controllerOf({ metadata }: ClusterObject): Controller | undefined {
  const owners = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : [];
  const found = owners.find((owner: unknown) => isJsonObject(owner) && owner.controller === true);
  if (!isJsonObject(found)) return undefined;
  const { kind, name, uid } = found;
  return typeof kind === 'string' && typeof name === 'string' && typeof uid === 'string'
    ? { kind, name, uid }
    : undefined;
}

/** What of a pod is told later; the rest of it need not stay in memory. */
export function livePod(object: ClusterObject): LivePod {
  const spec = jsonObjectOf(object.spec);
  const status = jsonObjectOf(object.status);
  const statuses = new Map([...byName(status.initContainerStatuses), ...byName(status.containerStatuses)]);
  const containers = (key: string, init: boolean) =>
    objectsIn(spec[key]).map((container) => liveContainer(container, statuses.get(text(container.name) ?? ''), init));
  return {
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? '',
    node: text(spec.nodeName),
    phase: text(status.phase) ?? 'Unknown',
    controller: controllerOf(object),
    templateHash: text(jsonObjectOf(object.metadata.labels)['pod-template-hash']),
    containers: [...containers('initContainers', true), ...containers('containers', false)],
  };
}

function liveContainer(spec: JsonObject, status: JsonObject | undefined, init: boolean): LiveContainer {
  const state = jsonObjectOf(status?.state);
  const last = jsonObjectOf(jsonObjectOf(status?.lastState).terminated);
  const exitCode = number(last.exitCode);
  return {
    name: text(spec.name) ?? '',
    init,
    image: text(spec.image) ?? '',
    digest: digestIn(text(status?.imageID) ?? ''),
    pullPolicy: text(spec.imagePullPolicy),
    restarts: number(status?.restartCount) ?? 0,
    ready: status?.ready === true,
    waiting: text(jsonObjectOf(state.waiting).reason),
    lastEnd:
      exitCode === undefined
        ? undefined
        : {
            reason: text(last.reason) ?? (exitCode === 0 ? 'Completed' : 'Error'),
            exitCode,
            at: text(last.finishedAt),
          },
  };
}

/** `docker.io/library/nginx@sha256:…`, `docker-pullable://…@sha256:…`, `docker://sha256:…`, `sha256:…` */
function digestIn(imageId: string): string | undefined {
  return /(?:^|[@/])(sha(?:256|384|512):[0-9a-f]{64,128})$/.exec(imageId)?.[1];
}

function byName(statuses: unknown): [string, JsonObject][] {
  return objectsIn(statuses).flatMap((status) => (typeof status.name === 'string' ? [[status.name, status]] : []));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
