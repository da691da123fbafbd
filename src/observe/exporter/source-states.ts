import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { familyBuilder, type MetricFamily } from './metric-family.ts';

export type SourceName = 'pods' | 'nodes' | 'events' | 'jobs' | 'registry' | 'audits';

export interface SourceChange {
  readonly source: SourceName;
  readonly up: boolean;
  /** Why it failed. */
  readonly message: string | undefined;
  readonly remedy: string | undefined;
}

interface SourceState {
  readonly message: string | undefined;
  readonly lastSuccess: number | undefined;
  readonly seconds: number;
}

export interface SourceStates {
  /** Runs what reads a source, and remembers how it went. Never rejects. */
  attempt(source: SourceName, read: () => Promise<void> | void): Promise<void>;
  /** Whether it was read well within so many seconds. */
  isFresh(source: SourceName, within: number): boolean;
  down(): SourceName[];
  families(): MetricFamily[];
}

const longestMessage = 600;

/** How the reading of each source went. @param clock seconds since 1970 */
export function sourceStates(clock: () => number, log: (change: SourceChange) => void): SourceStates {
  const states = new Map<SourceName, SourceState>();
  return {
    async attempt(source, read) {
      const before = states.get(source);
      const begun = performance.now();
      let failure: unknown;
      try {
        await read();
      } catch (error) {
        failure = error ?? new Error('no reason was given');
      }
      const message = failure === undefined ? undefined : messageOf(failure);
      const lastSuccess = failure === undefined ? clock() : before?.lastSuccess;
      states.set(source, { message, lastSuccess, seconds: (performance.now() - begun) / 1000 });
      // Once for each change: a failing source is read again every minute.
      if (before?.message === message && (before || message === undefined)) return;
      log({ source, up: message === undefined, message, remedy: remedyOf(failure) });
    },
    isFresh(source, within) {
      const last = states.get(source)?.lastSuccess;
      return last !== undefined && clock() - last <= within;
    },
    down: () => [...states].filter(([, { message }]) => message !== undefined).map(([source]) => source),
    families() {
      const up = familyBuilder({
        name: 'plimsoll_exporter_up',
        help: 'Whether the source could be read when it was read last',
        labels: ['source'],
      });
      const success = familyBuilder({
        name: 'plimsoll_exporter_last_success_timestamp_seconds',
        help: 'When the source could be read last',
        labels: ['source'],
      });
      const seconds = familyBuilder({
        name: 'plimsoll_exporter_refresh_seconds',
        help: 'How long it took to read the source last',
        labels: ['source'],
      });
      for (const [source, state] of states) {
        up.add({ source }, state.message === undefined ? 1 : 0);
        seconds.add({ source }, state.seconds);
        if (state.lastSuccess !== undefined) success.add({ source }, state.lastSuccess);
      }
      return [up.family, success.family, seconds.family];
    },
  };
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error)).slice(0, longestMessage);
}

function remedyOf(error: unknown): string | undefined {
  return error instanceof UserError ? error.remedy : undefined;
}
