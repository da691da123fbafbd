import type { ActionLimit, ResponseMode } from '../kubernetes/response/response-policy.ts';
import type { AlertTarget } from './alert-target.ts';
import { type Intent, type IntentChange, isOpen } from './journal.ts';

/** Intents that a journal holds at most: with what each may be long it stays far below what an object of Kubernetes may be. */
export const mostIntents = 600;
/** Per limit: what is looked at and then refused asks the API server, too. */
const attemptsPerAction = 10;
const keptAtLeast = 7 * 86_400_000;
/** Raises that are remembered until they are given back, however old they are: the newest. */
const mostRaises = 200;
/** Characters of the fingerprints of all raises together: the rest of a journal may need as much again, and more. */
const mostAlertText = 200_000;

/** Whether an intent is still within a window that ends now. Open ones always are. */
function isWithin(intent: Intent, now: number, seconds: number): boolean {
  return isOpen(intent) || (intent.endedAt ?? intent.since) > now - seconds * 1000;
}

function counts({ state }: Intent): boolean {
  return state !== 'refused' && state !== 'expired';
}

/**
 * Whether one more intent would go beyond the limit. What waits for a person does not count until it is confirmed. Because the
 * open ones count, whatever the order in which they are carried out, no window ever holds more actions than the limit.
 */
export function isUsedUp(
  intents: Iterable<Intent>,
  limit: ActionLimit,
  now: number,
  of: (intent: Intent) => boolean,
): boolean {
  let actions = 0;
  let attempts = 0;
  for (const intent of intents) {
    if (!of(intent) || !isWithin(intent, now, limit.seconds)) continue;
    attempts++;
    if (counts(intent) && intent.state !== 'awaiting') actions++;
  }
  return actions >= limit.actions || attempts >= limit.actions * attemptsPerAction;
}

/** The serial of the next intent. */
export function nextSerial(intents: Iterable<Intent>): number {
  let last = 0;
  for (const { serial } of intents) last = Math.max(last, serial);
  return last + 1;
}

/** The intent that touched the same workload last, within so many seconds. */
export function lastOn(
  intents: Iterable<Intent>,
  target: AlertTarget,
  seconds: number,
  now: number,
  of: (intent: Intent) => boolean,
): Intent | undefined {
  let last: Intent | undefined;
  for (const intent of intents)
    if (of(intent) && isSameTarget(intent.target, target) && isWithin(intent, now, seconds))
      if (last === undefined || intent.since >= last.since) last = intent;
  return last;
}

/** Where only one of them says its kind, they may be the same, and count as it. */
export function isSameTarget(a: AlertTarget, b: AlertTarget): boolean {
  if (a.namespace !== b.namespace) return false;
  if (a.workload === undefined || b.workload === undefined) return a.workload === b.workload && a.pod === b.pod;
  return a.workload === b.workload && (a.kind === undefined || b.kind === undefined || a.kind === b.kind);
}

/**
 * Intents of a mode that count with such a change: those that change something, those that give back, and those that only look and
 * record count each for themselves. What is given back must not use up what may be raised when it is needed again.
 */
export function ofClass(mode: ResponseMode, change: IntentChange | undefined): (intent: Intent) => boolean {
  return (intent) => intent.mode === mode && classOf(intent.change) === classOf(change);
}

function classOf(change: IntentChange | undefined): 'change' | 'give-back' | 'look' {
  if (change === undefined) return 'look';
  return change === 'give-back' ? change : 'change';
}

/**
 * What has to stay in the journal: all that is open or to be given back, all that is younger than the longest window, and of the
 * rest as much as has room. Refused ones go first.
 */
export function prunedIntents(intents: readonly Intent[], now: number, longestWindow: number): readonly Intent[] {
  const raised = new Set(
    intents
      .filter(({ raise }) => raise !== undefined)
      .sort((a, b) => b.decidedAt - a.decidedAt)
      .slice(0, mostRaises),
  );
  const young = intents.filter(
    (intent) => raised.has(intent) || isWithin(intent, now, Math.max(longestWindow, keptAtLeast / 1000)),
  );
  if (young.length <= mostIntents) return withFewerAlerts(young);
  const needed = young.filter(
    (intent) => raised.has(intent) || isOpen(intent) || (counts(intent) && isWithin(intent, now, longestWindow)),
  );
  const others = young.filter((intent) => !needed.includes(intent)).sort((a, b) => b.decidedAt - a.decidedAt);
  return withFewerAlerts([...needed, ...others.slice(0, Math.max(0, mostIntents - needed.length))]);
}

/** Of too many alerts each raise keeps the first ones, at least one: what fires must not look as if it were over. */
function withFewerAlerts(intents: readonly Intent[]): readonly Intent[] {
  const lengthOf = (each: number) =>
    intents.reduce((sum, { raise }) => sum + JSON.stringify(raise?.firing.slice(0, each) ?? []).length, 0);
  let most = Math.max(1, ...intents.map(({ raise }) => raise?.firing.length ?? 0));
  while (most > 1 && lengthOf(most) > mostAlertText) most = Math.floor(most / 2);
  return intents.map((intent) =>
    intent.raise && intent.raise.firing.length > most
      ? { ...intent, raise: { ...intent.raise, firing: intent.raise.firing.slice(0, most) } }
      : intent,
  );
}

/** Whether the journal holds as many as it may, all of which are needed. */
export function isFull(intents: Iterable<Intent>, now: number, longestWindow: number): boolean {
  let needed = 0;
  for (const intent of intents)
    if (isOpen(intent) || (counts(intent) && isWithin(intent, now, longestWindow))) needed++;
  return needed >= mostIntents;
}
