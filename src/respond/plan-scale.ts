import type { ResponseRule } from '../kubernetes/response/response-policy.ts';
import type { ActionPlan, Refusal } from './action-plan.ts';
import type { PatchStep } from './cluster.ts';
import { fieldAt } from './object-fields.ts';
import { type IsOpenRaise, raisedAnnotation, raisedOf } from './raised-annotation.ts';
import { ownerText, replicaOwner } from './replica-owner.ts';
import type { WorkloadFacts } from './workload-facts.ts';

/**
 * More replicas, within the limits of the rule and of the autoscaler that owns them. Where the rule gives back, what it was before
 * is written with it.
 * @param by the id of the raise
 */
export function planScale(
  facts: WorkloadFacts,
  { scale }: ResponseRule,
  by: string,
  isOpenRaise: IsOpenRaise,
): ActionPlan | Refusal {
  const owner = replicaOwner(facts);
  if ('refused' in owner) return owner;
  const { reference, object, field, least, now } = owner;
  const name = ownerText(owner);
  const highest = Math.min(scale.maximum, owner.most);
  const wanted = Math.min(highest, Math.max(scale.minimum, now + scale.step));
  if (wanted <= least || wanted <= now)
    return { refused: 'at-maximum', detail: `${name} has ${now} of at most ${highest} replicas` };
  const op: PatchStep['op'] = fieldAt(object, 'spec', field) === undefined ? 'add' : 'replace';
  const before = raisedOf(owner, isOpenRaise)?.from ?? least;
  return {
    reference,
    object,
    steps: [{ op, path: `/spec/${field}`, value: wanted }],
    ...(scale.giveBack !== undefined && {
      annotations: { [raisedAnnotation]: JSON.stringify({ field, from: before, to: wanted, by }) },
    }),
    done: `${field} of ${name} is raised from ${least} to ${wanted}`,
  };
}
