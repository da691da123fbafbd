import { durationText } from '../kubernetes/response/policy-value.ts';
import type { ResponseMode, ResponsePolicy, ResponseRule } from '../kubernetes/response/response-policy.ts';
import { type AlertTarget, targetOf } from './alert-target.ts';
import { isOpen as isOpenHour } from './business-hours.ts';
import {
  coversTarget,
  type DecisionContext,
  type Held,
  isAbout,
  longestWindow,
  modeOf,
  tooManyAsked,
  usedUp,
} from './decide.ts';
import type { Decision } from './decision.ts';
import { type AlertsOfRaise, type Intent, idOf, isOpen } from './journal.ts';
import { isFull, isSameTarget, lastOn, nextSerial, ofClass } from './ledger.ts';
import type { ReceivedAlert } from './webhook.ts';

/** Of the alerts of one workload: with more of them the first so many have to be over. */
const mostAlerts = 50;

/**
 * Raises that this alert makes another thing of: while an alert fires for which the workload may be raised, nothing is given back,
 * whichever rule is about it, and whether it leads to an action or is held back. Those that stay as they are, are left out.
 */
export function followedRaises(alert: ReceivedAlert, context: DecisionContext): readonly Intent[] {
  const { intents, now, policy } = context;
  const target = targetOf(alert.labels, policy.targetLabels);
  const followed: Intent[] = [];
  for (const intent of intents.values()) {
    if (intent.raise === undefined) continue;
    const raise = raiseAfter(intent, intent.raise, alert, target, policy, now);
    if (raise !== intent.raise) followed.push({ ...intent, raise });
  }
  return followed;
}

function raiseAfter(
  intent: Intent,
  raise: AlertsOfRaise,
  { labels, fingerprint, status }: ReceivedAlert,
  target: AlertTarget | undefined,
  policy: ResponsePolicy,
  now: number,
): AlertsOfRaise {
  const { firing } = raise;
  const isListed = firing.includes(fingerprint);
  if (status === 'resolved') {
    if (!isListed) return raise;
    const left = firing.filter((each) => each !== fingerprint);
    return { firing: left, quietSince: left.length === 0 ? now : undefined };
  }
  const isOfIt =
    target !== undefined &&
    isOfWorkload(target, intent.target) &&
    policy.rules.some(
      (rule) => rule.actions.includes('scale') && isAbout(rule, { labels }) && coversTarget(rule, intent.target),
    );
  if (isListed || !isOfIt || firing.length >= mostAlerts) return raise;
  return { firing: [...firing, fingerprint], quietSince: undefined };
}

/** A pod that is all that an alert names is taken as the workload's by its name: the worst of it is that it is given back later. */
function isOfWorkload(alert: AlertTarget, workload: AlertTarget): boolean {
  if (isSameTarget(alert, workload)) return true;
  if (alert.namespace !== workload.namespace || workload.workload === undefined) return false;
  return alert.workload === undefined && alert.pod?.startsWith(`${workload.workload}-`) === true;
}

function ruleOf(raise: Intent, { rules }: ResponsePolicy): ResponseRule | undefined {
  return rules.find(({ name, actions }) => name === raise.rule && actions.includes('scale'));
}

/** Where one of them names only a pod, they may be of one workload. */
function mayBeOfOne(a: AlertTarget, b: AlertTarget): boolean {
  return isOfWorkload(a, b) || isOfWorkload(b, a);
}

/** Raises of which a step is to be given back now, if nothing holds that back: of a workload the newest, once all of them are due. */
export function dueRaises({ intents, now, policy }: DecisionContext): readonly Intent[] {
  const raises = openRaises(intents, policy);
  const isDue = (intent: Intent) => {
    const quietSince = intent.raise?.quietSince;
    const after = ruleOf(intent, policy)?.scale.giveBack;
    return quietSince !== undefined && after !== undefined && now >= quietSince + after * 1000;
  };
  return raises.filter((intent) => {
    if (!isDue(intent)) return false;
    const ofIt = raises.filter(({ target }) => mayBeOfOne(target, intent.target));
    if (!ofIt.every((other) => isDue(other) && other.serial <= intent.serial)) return false;
    return ![...intents.values()].some(
      (other) => other.change === 'give-back' && isOpen(other) && mayBeOfOne(other.target, intent.target),
    );
  });
}

/** How many workloads have something that is to be given back. */
export function raisedWorkloads(intents: ReadonlyMap<string, Intent>, policy: ResponsePolicy): number {
  const raises = openRaises(intents, policy);
  return raises.filter((raise, index) => raises.findIndex(({ target }) => isSameTarget(target, raise.target)) === index)
    .length;
}

/** Those whose rule gives back. */
function openRaises(intents: ReadonlyMap<string, Intent>, policy: ResponsePolicy): readonly Intent[] {
  return [...intents.values()].filter(
    (intent) => isRaised(intent) && ruleOf(intent, policy)?.scale.giveBack !== undefined,
  );
}

/** Whether something may be raised by it: of what failed it is not known. */
function isRaised({ state, mode, raise }: Intent): boolean {
  return raise !== undefined && mode === 'act' && (state === 'done' || state === 'failed');
}

