import { changeOf, kindsOf, type ResponsePolicy, type ResponseRule } from '../kubernetes/response/response-policy.ts';
import { type ActionPlan, conditionalPatch, type Refusal, wasPerformed } from './action-plan.ts';
import type { AlertTarget } from './alert-target.ts';
import { hasFault, type ResponderCluster } from './cluster.ts';
import { coversWorkload, modeOf } from './decide.ts';
import { collectEvidence, type Evidence } from './evidence.ts';
import type { Intent } from './journal.ts';
import { isSameTarget, lastOn, ofClass } from './ledger.ts';
import { isStillRaised, planGiveBack, setsRaised } from './plan-give-back.ts';
import { planRestart } from './plan-restart.ts';
import { planRollback } from './plan-rollback.ts';
import { planScale } from './plan-scale.ts';
import type { IsOpenRaise } from './raised-annotation.ts';
import { type FoundWorkload, findWorkload, readFacts, type WorkloadFacts } from './workload-facts.ts';

/** What carrying out an intent came to. */
export interface CarriedOut {
  readonly state: 'done' | 'refused';
  /** `performed`, `dry-run`, or why it was refused. */
  readonly reason: string;
  readonly detail: string;
  /** The workload that was found. */
  readonly target: AlertTarget;
  readonly found: FoundWorkload | undefined;
  readonly evidence: Evidence | undefined;
  /** Whether the workload has something that `scale` raised and that is to be given back. */
  readonly stillRaised: boolean;
}

export interface CarryOutContext {
  readonly cluster: ResponderCluster;
  readonly policy: ResponsePolicy;
  readonly forcedMode: 'act' | 'dry-run' | undefined;
  readonly intents: ReadonlyMap<string, Intent>;
  now(): number;
  wall(): Date;
  /** @throws Error where this responder may not act any more. */
  mustLead(): void;
}

/** How often an object that others change meanwhile is looked at anew. */
const tries = 6;

/**
 * Does what an intent says, once: an intent whose id the workload already carries was performed before, by whoever was killed then.
 * @throws ClusterError where the cluster could not be asked; whether the action happened is then found out by the next call.
 */
export async function carryOut(intent: Intent, context: CarryOutContext): Promise<CarriedOut> {
  const { cluster, policy } = context;
  const base = { target: intent.target, found: undefined, evidence: undefined, stillRaised: false };
  const rule = policy.rules.find(({ name }) => name === intent.rule);
  if (rule === undefined || !asksFor(rule, intent) || modeOf(rule, context) !== intent.mode)
    return {
      ...base,
      state: 'refused',
      reason: 'policy-changed',
      detail: `the policy has another rule «${intent.rule}» now`,
    };
  const found = await findWorkload(cluster, intent.target, kindsOf(rule));
  // What the labels did not tell is known now. Nothing of what the rule does not cover is looked at: its logs are others'.
  if (found && !coversWorkload(rule, found.reference.namespace, found.kind, found.reference.name))
    return {
      ...base,
      state: 'refused',
      reason: 'not-covered',
      detail: `the rule does not cover ${found.kind}/${found.reference.name}`,
    };
  // What is given back is no incident.
  const evidence =
    rule.actions.includes('evidence') && intent.change !== 'give-back'
      ? await collectEvidence(cluster, intent, found, policy.evidence)
      : undefined;
  const target = found ? { ...intent.target, kind: found.kind, workload: found.reference.name } : intent.target;
  const seen = { target, found, evidence, stillRaised: false };
  if (intent.change === undefined)
    return { ...seen, state: 'done', reason: 'performed', detail: 'looked at and written down' };
  const refused = found ? refuseFound(intent, rule, found, target, context) : notFound;
  if (refused || !found) return { ...seen, state: 'refused', ...reasonOf(refused ?? notFound) };
  return { ...seen, ...(await change(intent, rule, found, context)) };
}

function asksFor(rule: ResponseRule, { change }: Intent): boolean {
  return change === 'give-back' ? rule.scale.giveBack !== undefined : changeOf(rule) === change;
}

