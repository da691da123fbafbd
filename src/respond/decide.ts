import { printable } from '../core/printable.ts';
import { durationText } from '../kubernetes/response/policy-value.ts';
import {
  changeOf,
  fitsPattern,
  type RespondedKind,
  type ResponseMode,
  type ResponsePolicy,
  type ResponseRule,
} from '../kubernetes/response/response-policy.ts';
import { type AlertTarget, targetOf } from './alert-target.ts';
import { isOpen as isOpenHour } from './business-hours.ts';
import type { Decision, DecisionReason } from './decision.ts';
import { type Intent, type IntentChange, idOf } from './journal.ts';
import { isFull, isUsedUp, lastOn, nextSerial, ofClass } from './ledger.ts';
import type { MalformedAlert, ReceivedAlert } from './webhook.ts';

/** What a decision depends on besides the alert. Nothing else does it depend on: it asks no cluster and no clock. */
export interface DecisionContext {
  readonly policy: ResponsePolicy;
  /** `--dry-run` and `--act`; undefined leaves it to the policy. */
  readonly forcedMode: ResponseMode | undefined;
  /** All that is written down, by id. */
  readonly intents: ReadonlyMap<string, Intent>;
  /** The responder's own time, which goes on evenly: windows and cool-downs. */
  readonly now: number;
  /** What the clock on the wall says: business hours. */
  readonly wall: Date;
}

/** Alerts about this responder, and those it sends itself: to act on them would go in circles. */
const ownAlerts = 'PlimsollRespon';
const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease'];
const mostAwaiting = 50;

/** Decides what is done about one alert. */
export function decide(alert: ReceivedAlert | MalformedAlert, context: DecisionContext): Decision {
  if ('malformed' in alert) {
    const unknown = { alert: '', fingerprint: '', status: '', rule: undefined, mode: undefined, target: undefined };
    return { outcome: 'nothing', reason: 'malformed', detail: alert.malformed, ...unknown, intent: undefined };
  }
  const name = printable(alert.labels.get('alertname') ?? '').slice(0, 200);
  const target = targetOf(alert.labels, context.policy.targetLabels);
  const base = { alert: name, fingerprint: alert.fingerprint, status: alert.status, target };
  const nothing = (reason: DecisionReason, detail: string, rule?: ResponseRule): Decision => ({
    ...base,
    outcome: 'nothing',
    reason,
    detail,
    rule: rule?.name,
    mode: rule && modeOf(rule, context),
    intent: undefined,
  });
  if (alert.status === 'resolved') return nothing('resolved', 'the alert is over');
  if (name.startsWith(ownAlerts)) return nothing('own-alert', 'the alert is about the responder itself');
  const fitting = context.policy.rules.filter((rule) => isAbout(rule, alert));
  const [first] = fitting;
  if (first === undefined) return nothing('no-rule', 'no rule is about this alert');
  if (target === undefined)
    return nothing(
      'no-target',
      'its labels name no namespace with a workload or a pod, or none with a valid name',
      first,
    );
  const inNamespace = fitting.filter((rule) => allowsNamespace(rule, target.namespace));
  if (inNamespace.length === 0)
    return nothing('namespace-not-allowed', `no rule about it covers the namespace ${target.namespace}`, first);
  const allowed = inNamespace.filter((rule) => allowsWorkload(rule, target));
  if (allowed.length === 0)
    return nothing('workload-not-allowed', 'no rule about it covers the workload', inNamespace[0]);
  const rule = allowed.find(({ hours }) => hours === undefined || isOpenHour(hours, context.wall));
  if (rule === undefined)
    return nothing('outside-hours', `it is outside of the hours «${allowed[0]?.hours?.name}»`, allowed[0]);
  const held = heldBack(rule, alert, target, context);
  if (held) return nothing(held.reason, held.detail, rule);
  const intent = newIntent(rule, alert, target, context);
  return {
    ...base,
    outcome: rule.approval ? 'ask' : 'act',
    reason: rule.approval ? 'approval-needed' : 'policy',
    detail: `${rule.actions.join(', ')} by the rule «${rule.name}»`,
    rule: rule.name,
    mode: intent.mode,
    intent,
  };
}

/** The mode in force: the command line's, where it says one; a rule that is on trial stays so under `--act`. */
export function modeOf(
  rule: ResponseRule,
  { policy, forcedMode }: Pick<DecisionContext, 'policy' | 'forcedMode'>,
): ResponseMode {
  if (forcedMode === 'dry-run') return 'dry-run';
  return rule.mode ?? forcedMode ?? policy.mode;
}

/** Whether the rule is about the alert, whatever its target. */
export function isAbout(rule: ResponseRule, { labels }: Pick<ReceivedAlert, 'labels'>): boolean {
  const name = labels.get('alertname') ?? '';
  if (!rule.alerts.some((pattern) => fitsPattern(pattern, name))) return false;
  for (const [label, pattern] of rule.labels) if (!fitsPattern(pattern, labels.get(label) ?? '')) return false;
  return true;
}

/** `*` leaves out what the cluster itself lives on. */
function allowsNamespace(rule: ResponseRule, namespace: string): boolean {
  return rule.namespaces.includes(namespace) || (rule.namespaces[0] === '*' && !systemNamespaces.includes(namespace));
}

/** Whether the rule may touch the workload. Of what the labels do not tell it is not known yet: {@link coversWorkload} is asked again. */
function allowsWorkload(rule: ResponseRule, { kind, workload }: AlertTarget): boolean {
  if (workload === undefined) return true;
  return rule.workloads.some(
    (pattern) =>
      (kind === undefined || pattern.kind === undefined || pattern.kind === kind) &&
      fitsPattern(pattern.name, workload),
  );
}