/** Decides about giving back one step of a raise that is due. */
export function decideGiveBack(raise: Intent, context: DecisionContext): Decision {
  const rule = ruleOf(raise, context.policy);
  const { alert, fingerprint, target } = raise;
  const base = { alert, fingerprint, status: 'resolved', target, rule: raise.rule };
  const mode = rule && modeOf(rule, context);
  const held = rule && mode && heldBack(raise, rule, mode, context);
  if (rule === undefined || mode === undefined || held)
    return {
      ...base,
      outcome: 'nothing',
      reason: held?.reason ?? 'no-rule',
      detail: `what was raised stays for now: ${held?.detail ?? 'its rule is gone'}`,
      mode,
      intent: undefined,
    };
  const intent: Intent = {
    ...raise,
    id: idOf(['give-back', raise.id, mode, raise.raise?.quietSince]),
    serial: nextSerial(context.intents.values()),
    change: 'give-back',
    mode,
    state: rule.approval ? 'awaiting' : 'intended',
    decidedAt: context.now,
    since: context.now,
    endedAt: undefined,
    result: undefined,
    approvedBy: undefined,
    raise: undefined,
    givesBack: raise.id,
  };
  return {
    ...base,
    outcome: rule.approval ? 'ask' : 'act',
    reason: rule.approval ? 'approval-needed' : 'give-back',
    detail: `its alerts have been over for ${durationText(rule.scale.giveBack ?? 0)}: what the rule «${rule.name}» raised is given back`,
    mode,
    intent,
  };
}

function heldBack(raise: Intent, rule: ResponseRule, mode: ResponseMode, context: DecisionContext): Held | undefined {
  const { intents, now, policy, wall } = context;
  if (!coversTarget(rule, raise.target))
    return { reason: 'workload-not-allowed', detail: 'its rule does not cover the workload any more' };
  const isShown = (other: Intent) => other.givesBack === raise.id && other.mode === 'dry-run' && other.state === 'done';
  if (mode === 'dry-run' && [...intents.values()].some(isShown))
    return { reason: 'duplicate', detail: 'it was shown already what would be given back' };
  if (rule.hours !== undefined && !isOpenHour(rule.hours, wall))
    return { reason: 'outside-hours', detail: `it is outside of the hours «${rule.hours.name}»` };
  // Whatever changes the workload: two changes at once leave nobody knowing which of them helped.
  const changes = ofClass('act', 'scale');
  const last = lastOn(intents.values(), raise.target, rule.coolDown, now, (other) => {
    return changes(other) && other.state !== 'refused' && other.state !== 'expired';
  });
  if (last) return { reason: 'cool-down', detail: `the cool-down takes ${durationText(rule.coolDown)}` };
  const used = usedUp(rule, 'give-back', context);
  if (used) return used;
  if (isFull(intents.values(), now, longestWindow(policy)))
    return { reason: 'journal-full', detail: 'the journal has no room for one more' };
  return rule.approval ? tooManyAsked(intents.values()) : undefined;
}

/** After these nothing is left to give back, or a person does not want it. Whatever else forbids it may pass. */
const lastRefusals: ReadonlySet<string> = new Set(['changed-since', 'not-found', 'not-approved']);

/** The alerts of something that was not raised fire on: what was raised before stays for them, too. */
function handedOn({ firing }: AlertsOfRaise, before: Intent): readonly Intent[] {
  const known = before.raise?.firing ?? [];
  const all = [...new Set([...known, ...firing])].slice(0, mostAlerts);
  return all.length === known.length ? [] : [{ ...before, raise: { firing: all, quietSince: undefined } }];
}

/** Whether a give-back was refused as the one before was: what goes on for a night is told once. */
export function isToldBefore(ended: Intent, intents: ReadonlyMap<string, Intent>): boolean {
  if (ended.change !== 'give-back' || ended.state !== 'refused') return false;
  const [last] = [...intents.values()]
    .filter(({ id, givesBack }) => givesBack === ended.givesBack && id !== ended.id)
    .sort((a, b) => b.serial - a.serial);
  return last?.state === ended.state && last.result === ended.result;
}

/**
 * What is to be written down when an intent has ended: itself, and raises of the same workload that change with it.
 * @param reason why it ended so
 * @param stillRaised whether the workload has something that may be given back
 */
export function raisesAfter(
  ended: Intent,
  intents: ReadonlyMap<string, Intent>,
  { reason, stillRaised, now }: { readonly reason: string; readonly stillRaised: boolean; readonly now: number },
): readonly Intent[] {
  // Alerts that came while it was carried out are known to what is in the journal.
  const raise = intents.get(ended.id)?.raise;
  if (ended.change === 'give-back') {
    const raised = ended.givesBack === undefined ? undefined : intents.get(ended.givesBack);
    if (raised?.raise === undefined || reason === 'fires-again') return [ended];
    const goesOn = ended.state === 'refused' ? !lastRefusals.has(reason) : ended.state !== 'done' || stillRaised;
    const isOfIt = ({ id, target }: Intent) => id === raised.id || isSameTarget(target, ended.target);
    const changed: Intent[] = [];
    for (const other of intents.values()) {
      if (other.raise === undefined || !isRaised(other)) continue;
      // The next step, whichever raise it is of, waits from now on.
      const quietSince = other.raise.quietSince === undefined ? undefined : now;
      if (goesOn ? mayBeOfOne(other.target, ended.target) || isOfIt(other) : isOfIt(other))
        changed.push({ ...other, raise: goesOn ? { ...other.raise, quietSince } : undefined });
    }
    return [ended, ...changed];
  }
  if (raise === undefined || ended.state === 'failed') return [{ ...ended, raise }];
  const before = [...intents.values()].filter(
    (other) => other.id !== ended.id && isRaised(other) && isSameTarget(other.target, ended.target),
  );
  if (ended.state !== 'done' || ended.mode !== 'act' || !stillRaised)
    return [{ ...ended, raise: undefined }, ...before.flatMap((other) => handedOn(raise, other))];
  const firing = [...new Set([raise, ...before.map((other) => other.raise)].flatMap((each) => each?.firing ?? []))];
  const alerts = { firing: firing.slice(0, mostAlerts), quietSince: firing.length === 0 ? now : undefined };
  return [{ ...ended, raise: alerts }, ...before.map((other) => ({ ...other, raise: undefined }))];
}
