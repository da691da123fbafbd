import { printable } from '../core/printable.ts';
import type { ResponseMode, ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { targetText } from './alert-target.ts';
import { readToken, signedToken } from './approval-token.ts';
import type { Clock } from './clock.ts';
import type { ResponderCluster } from './cluster.ts';
import { kinds } from './cluster.ts';
import { decide, longestWindow, usedUp } from './decide.ts';
import type { Decision } from './decision.ts';
import { eventRecorder } from './event-recorder.ts';
import { decideGiveBack, dueRaises, followedRaises, isToldBefore, raisedWorkloads, raisesAfter } from './give-back.ts';
import { keepRecord } from './incident-record.ts';
import type { Intent } from './journal.ts';
import { journalStore } from './journal-store.ts';
import { electLeader } from './lease.ts';
import { type Notification, notify } from './notify.ts';
import { textAt } from './object-fields.ts';
import type { Telemetry } from './telemetry.ts';
import type { ReceivedAlert, ReceivedWebhook } from './webhook.ts';
import { type Ended, worker } from './worker.ts';

/** What became of a webhook: `standby` where another instance acts, `unrecorded` where the decision could not be written down. */
export type Reception =
  | { readonly kind: 'decided'; readonly decisions: readonly Decision[] }
  | { readonly kind: 'standby' | 'unrecorded' };

/** What became of a link. */
export interface ApprovalView {
  readonly kind: 'open' | 'confirmed' | 'refused' | 'limit' | 'expired' | 'used' | 'unknown' | 'standby' | 'unrecorded';
  readonly intent: Intent | undefined;
}

export interface Responder {
  /** Decides about every alert, and resolves when all that is to be done is written down. */
  receive(webhook: ReceivedWebhook): Promise<Reception>;
  /** What a link is about. Changes nothing. */
  viewApproval(token: string): ApprovalView;
  /** A person's word on a link. */
  confirm(token: string, word: 'approve' | 'refuse', by: string): Promise<ApprovalView>;
  isLeading(): boolean;
  stop(): Promise<void>;
}

export interface ResponderSettings {
  readonly cluster: ResponderCluster;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The policy in force. */
  policy(): ResponsePolicy;
  readonly forcedMode: ResponseMode | undefined;
  /** The responder's own: journal, lease and records are there. */
  readonly namespace: string;
  readonly name: string;
  /** Of this instance; the same after a restart of its container. */
  readonly identity: string;
  /** Undefined where no rule needs approval. */
  readonly approvalKey: (() => Buffer) | undefined;
}

/** Receives, decides, writes down, carries out. Stands by until the lease is its own. */
export function startResponder(settings: ResponderSettings): Responder {
  const { cluster, clock, telemetry, policy, forcedMode, namespace, name, identity, approvalKey } = settings;
  const events = eventRecorder(cluster, clock, { name: 'plimsoll-respond', instance: identity }, (error) =>
    telemetry.say('warning', 'an event could not be written', { error: messageOf(error) }),
  );
  let ready = false;

  const store = journalStore({
    cluster,
    clock,
    reference: { namespace, name: `${name}-journal` },
    holder: identity,
    longestWindow: () => longestWindow(policy()),
    found(intent) {
      if (intent.state === 'intended') work.enqueue(intent);
      else void tellApproval(intent);
    },
    lost: standBy,
  });

  const leadership = electLeader({
    cluster,
    clock,
    namespace,
    name,
    identity,
    async elected() {
      await store.takeOver();
      ready = true;
      telemetry.say('info', 'leading: this instance acts', { identity, journal: store.intents.size });
    },
    lost: standBy,
    failed: (error) => telemetry.say('warning', 'the lease could not be had or renewed', { error: messageOf(error) }),
  });
  const isLeading = () => ready && leadership.isLeading();

  const work = worker({
    store,
    clock,
    isLeading,
    context: () => ({
      cluster,
      policy: policy(),
      forcedMode,
      intents: store.intents,
      now: clock.now,
      wall: clock.wall,
      mustLead() {
        if (!isLeading()) throw new Error('this instance does not lead any more');
      },
    }),
    look: giveBack,
    ended: tellEnd,
    failed: (error, intent) =>
      telemetry.say('warning', 'an action could not be done yet', { intent: intent.id, error: messageOf(error) }),
  });
  telemetry.observe({
    leading: isLeading,
    open: () => countOf('intended'),
    awaiting: () => countOf('awaiting'),
    raised: () => raisedWorkloads(store.intents, policy()),
    suppressedEvents: () => events.suppressed,
  });

  function countOf(state: Intent['state']): number {
    let count = 0;
    for (const intent of store.intents.values()) if (intent.state === state) count++;
    return count;
  }

  function standBy(): void {
    if (ready)
      telemetry.say('warning', 'standing by: another instance acts, or the lease could not be renewed', { identity });
    ready = false;
    work.clear();
  }

  function decisionContext() {
    return { policy: policy(), forcedMode, intents: store.intents, now: clock.now(), wall: clock.wall() };
  }

  async function receive({ alerts, truncated }: ReceivedWebhook): Promise<Reception> {
    if (!isLeading()) return { kind: 'standby' };
    const decisions: Decision[] = [];
    const stored: Promise<void>[] = [];
    for (const alert of alerts) {
      if (!('malformed' in alert)) stored.push(...follow(alert));
      const decision = decide(alert, decisionContext());
      decisions.push(decision);
      // Counts at once, so that the next alert is decided about in its knowledge.
      if (decision.intent) stored.push(writeDown(decision, decision.intent));
    }
    const failure = (await Promise.allSettled(stored)).find((each) => each.status === 'rejected');
    if (failure) {
      telemetry.say('error', 'decisions could not be written down; Alertmanager is asked to try again', {
        error: messageOf(failure.reason),
      });
      return { kind: 'unrecorded' };
    }
    if (truncated > 0) telemetry.say('warning', 'Alertmanager left out alerts (max_alerts)', { truncated });
    for (const decision of decisions) {
      if (decision.intent) continue;
      telemetry.decision(decision);
      recordNothing(decision);
    }
    return { kind: 'decided', decisions };
  }

  /** What an alert means for what was raised. Where it cannot be written down it does not count: it comes again. */
  function follow(alert: ReceivedAlert): readonly Promise<void>[] {
    const followed = followedRaises(alert, decisionContext());
    if (followed.length === 0) return [];
    const before = followed.map(({ id }) => store.intents.get(id));
    const write = async () => {
      try {
        await store.update(...followed);
      } catch (error) {
        for (const [index, was] of before.entries())
          if (was && store.intents.get(was.id) === followed[index]) store.revert(was);
        throw error;
      }
      for (const { id, raise, target } of followed)
        if (raise?.quietSince !== undefined)
          telemetry.say('info', 'none of the alerts fires for which it was raised', {
            intent: id,
            target: targetText(target),
          });
    };
    return [write()];
  }

  /** Reasons why something is not given back yet that were told. */
  const toldHeld = new Map<string, string>();
  let lookAgain = 0;

  async function giveBack(): Promise<void> {
    if (clock.now() < lookAgain) return;
    try {
      for (const raise of dueRaises(decisionContext())) {
        const decision = decideGiveBack(raise, decisionContext());
        if (decision.intent) {
          toldHeld.delete(raise.id);
          await writeDown(decision, decision.intent);
        } else if (toldHeld.get(raise.id) !== decision.reason) {
          toldHeld.set(raise.id, decision.reason);
          telemetry.decision(decision);
        }
      }
    } catch (error) {
      lookAgain = clock.now() + 10_000;
      telemetry.say('warning', 'what is to be given back could not be written down', { error: messageOf(error) });
    }
  }

  /** What is written down is carried out, whatever becomes of the other alerts of its webhook. */
  async function writeDown(decision: Decision, intent: Intent): Promise<void> {
    await store.add([intent]);
    telemetry.decision(decision);
    if (decision.outcome === 'act') work.enqueue(intent);
    else void tellApproval(intent);
  }

  /** Where the policy would have acted, its not acting is told on the workload. */
  function recordNothing({ reason, detail, target, alert }: Decision): void {
    if (!toldReasons.has(reason) || target === undefined) return;
    const { namespace: at, kind, workload, pod } = target;
    const about =
      kind && workload
        ? { apiVersion: kinds[kind].apiVersion, kind: kinds[kind].kind, name: workload, uid: undefined }
        : pod && { apiVersion: 'v1', kind: 'Pod', name: pod, uid: undefined };
    if (about)
      events.record({
        type: 'Normal',
        reason: 'PlimsollDidNothing',
        message: `${alert}: ${detail}`,
        namespace: at,
        about,
      });
  }

  async function tellEnd({ intent, reason, detail, target, found, evidence }: Ended): Promise<void> {
    telemetry.ended(intent, reason, (clock.now() - intent.since) / 1000);
    if (isToldBefore(intent, store.intents)) return;
    if (found)
      events.record({
        type: intent.state === 'failed' ? 'Warning' : 'Normal',
        reason: eventReason(intent, reason),
        message: `${intent.alert}: ${detail} (rule «${intent.rule}», ${intent.id})`,
        namespace: target.namespace,
        about: {
          apiVersion: found.reference.kind.apiVersion,
          kind: found.reference.kind.kind,
          name: found.reference.name,
          uid: textAt(found.object, 'metadata', 'uid'),
        },
      });
    const rule = policy().rules.find(({ name: each }) => each === intent.rule);
    if (rule?.actions.includes('incident') && intent.change !== 'give-back' && intent.state !== 'refused')
      await tryThrice('the incident could not be recorded', async () => {
        const record = { intent, outcome: detail, evidence };
        const place = await keepRecord(cluster, { namespace, name }, record, policy().record);
        telemetry.say('info', 'incident recorded', { intent: intent.id, place });
      });
    await tell({
      intent,
      outcome: reason === 'dry-run' ? reason : intent.state,
      text: detail,
      evidence,
      link: undefined,
    });
  }

  async function tellApproval(intent: Intent): Promise<void> {
    const settings = policy().approval;
    if (settings === undefined || approvalKey === undefined) return;
    const expires = intent.decidedAt + settings.expires * 1000;
    const link = `${settings.url}/approve/${signedToken({ id: intent.id, serial: intent.serial, expires }, approvalKey())}`;
    const text = `${intent.change} of ${targetText(intent.target)} waits for a word`;
    await tell({ intent, outcome: 'approval', text, evidence: undefined, link });
  }

  async function tell(notification: Notification): Promise<void> {
    const failures = await notify(notification, policy().notify, clock.wall());
    telemetry.notification(failures.length);
    for (const failure of failures)
      telemetry.say('warning', 'a notification could not be sent', { intent: notification.intent.id, failure });
  }

  async function tryThrice(message: string, attempt: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++)
      try {
        return await attempt();
      } catch (error) {
        if (tries === 3) return telemetry.say('error', message, { error: messageOf(error) });
        await clock.sleep(500 * tries);
      }
  }

  function viewApproval(text: string): ApprovalView {
    const token = approvalKey && readToken(text, approvalKey());
    if (token === undefined) return { kind: 'unknown', intent: undefined };
    if (!isLeading()) return { kind: 'standby', intent: undefined };
    const intent = store.intents.get(token.id);
    if (intent === undefined) return { kind: 'unknown', intent };
    if (intent.serial !== token.serial) return { kind: 'used', intent: undefined };
    if (intent.state !== 'awaiting') return { kind: intent.state === 'expired' ? 'expired' : 'used', intent };
    return { kind: clock.now() > token.expires ? 'expired' : 'open', intent };
  }

  async function confirm(text: string, word: 'approve' | 'refuse', by: string): Promise<ApprovalView> {
    const view = viewApproval(text);
    if (view.kind !== 'open' || view.intent === undefined) return view;
    const { intent } = view;
    const rule = policy().rules.find(({ name: each }) => each === intent.rule);
    if (word === 'approve' && rule && usedUp(rule, intent.change, decisionContext())) return { kind: 'limit', intent };
    const now = clock.now();
    const approvedBy = printable(by).slice(0, 80) || 'somebody with the link';
    const confirmed: Intent =
      word === 'approve'
        ? { ...intent, state: 'intended', since: now, approvedBy }
        : { ...intent, state: 'refused', endedAt: now, approvedBy, result: 'a person refused it' };
    const ended = raisesAfter(confirmed, store.intents, { reason: 'not-approved', stillRaised: false, now });
    const before = ended.map(({ id }) => store.intents.get(id));
    try {
      await store.update(...(word === 'approve' ? [confirmed] : ended));
    } catch (error) {
      for (const each of before) if (each) store.revert(each);
      telemetry.say('error', 'an approval could not be written down', { intent: intent.id, error: messageOf(error) });
      return { kind: 'unrecorded', intent };
    }
    if (word === 'approve') work.enqueue(confirmed);
    else telemetry.ended(confirmed, 'not-approved', 0);
    telemetry.say('info', 'approval', { intent: intent.id, word, approvedBy });
    return { kind: word === 'approve' ? 'confirmed' : 'refused', intent: confirmed };
  }

  return {
    receive,
    viewApproval,
    confirm,
    isLeading,
    async stop() {
      ready = false;
      await work.stop();
      await events.flush();
      await leadership.release();
    },
  };
}

const toldReasons: ReadonlySet<string> = new Set([
  'outside-hours',
  'cool-down',
  'rule-limit',
  'overall-limit',
  'journal-full',
]);

function eventReason(intent: Intent, reason: string): string {
  if (intent.state === 'failed') return 'PlimsollFailed';
  if (intent.state === 'refused' || intent.state === 'expired') return 'PlimsollRefused';
  if (reason === 'dry-run') return 'PlimsollWould';
  switch (intent.change) {
    case 'restart':
      return 'PlimsollRestarted';
    case 'scale':
      return 'PlimsollScaled';
    case 'rollback':
      return 'PlimsollRolledBack';
    case 'give-back':
      return 'PlimsollGaveBack';
    default:
      return 'PlimsollRecorded';
  }
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error)).slice(0, 500);
}
