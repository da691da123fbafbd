import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json-object.ts';
import {
  type RespondedKind,
  type ResponseMode,
  respondedKinds,
  type WorkloadChange,
  workloadChanges,
} from '../kubernetes/response/response-policy.ts';
import type { AlertTarget } from './alert-target.ts';

/**
 * What became of an intent. `intended` is to be done, `awaiting` waits for a person; the others are final: `done`, `refused` (the
 * cluster's state forbade it), `failed` (it could not be done), `expired` (nobody approved in time).
 */
export const intentStates = ['intended', 'awaiting', 'done', 'refused', 'failed', 'expired'] as const;
export type IntentState = (typeof intentStates)[number];

/** What an intent does to a workload: what a rule asks for, or giving back what `scale` raised. */
export type IntentChange = WorkloadChange | 'give-back';
export const intentChanges: readonly IntentChange[] = [...workloadChanges, 'give-back'];

/** Of a raise that is to be given back: which of its alerts still fire. */
export interface AlertsOfRaise {
  /** Fingerprints. */
  readonly firing: readonly string[];
  /** Since when none of them fires, or since the last step that was given back; in the responder's time. */
  readonly quietSince: number | undefined;
}

/** The id of an intent, of all that makes it another one. */
export function idOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}

/** One thing that the policy demands to be done for one alert, from the decision to its end. */
export interface Intent {
  /** The same for the same alert, rule and mode, whoever computes it: what makes an action happen once. */
  readonly id: string;
  /** Counts up: which record of an incident it overwrites. */
  readonly serial: number;
  readonly rule: string;
  /** Undefined: evidence and record only. */
  readonly change: IntentChange | undefined;
  readonly mode: ResponseMode;
  readonly alert: string;
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly summary: string;
  readonly target: AlertTarget;
  readonly container: string | undefined;
  readonly image: string | undefined;
  readonly team: string | undefined;
  readonly state: IntentState;
  /** When it was decided, in the responder's time (milliseconds since 1970). */
  readonly decidedAt: number;
  readonly endedAt: number | undefined;
  /** What was done, or why not. */
  readonly result: string | undefined;
  /** Who confirmed it, as they called themselves. */
  readonly approvedBy: string | undefined;
  /** Since when it may be carried out: the decision, or the approval. */
  readonly since: number;
  /** Of a `scale` whose rule gives back, until all is given back or is somebody else's. */
  readonly raise: AlertsOfRaise | undefined;
  /** Of a `give-back`: the id of the raise. */
  readonly givesBack: string | undefined;
}

export function isOpen({ state }: Intent): boolean {
  return state === 'intended' || state === 'awaiting';
}

/** The journal as it is kept in the cluster. */
export function journalText(intents: readonly Intent[]): string {
  return JSON.stringify({ version: 1, intents });
}

/** The intents of a stored journal. What somebody else wrote into it and is not understood is left out. */
export function readJournal(text: string): readonly Intent[] {
  const { intents } = parseJsonObject(text) ?? {};
  return Array.isArray(intents) ? intents.flatMap((item) => readIntent(item) ?? []) : [];
}

function readIntent(value: unknown): Intent | undefined {
  if (!isJsonObject(value) || !isJsonObject(value.target)) return undefined;
  const { target } = value;
  const state = intentStates.find((each) => each === value.state);
  const text = (field: unknown) => (typeof field === 'string' ? field : undefined);
  const number = (field: unknown) => (typeof field === 'number' && Number.isFinite(field) ? field : undefined);
  const [id, rule, alert, namespace] = [text(value.id), text(value.rule), text(value.alert), text(target.namespace)];
  const decidedAt = number(value.decidedAt);
  if (!id || !rule || !alert || !namespace || !state || decidedAt === undefined) return undefined;
  return {
    id,
    rule,
    serial: number(value.serial) ?? 0,
    alert,
    state,
    decidedAt,
    change: intentChanges.find((each) => each === value.change),
    mode: value.mode === 'act' ? 'act' : 'dry-run',
    fingerprint: text(value.fingerprint) ?? '',
    startsAt: number(value.startsAt) ?? 0,
    summary: text(value.summary) ?? '',
    target: { namespace, kind: kindOf(target.kind), workload: text(target.workload), pod: text(target.pod) },
    container: text(value.container),
    image: text(value.image),
    team: text(value.team),
    endedAt: number(value.endedAt),
    result: text(value.result),
    approvedBy: text(value.approvedBy),
    since: number(value.since) ?? decidedAt,
    raise: isJsonObject(value.raise) ? readRaise(value.raise) : undefined,
    givesBack: text(value.givesBack),
  };
}

function readRaise({ firing, quietSince }: JsonObject): AlertsOfRaise {
  return {
    firing: Array.isArray(firing) ? firing.filter((each) => typeof each === 'string') : [],
    quietSince: typeof quietSince === 'number' && Number.isFinite(quietSince) ? quietSince : undefined,
  };
}

function kindOf(value: unknown): RespondedKind | undefined {
  return respondedKinds.find((each) => each === value);
}
