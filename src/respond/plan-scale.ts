import type { JsonObject } from '../core/json-object.ts';
import type { ResponseRule } from '../kubernetes/response/response-policy.ts';
import type { ActionPlan, Refusal } from './action-plan.ts';
import { kinds, type ObjectReference, type PatchStep } from './cluster.ts';
import { fieldAt, nameOf, numberAt } from './object-fields.ts';
import { type WorkloadFacts, workloadText } from './workload-facts.ts';

/**
 * More replicas, within the limits of the rule. Where an autoscaler owns them, its minimum is raised, within its own maximum: a
 * number written into the workload would be overwritten, or fight with it
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/).
 */
export function planScale(facts: WorkloadFacts, rule: ResponseRule): ActionPlan | Refusal {
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
    const most = numberAt(scaledObject, 'spec', 'maxReplicaCount') ?? 100;
    const reference = { kind: kinds.scaledObject, namespace, name: nameOf(scaledObject) };
    return raise(rule, {
      reference,
      object: scaledObject,
      field: 'minReplicaCount',
      least,
      now: Math.max(least, replicas),
      most,
    });
  }
  if (autoscaler) {
    const least = numberAt(autoscaler, 'spec', 'minReplicas') ?? 1;
    const most = numberAt(autoscaler, 'spec', 'maxReplicas') ?? least;
    const now = Math.max(least, numberAt(autoscaler, 'status', 'desiredReplicas') ?? least);
    const reference = { kind: kinds.autoscaler, namespace, name: nameOf(autoscaler) };
    return raise(rule, { reference, object: autoscaler, field: 'minReplicas', least, now, most });
  }
  return raise(rule, {
    reference: facts.reference,
    object: facts.object,
    field: 'replicas',
    least: replicas,
    now: replicas,
    most: rule.scale.maximum,
  });
}

interface Raised {
  readonly reference: ObjectReference;
  readonly object: JsonObject;
  readonly field: string;
  /** What the field says. */
  readonly least: number;
  /** How many there are. */
  readonly now: number;
  readonly most: number;
}

function raise({ scale }: ResponseRule, { reference, object, field, least, now, most }: Raised): ActionPlan | Refusal {
  const name = `${reference.kind.kind} ${reference.name}`;
  const highest = Math.min(scale.maximum, most);
  const wanted = Math.min(highest, Math.max(scale.minimum, now + scale.step));
  if (wanted <= least || wanted <= now)
    return { refused: 'at-maximum', detail: `${name} has ${now} of at most ${highest} replicas` };
  const op: PatchStep['op'] = fieldAt(object, 'spec', field) === undefined ? 'add' : 'replace';
  return {
    reference,
    object,
    steps: [{ op, path: `/spec/${field}`, value: wanted }],
    done: `${field} of ${name} is raised from ${least} to ${wanted}`,
  };
}
