import type { ResponseMode } from '../kubernetes/response/response-policy.ts';
import type { AlertTarget } from './alert-target.ts';
import type { Intent } from './journal.ts';

/** Why something is done or not. Few and fixed: they are a label of a metric. */
export type DecisionReason =
  | 'policy'
  | 'approval-needed'
  | 'resolved'
  | 'give-back'
  | 'malformed'
  | 'own-alert'
  | 'no-rule'
  | 'no-target'
  | 'namespace-not-allowed'
  | 'workload-not-allowed'
  | 'outside-hours'
  | 'duplicate'
  | 'awaiting-approval'
  | 'cool-down'
  | 'rule-limit'
  | 'overall-limit'
  | 'journal-full';

/** What is done about one alert of one webhook. */
export interface Decision {
  /** `act`: an intent is written down and carried out; `ask`: written down until a person confirms; `nothing`. */
  readonly outcome: 'act' | 'ask' | 'nothing';
  readonly reason: DecisionReason;
  /** The reason in words. */
  readonly detail: string;
  readonly alert: string;
  readonly fingerprint: string;
  readonly status: string;
  readonly rule: string | undefined;
  readonly mode: ResponseMode | undefined;
  readonly target: AlertTarget | undefined;
  /** What is to be written down. */
  readonly intent: Intent | undefined;
}
