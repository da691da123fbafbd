import { readFile } from 'node:fs/promises';
import { errorCode } from '../core/errors.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { targetText } from './alert-target.ts';
import { type Evidence, evidenceText } from './evidence.ts';
import type { Intent } from './journal.ts';

/** What people are told about one intent. */
export interface Notification {
  readonly intent: Intent;
  /** `done`, `dry-run`, `refused`, `failed`, `approval`. */
  readonly outcome: string;
  readonly text: string;
  readonly evidence: Evidence | undefined;
  /** Where it is confirmed. */
  readonly link: string | undefined;
}

const timeout = 5000;
const longestEvidence = 3000;
/** Minutes after which the notification's own alert is over. */
const lasts = 15;

/**
 * Tells Alertmanager, which knows who is to be told how, and a webhook. Gives what failed: a notification that cannot be sent holds
 * nothing up.
 */
export async function notify(
  notification: Notification,
  policy: ResponsePolicy['notify'],
  now: Date,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const attempt = async (what: string, send: () => Promise<void>) => {
    try {
      await send();
    } catch (error) {
      // The address of a webhook is a secret, and errors tell it.
      failures.push(
        `${what}: ${error instanceof Error && error.name === 'TimeoutError' ? 'no answer' : reasonOf(error)}`,
      );
    }
  };
  const { alertmanager, webhookUrlFile } = policy;
  await Promise.all([
    alertmanager && attempt('Alertmanager', () => post(`${alertmanager}/api/v2/alerts`, [alertOf(notification, now)])),
    webhookUrlFile &&
      attempt('webhook', async () =>
        post((await readFile(webhookUrlFile, 'utf8')).trim(), { text: plainText(notification) }),
      ),
  ]);
  return failures;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'status' in error) return `HTTP ${String(error.status)}`;
  return errorCode(error) ?? 'it could not be sent';
}

async function post(address: string, body: unknown): Promise<void> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
    redirect: 'error',
  });
  await response.body?.cancel();
  if (!response.ok) throw Object.assign(new Error('refused'), { status: response.status });
}

/** An alert of its own (https://prometheus.io/docs/alerting/latest/alerts_api/): the same one again is no second message. */
function alertOf({ intent, outcome, text, evidence, link }: Notification, now: Date): object {
  const { target } = intent;
  const labels: Record<string, string | undefined> = {
    alertname: 'PlimsollResponse',
    severity: outcome === 'done' || outcome === 'dry-run' ? 'info' : 'warning',
    namespace: target.namespace,
    workload: target.workload,
    pod: target.pod,
    container: intent.container,
    image: intent.image,
    team: intent.team,
    action: intent.change ?? 'record',
    outcome,
    response: intent.id,
  };
  return {
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined && value !== '')),
    annotations: {
      summary: text,
      description: `${intent.alert}: ${intent.summary}`,
      ...(evidence && { evidence: evidenceText(evidence, longestEvidence) }),
      ...(link !== undefined && { approve: link }),
    },
    startsAt: new Date(intent.decidedAt).toISOString(),
    endsAt: new Date(now.getTime() + lasts * 60_000).toISOString(),
  };
}

function plainText({ intent, text, evidence, link }: Notification): string {
  return [
    `${intent.alert} (${targetText(intent.target)}): ${text}`,
    ...(intent.image === undefined ? [] : [`image: ${intent.image}`]),
    ...(link === undefined ? [] : [`Confirm or refuse: ${link}`]),
    ...(evidence ? [evidenceText(evidence, longestEvidence)] : []),
  ]
    .join('\n')
    .replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
}
