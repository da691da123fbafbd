import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../core/json-object.ts';

/** One alert of a webhook, as far as the responder uses it. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  /** As Alertmanager computes it from the labels; made here where it is missing. */
  readonly fingerprint: string;
  readonly summary: string;
}

/** An alert that is not understood, and why. The others of its webhook are. */
export interface MalformedAlert {
  readonly malformed: string;
}

export interface ReceivedWebhook {
  readonly groupKey: string;
  readonly alerts: readonly (ReceivedAlert | MalformedAlert)[];
  /** Alerts that Alertmanager left out (`max_alerts`). */
  readonly truncated: number;
}

const mostLabels = 100;
const longestName = 256;
const longestValue = 4096;
const mostAlerts = 2000;

/**
 * Reads what Alertmanager posts (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4).
 * Gives the reason where the whole is no such message.
 */
export function readWebhook(body: unknown): ReceivedWebhook | { readonly refused: string } {
  if (!isJsonObject(body)) return { refused: 'the body is no JSON object' };
  if (body.version !== '4') return { refused: 'the body is no webhook of Alertmanager: «version» is not "4"' };
  const { alerts, groupKey, truncatedAlerts } = body;
  if (!Array.isArray(alerts)) return { refused: '«alerts» is no list' };
  if (alerts.length > mostAlerts) return { refused: `more than ${mostAlerts} alerts: set max_alerts` };
  if (typeof groupKey !== 'string' || groupKey.length > 65_536) return { refused: '«groupKey» is no text' };
  return {
    groupKey,
    alerts: alerts.map(readAlert),
    truncated: typeof truncatedAlerts === 'number' && truncatedAlerts > 0 ? Math.floor(truncatedAlerts) : 0,
  };
}

function readAlert(value: unknown): ReceivedAlert | MalformedAlert {
  if (!isJsonObject(value)) return { malformed: 'the alert is no object' };
  const { status, startsAt, fingerprint } = value;
  if (status !== 'firing' && status !== 'resolved') return { malformed: '«status» is neither firing nor resolved' };
  const labels = readLabels(value.labels);
  if (typeof labels === 'string') return { malformed: labels };
  const started = typeof startsAt === 'string' && startsAt.length < 64 ? Date.parse(startsAt) : Number.NaN;
  if (Number.isNaN(started)) return { malformed: '«startsAt» is no time' };
  return {
    status,
    labels,
    startsAt: started,
    fingerprint: typeof fingerprint === 'string' && /^[0-9a-f]{1,64}$/.test(fingerprint) ? fingerprint : hashOf(labels),
    summary: summaryOf(jsonObjectOf(value.annotations)),
  };
}

function readLabels(value: unknown): ReadonlyMap<string, string> | string {
  if (!isJsonObject(value)) return '«labels» is no object';
  const entries = Object.entries(value);
  if (entries.length > mostLabels) return `more than ${mostLabels} labels`;
  const labels = new Map<string, string>();
  for (const [name, text] of entries) {
    if (typeof text !== 'string') return 'the value of a label is no text';
    if (name.length > longestName || text.length > longestValue) return 'a label is too long';
    labels.set(name, text);
  }
  if (!labels.get('alertname')) return 'the label «alertname» is missing';
  return labels;
}

function summaryOf({ summary, description, message }: JsonObject): string {
  const text = [summary, description, message].find((each) => typeof each === 'string');
  return typeof text === 'string' ? text.slice(0, 500) : '';
}

function hashOf(labels: ReadonlyMap<string, string>): string {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
