import { type Tally, tally } from './tally.ts';
import type { TimeForm } from './time-form.ts';

/** What a line can have that a parser or an index trips over, or that should not be there. */
export type LogFault =
  | 'multi-line'
  | 'multi-line-json'
  | 'broken-json'
  | 'prefixed-json'
  | 'invalid-utf8'
  | 'nul'
  | 'ansi'
  | 'long-line'
  | 'foreign-line'
  | 'deep-nesting'
  | 'bad-name'
  | 'dotted-name'
  | 'duplicate-key'
  | 'large-number'
  | 'timestamp-without-zone'
  | 'level-number'
  | 'unknown-level'
  | 'secret';

export interface LogTallies extends Tally<LogFault> {
  /** The forms of the timestamps. */
  readonly times: Map<TimeForm, number>;
}

export function logTallies(): LogTallies {
  return { ...tally<LogFault>(), times: new Map() };
}