const notFound: Refusal = { refused: 'not-found', detail: 'there is no such workload of a kind that the rule changes' };

function reasonOf({ refused, detail }: Refusal): Pick<CarriedOut, 'reason' | 'detail'> {
  return { reason: refused, detail };
}

/** What the alert's labels did not tell. */
function refuseFound(
  intent: Intent,
  rule: ResponseRule,
  { kind, reference }: FoundWorkload,
  target: AlertTarget,
  { intents, now }: CarryOutContext,
): Refusal | undefined {
  if (intent.change === 'give-back') return undefined;
  const sameClass = ofClass(intent.mode, intent.change);
  const last = lastOn(intents.values(), target, rule.coolDown, now(), (other) => {
    return other.id !== intent.id && other.state === 'done' && sameClass(other);
  });
  return (
    last && { refused: 'cool-down', detail: `${last.change} of ${kind}/${reference.name} was done for another alert` }
  );
}

async function change(
  intent: Intent,
  rule: ResponseRule,
  first: FoundWorkload,
  context: CarryOutContext,
): Promise<Pick<CarriedOut, 'state' | 'reason' | 'detail' | 'stillRaised'>> {
  const { cluster } = context;
  let found = first;
  const { kind, reference } = first;
  const target: AlertTarget = { ...intent.target, kind, workload: reference.name };
  const isOpenRaise = (id: string) => {
    const raise = context.intents.get(id);
    if (raise?.raise === undefined) return false;
    return id === intent.id || id === intent.givesBack || isSameTarget(raise.target, target);
  };
  for (let tried = 1; ; tried++) {
    const facts = await readFacts(
      cluster,
      found,
      intent.change === 'give-back' ? 'scale' : (intent.change ?? 'restart'),
    );
    if (isPerformed(facts, intent.id))
      return {
        state: 'done',
        reason: 'performed',
        detail: `${intent.change} was performed before the responder was restarted`,
        stillRaised: isStillRaised(facts, isOpenRaise),
      };
    const plan = planOf(facts, rule, intent, isOpenRaise, context);
    if ('refused' in plan) return { state: 'refused', ...reasonOf(plan), stillRaised: false };
    context.mustLead();
    try {
      await cluster.patch(plan.reference, conditionalPatch(plan, intent.id), { dryRun: intent.mode === 'dry-run' });
      return intent.mode === 'act'
        ? { state: 'done', reason: 'performed', detail: plan.done, stillRaised: setsRaised(plan) }
        : {
            state: 'done',
            reason: 'dry-run',
            detail: `would be done (dry run, accepted by the API server): ${plan.done}`,
            stillRaised: intent.change === 'give-back',
          };
    } catch (error) {
      // Somebody else changed the object meanwhile: what was planned for it may be wrong now.
      if (!hasFault(error, 'conflict') || tried === tries) throw error;
      const object = await cluster.get(found.reference);
      if (object === undefined) return { state: 'refused', ...reasonOf(notFound), stillRaised: false };
      found = { ...found, object };
    }
  }
}

function isPerformed({ object, autoscalers, scaledObjects }: WorkloadFacts, id: string): boolean {
  return [object, ...autoscalers, ...scaledObjects].some((each) => wasPerformed(each, id));
}

function planOf(
  facts: WorkloadFacts,
  rule: ResponseRule,
  intent: Intent,
  isOpenRaise: IsOpenRaise,
  { intents, wall }: CarryOutContext,
): ActionPlan | Refusal {
  switch (intent.change) {
    case 'scale':
      return planScale(facts, rule, intent.id, isOpenRaise);
    case 'give-back':
      return intents.get(intent.givesBack ?? '')?.raise?.quietSince === undefined
        ? { refused: 'fires-again', detail: 'an alert for which it was raised fires again: it stays as it is' }
        : planGiveBack(facts, rule, isOpenRaise);
    case 'rollback':
      return planRollback(facts, rule, intent.startsAt);
    default:
      return planRestart(facts, rule, wall());
  }
}
