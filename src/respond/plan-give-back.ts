import type { ResponseRule } from '../kubernetes/response/response-policy.ts';
import type { ActionPlan, Refusal } from './action-plan.ts';
import { type IsOpenRaise, raisedAnnotation, raisedOf } from './raised-annotation.ts';
import { ownerText, replicaOwner } from './replica-owner.ts';
import type { WorkloadFacts } from './workload-facts.ts';

/**
 * Lowers what `scale` raised. An autoscaler's minimum becomes what it was: its metrics say how many are needed. A workload's own
 * replicas go down by a step, for nobody knows whether it is quiet because of them. Refused where somebody else has set another
 * number since: it is theirs then.
 */
export function planGiveBack(
  facts: WorkloadFacts,
  { scale }: ResponseRule,
  isOpenRaise: IsOpenRaise,
): ActionPlan | Refusal {
  const owner = replicaOwner(facts);
  if ('refused' in owner) return owner;
  const { reference, object, field } = owner;
  const name = ownerText(owner);
  const raised = raisedOf(owner, isOpenRaise);
  if (raised === undefined)
    return { refused: 'changed-since', detail: `${field} of ${name} is not what it was raised to: it stays as it is` };
  const { from, to, by } = raised;
  const wanted = field === 'replicas' ? Math.max(from, to - scale.step) : from;
  const done = `${field} of ${name} is lowered from ${to} to ${wanted}`;
  const lowered = { op: 'replace', path: `/spec/${field}`, value: wanted } as const;
  if (wanted > from)
    return {
      reference,
      object,
      steps: [lowered],
      annotations: { [raisedAnnotation]: JSON.stringify({ field, from, to: wanted, by }) },
      done: `${done}, on the way to ${from}`,
    };
  const path = `/metadata/annotations/${raisedAnnotation.replace('/', '~1')}`;
  return { reference, object, steps: [lowered, { op: 'remove', path }], done: `${done}, as it was before` };
}

/** Whether there is something to give back once this is done. */
export function setsRaised({ annotations = {} }: ActionPlan): boolean {
  return Object.hasOwn(annotations, raisedAnnotation);
}

/** Whether there is something to give back now. */
export function isStillRaised(facts: WorkloadFacts, isOpenRaise: IsOpenRaise): boolean {
  const owner = replicaOwner(facts);
  return !('refused' in owner) && raisedOf(owner, isOpenRaise) !== undefined;
}
