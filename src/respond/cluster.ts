import type { JsonObject } from '../core/json-object.ts';
import { ClusterError } from '../kubernetes/cluster-error.ts';
import { type ResourceType, resources } from '../kubernetes/cluster-object.ts';

/** The kinds that a responder asks for. */
export const kinds = {
  deployment: resources.deployments,
  statefulset: resources.statefulSets,
  daemonset: resources.daemonSets,
  replicaSet: resources.replicaSets,
  pod: resources.pods,
  event: resources.events,
  configMap: resources.configMaps,
  lease: resources.leases,
  autoscaler: resources.horizontalPodAutoscalers,
  disruptionBudget: resources.podDisruptionBudgets,
  scaledObject: { apiVersion: 'keda.sh/v1alpha1', resource: 'scaledobjects', kind: 'ScaledObject' },
} as const satisfies Record<string, ResourceType>;

export interface ObjectReference {
  readonly kind: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** One step of a JSON Patch (RFC 6902). */
export type PatchStep =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** What the responder asks of a cluster. Every call ends within its timeout, by an answer or by a ClusterError. */
export interface ResponderCluster {
  /** Undefined where there is none. */
  get(reference: ObjectReference): Promise<JsonObject | undefined>;
  /** At most 500 of them; none where the cluster has no such kind. */
  list(
    kind: ResourceType,
    namespace: string,
    options?: { readonly labels?: string; readonly fields?: string },
  ): Promise<readonly JsonObject[]>;
  create(kind: ResourceType, namespace: string, object: JsonObject): Promise<JsonObject>;
  /** Refused with `conflict` where the object's resourceVersion is not the present one. */
  replace(reference: ObjectReference, object: JsonObject): Promise<JsonObject>;
  /** Refused with `conflict` where a step sets a resourceVersion that is not the present one. */
  patch(
    reference: ObjectReference,
    steps: readonly PatchStep[],
    options: { readonly dryRun: boolean },
  ): Promise<JsonObject>;
  remove(reference: ObjectReference): Promise<void>;
  /** The last lines of a container, at most `bytes` of them. */
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options: { readonly lines: number; readonly bytes: number; readonly previous: boolean },
  ): Promise<string>;
}

export function hasFault(error: unknown, fault: ClusterError['fault']): boolean {
  return error instanceof ClusterError && error.fault === fault;
}

/** Whether the same request may well succeed later. A 401 is one of them: credentials are renewed in their file. */
export function isPassing(error: unknown): boolean {
  return error instanceof ClusterError && !['invalid', 'forbidden', 'not-found'].includes(error.fault);
}
