import type { JsonObject } from '../core/json-object.ts';
import type { ResponseRule } from '../kubernetes/response/response-policy.ts';
import { type ActionPlan, annotationSteps, type Refusal } from './action-plan.ts';
import { fieldAt, nameOf, numberAt, textAt } from './object-fields.ts';
import { type WorkloadFacts, workloadText } from './workload-facts.ts';

/** As `kubectl rollout restart` sets it: a changed template is what makes the controller replace the pods, within its strategy. */
const restartedAt = 'kubectl.kubernetes.io/restartedAt';

/**
 * A restart by rollout. Refused where it would take away the only replica, all of them at once, or more than a disruption budget
 * has left, and where it would do nothing.
 */
export function planRestart(facts: WorkloadFacts, rule: ResponseRule, at: Date): ActionPlan | Refusal {
  const { object } = facts;
  const refusal = refuseRestart(facts, rule);
  if (refusal) return refusal;
  return {
    reference: facts.reference,
    object,
    steps: annotationSteps(object, ['spec', 'template', 'metadata'], {
      [restartedAt]: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    }),
    done: `${workloadText(facts)} is restarted by a rollout`,
  };
}

function refuseRestart(facts: WorkloadFacts, rule: ResponseRule): Refusal | undefined {
  const { object } = facts;
  const name = workloadText(facts);
  if (fieldAt(object, 'spec', 'paused') === true) return { refused: 'paused', detail: `${name} is paused` };
  const replicas = desiredReplicas(facts);
  if (replicas === 0) return { refused: 'scaled-to-zero', detail: `${name} has no replicas` };
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete')
    return {
      refused: 'no-rolling-update',
      detail: `${name} replaces its pods only when somebody deletes them (OnDelete)`,
    };
  if (isRollingOut(facts)) return { refused: 'rollout-in-progress', detail: `${name} is being rolled out already` };
  const spent = facts.budgets.find((budget) => numberAt(budget, 'status', 'disruptionsAllowed') === 0);
  if (spent)
    return { refused: 'budget-used-up', detail: `its PodDisruptionBudget ${nameOf(spent)} allows no disruption now` };
  if (rule.allowSingleReplica) return undefined;
  if (textAt(object, 'spec', 'strategy', 'type') === 'Recreate')
    return {
      refused: 'no-rolling-update',
      detail: `${name} stops all of its pods before it starts new ones (Recreate); «singleReplica: allow» would restart it`,
    };
  if (replicas === 1 && facts.budgets.length === 0)
    return {
      refused: 'single-replica',
      detail: `${name} has a single replica and no PodDisruptionBudget; «singleReplica: allow» would restart it`,
    };
  return undefined;
}

/** Replicas that are to be there; 1 where nothing is written, as the API server takes it. */
export function desiredReplicas({ kind, object }: WorkloadFacts): number {
  return kind === 'daemonset'
    ? (numberAt(object, 'status', 'desiredNumberScheduled') ?? 0)
    : (numberAt(object, 'spec', 'replicas') ?? 1);
}

/** Whether pods of more than one revision are there, or the controller has not seen the last change yet. */
export function isRollingOut({ kind, object }: { readonly kind: string; readonly object: JsonObject }): boolean {
  const status = (field: string) => numberAt(object, 'status', field);
  if ((status('observedGeneration') ?? 0) < (numberAt(object, 'metadata', 'generation') ?? 0)) return true;
  switch (kind) {
    case 'deployment':
      return (status('updatedReplicas') ?? 0) < (status('replicas') ?? 0);
    case 'daemonset':
      return (status('updatedNumberScheduled') ?? 0) < (status('desiredNumberScheduled') ?? 0);
    default:
      return textAt(object, 'status', 'updateRevision') !== textAt(object, 'status', 'currentRevision');
  }
}
