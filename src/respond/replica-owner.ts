import type { JsonObject } from '../core/json-object.ts';
import type { Refusal } from './action-plan.ts';
import { kinds, type ObjectReference } from './cluster.ts';
import { nameOf, numberAt } from './object-fields.ts';
import { type WorkloadFacts, workloadText } from './workload-facts.ts';

/** The one field that says how many replicas a workload has at least. */
export interface ReplicaOwner {
  readonly reference: ObjectReference;
  readonly object: JsonObject;
  /** Of `spec`. */
  readonly field: 'replicas' | 'minReplicas' | 'minReplicaCount';
  /** What the field says, or what counts where it says nothing. */
  readonly least: number;
  /** The smallest number that somebody may have meant there. */
  readonly smallest: number;
  /** How many there are. */
  readonly now: number;
  /** What an autoscaler itself keeps to. */
  readonly most: number;
}

/**
 * Where the replicas of a workload are written: in the autoscaler that owns them, or else in the workload. A number written into the
 * workload beside an autoscaler would be overwritten, or fight with it
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/).
 */
export function replicaOwner(facts: WorkloadFacts): ReplicaOwner | Refusal {
  const name = workloadText(facts);
  const { namespace } = facts.reference;
  const replicas = numberAt(facts.object, 'spec', 'replicas') ?? 1;
  if (replicas === 0) return { refused: 'scaled-to-zero', detail: `${name} has no replicas` };
  const [scaledObject] = facts.scaledObjects;
  const [autoscaler] = facts.autoscalers;
  if (facts.scaledObjects.length > 1 || (scaledObject === undefined && facts.autoscalers.length > 1))
    return { refused: 'several-autoscalers', detail: `several autoscalers aim at ${name}` };
  if (scaledObject) {
    // https://keda.sh/docs/latest/reference/scaledobject-spec/: at least 0 and at most 100 where nothing is written.
    const least = numberAt(scaledObject, 'spec', 'minReplicaCount') ?? 0;
    return {
      reference: { kind: kinds.scaledObject, namespace, name: nameOf(scaledObject) },
      object: scaledObject,
      field: 'minReplicaCount',
      least,
      smallest: 0,
      now: Math.max(least, replicas),
      most: numberAt(scaledObject, 'spec', 'maxReplicaCount') ?? 100,
    };
  }
  if (autoscaler) {
    const least = numberAt(autoscaler, 'spec', 'minReplicas') ?? 1;
    return {
      reference: { kind: kinds.autoscaler, namespace, name: nameOf(autoscaler) },
      object: autoscaler,
      field: 'minReplicas',
      least,
      smallest: 1,
      now: Math.max(least, numberAt(autoscaler, 'status', 'desiredReplicas') ?? least),
      most: numberAt(autoscaler, 'spec', 'maxReplicas') ?? least,
    };
  }
  const { reference, object } = facts;
  return {
    reference,
    object,
    field: 'replicas',
    least: replicas,
    smallest: 1,
    now: replicas,
    most: Number.POSITIVE_INFINITY,
  };
}

/** `Deployment web`. */
export function ownerText({ reference }: ReplicaOwner): string {
  return `${reference.kind.kind} ${reference.name}`;
}