/** Whether the rule may touch the workload that was found. */
export function coversWorkload(rule: ResponseRule, namespace: string, kind: RespondedKind, name: string): boolean {
  return coversTarget(rule, { namespace, kind, workload: name, pod: undefined });
}

/** Whether the rule may touch what an alert names, as far as its labels tell. */
export function coversTarget(rule: ResponseRule, target: AlertTarget): boolean {
  return allowsNamespace(rule, target.namespace) && allowsWorkload(rule, target);
}

/** Why something that a rule is for is not done now. */
export interface Held {
  readonly reason: DecisionReason;
  readonly detail: string;
}

/** What was done before, and how often: reasons not to do it now. */
function heldBack(
  rule: ResponseRule,
  alert: ReceivedAlert,
  target: AlertTarget,
  context: DecisionContext,
): Held | undefined {
  const { intents, now, policy } = context;
  const before = intents.get(intentId(rule, alert, target, context));
  if (before?.state === 'awaiting') return { reason: 'awaiting-approval', detail: 'somebody has to confirm it' };
  if (before?.state === 'intended' || before?.state === 'done')
    return { reason: 'duplicate', detail: `it was decided at ${timeText(before.decidedAt)} already` };
  const last = lastOn(intents.values(), target, rule.coolDown, now, coolsDown(rule, modeOf(rule, context)));
  if (last) {
    const seconds = Math.max(0, (now - (last.endedAt ?? last.since)) / 1000);
    const what = last.change ?? 'a look';
    const when =
      last.state === 'intended' || last.state === 'awaiting'
        ? 'is on its way'
        : `was ${last.state} ${durationText(seconds)} ago`;
    return { reason: 'cool-down', detail: `${what} ${when}, and the cool-down takes ${durationText(rule.coolDown)}` };
  }
  const used = usedUp(rule, changeOf(rule), context);
  if (used) return used;
  if (isFull(intents.values(), now, longestWindow(policy)))
    return { reason: 'journal-full', detail: 'the journal has no room for one more' };
  return rule.approval ? tooManyAsked(intents.values()) : undefined;
}

/** Changes cool down all changes; looks only those of the same rule. */
function coolsDown(rule: ResponseRule, mode: ResponseMode): (intent: Intent) => boolean {
  const change = changeOf(rule);
  const sameClass = ofClass(mode, change);
  return (intent) =>
    sameClass(intent) &&
    (intent.rule === rule.name || (change !== undefined && intent.state !== 'refused' && intent.state !== 'expired'));
}

/** The limit that one more intent of this rule would break. */
export function usedUp(
  rule: ResponseRule,
  change: IntentChange | undefined,
  context: DecisionContext,
): Held | undefined {
  const { intents, now, policy } = context;
  const same = ofClass(modeOf(rule, context), change);
  const limitText = ({ actions, seconds }: typeof rule.limit) => `${actions} in ${durationText(seconds)}`;
  if (isUsedUp(intents.values(), rule.limit, now, (intent) => same(intent) && intent.rule === rule.name))
    return { reason: 'rule-limit', detail: `the rule's limit is used up: ${limitText(rule.limit)}` };
  if (isUsedUp(intents.values(), policy.limit, now, same))
    return { reason: 'overall-limit', detail: `the limit over all rules is used up: ${limitText(policy.limit)}` };
  return undefined;
}

/** Where as many wait for a person as may. */
export function tooManyAsked(intents: Iterable<Intent>): Held | undefined {
  let awaiting = 0;
  for (const { state } of intents) if (state === 'awaiting') awaiting++;
  return awaiting < mostAwaiting ? undefined : { reason: 'overall-limit', detail: `${mostAwaiting} wait for approval` };
}

/** Seconds after which nothing that was done matters to a decision. */
export function longestWindow({ limit, rules }: ResponsePolicy): number {
  return Math.max(limit.seconds, ...rules.flatMap((rule) => [rule.limit.seconds, rule.coolDown]));
}

function newIntent(rule: ResponseRule, alert: ReceivedAlert, target: AlertTarget, context: DecisionContext): Intent {
  const label = (name: string) => {
    const value = alert.labels.get(name);
    return value === undefined || value === '' ? undefined : printable(value).slice(0, 300);
  };
  return {
    id: intentId(rule, alert, target, context),
    serial: nextSerial(context.intents.values()),
    rule: rule.name,
    change: changeOf(rule),
    mode: modeOf(rule, context),
    alert: label('alertname') ?? '',
    fingerprint: alert.fingerprint,
    startsAt: alert.startsAt,
    summary: printable(alert.summary).slice(0, 200),
    target,
    container: label('container'),
    image: label('image'),
    team: label('team'),
    state: rule.approval ? 'awaiting' : 'intended',
    decidedAt: context.now,
    since: context.now,
    endedAt: undefined,
    result: undefined,
    approvedBy: undefined,
    // Also of a rule that gives nothing back: while its alert fires, what another one has raised stays.
    raise: changeOf(rule) === 'scale' ? { firing: [alert.fingerprint], quietSince: undefined } : undefined,
    givesBack: undefined,
  };
}

/**
 * The group is not part of it: the same alert on two routes is one alert. Nor is its status, for only firing ones have intents.
 */
function intentId(rule: ResponseRule, alert: ReceivedAlert, target: AlertTarget, context: DecisionContext): string {
  const { namespace, workload, pod } = target;
  const about = [alert.fingerprint, alert.startsAt, namespace, workload, pod];
  return idOf([rule.name, ...rule.actions, modeOf(rule, context), ...about]);
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
