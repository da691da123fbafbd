import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { printable } from '../core/printable.ts';
import { targetText } from './alert-target.ts';
import type { Decision } from './decision.ts';
import type { Intent } from './journal.ts';

/** What the responder tells about itself: one JSON object a line, and metrics. */
export interface Telemetry {
  decision(decision: Decision): void;
  /** How an intent ended. */
  ended(intent: Intent, reason: string, seconds: number): void;
  /** Anything else. */
  say(level: 'info' | 'warning' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void;
  webhook(code: number, seconds: number): void;
  refusedRequest(reason: string): void;
  apiRequest(verb: string, resource: string, outcome: string): void;
  policy(loaded: boolean): void;
  notification(failed: number): void;
  /** What is asked for when metrics are read. */
  observe(state: {
    leading(): boolean;
    open(): number;
    awaiting(): number;
    raised(): number;
    suppressedEvents(): number;
  }): void;
  /** In Prometheus' text format. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

const webhookBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const actionBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** @param write takes whole lines; called with all lines of one webhook at once before it is answered */
export function telemetry(write: (text: string) => void, wall: () => Date): Telemetry {
  const registers = [new Registry()];
  const [registry] = registers;
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `plimsoll_respond_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `plimsoll_respond_${name}`, help, labelNames, registers });

  const webhooks = counter('webhooks_total', 'Webhooks by the status that they were answered with.', ['code']);
  const refused = counter('requests_refused_total', 'Requests that were turned away before they were read.', [
    'reason',
  ]);
  const decisions = counter('decisions_total', 'Decisions about alerts: act, ask or nothing, and why.', [
    'outcome',
    'reason',
    'rule',
    'mode',
  ]);
  const actions = counter('actions_total', 'Intents that ended: done, refused, failed or expired, and why.', [
    'action',
    'outcome',
    'reason',
    'rule',
    'mode',
  ]);
  // Alerts go by these times: a counter whose first value is a fault is no rise, and what was missed while nobody scraped is none either.
  const lastFailed = gauge('action_failed_timestamp_seconds', 'When an action was last given up.', [
    'action',
    'reason',
  ]);
  const lastLimited = gauge(
    'overall_limit_timestamp_seconds',
    'When the limit over all rules last held something back.',
  );
  const requests = counter('api_requests_total', 'Requests to the API server.', ['verb', 'resource', 'outcome']);
  const notifications = counter('notifications_failed_total', 'Notifications that could not be sent.', []);
  const webhookSeconds = new Histogram({
    name: 'plimsoll_respond_webhook_seconds',
    help: 'From the request to the answer, decisions written down included.',
    buckets: webhookBuckets,
    registers,
  });
  const actionSeconds = new Histogram({
    name: 'plimsoll_respond_action_seconds',
    help: 'From the decision, or its approval, to the end of the action.',
    labelNames: ['action'],
    buckets: actionBuckets,
    registers,
  });
  const policyLoaded = gauge('policy_last_load_successful', '1 where the policy file as it is now is in force.');
  const policyTime = gauge('policy_last_load_timestamp_seconds', 'When a policy was last put in force.');
  const leading = gauge('leading', '1 on the instance that acts.');
  const open = gauge('intents_open', 'Intents that are to be carried out.');
  const awaiting = gauge('intents_awaiting_approval', 'Intents that wait for a person.');
  const raised = gauge('raised', 'Workloads with more replicas than before, which are to be given back.');
  const suppressed = gauge('events_suppressed', 'Events that were counted together or left out.');
  let state: Parameters<Telemetry['observe']>[0] | undefined;
  // Alerts on rates need the series to be there before the first fault.
  notifications.inc(0);

  const seconds = () => wall().getTime() / 1000;
  const line = (level: string, message: string, fields: Readonly<Record<string, unknown>>) =>
    write(`${JSON.stringify({ time: wall().toISOString(), level, message, ...fields })}\n`);

  return {
    decision(decision) {
      const { outcome, reason, rule = '', mode = '' } = decision;
      decisions.inc({ outcome, reason, rule, mode });
      if (reason === 'overall-limit') lastLimited.set(seconds());
      line('info', 'decision', {
        outcome,
        reason,
        detail: printable(decision.detail),
        alert: decision.alert,
        status: decision.status,
        fingerprint: decision.fingerprint,
        ...(rule !== '' && { rule, mode }),
        ...(decision.target && { target: targetText(decision.target) }),
        ...(decision.intent && { intent: decision.intent.id }),
      });
    },
    ended(intent, reason, took) {
      const { rule, mode, state: outcome } = intent;
      const action = intent.change ?? 'record';
      actions.inc({ action, outcome, reason, rule, mode });
      if (outcome === 'done') actionSeconds.observe({ action }, took);
      if (outcome === 'failed') lastFailed.set({ action, reason }, seconds());
      line(outcome === 'failed' ? 'error' : 'info', 'action', {
        action,
        outcome,
        reason,
        detail: printable(intent.result ?? ''),
        intent: intent.id,
        alert: intent.alert,
        target: targetText(intent.target),
        rule,
        mode,
        ...(intent.approvedBy !== undefined && { approvedBy: intent.approvedBy }),
        seconds: Math.round(took * 1000) / 1000,
      });
    },
    say: (level, message, fields = {}) => line(level, printable(message), fields),
    webhook(code, took) {
      webhooks.inc({ code: String(code) });
      webhookSeconds.observe(took);
    },
    refusedRequest: (reason) => refused.inc({ reason }),
    apiRequest: (verb, resource, outcome) => requests.inc({ verb, resource, outcome }),
    policy(loaded) {
      policyLoaded.set(loaded ? 1 : 0);
      if (loaded) policyTime.set(seconds());
    },
    notification: (failed) => notifications.inc(failed),
    observe(asked) {
      state = asked;
    },
    async metrics() {
      leading.set(state?.leading() ? 1 : 0);
      open.set(state?.open() ?? 0);
      awaiting.set(state?.awaiting() ?? 0);
      raised.set(state?.raised() ?? 0);
      suppressed.set(state?.suppressedEvents() ?? 0);
      return { type: registry?.contentType ?? 'text/plain', text: (await registry?.metrics()) ?? '' };
    },
  };
}
