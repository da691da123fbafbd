import type { Terminal } from './command.ts';

/** What a user's Ctrl-C does to a long command. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back. */
  end(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first Ctrl-C asks for an orderly end; the second one ends at once.
 * @param what is said to be done at the first
 */
export function onInterruption(
  { stderr }: Terminal,
  beforeText: () => void,
  what = 'stopping, and removing what was made',
): Interruption {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    beforeText();
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : signal === 'SIGHUP' ? 129 : 143);
    stderr.write(`plimsoll: ${what}; once more ends at once\n`);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    end() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
