import { expect, test } from 'vitest';
import type { TrialPlan } from '../../../src/prove/trial.ts';
import { observeService } from '../../../src/prove/trials/internal/observe-service.ts';
import type { RunningContainer } from '../../../src/prove/trials/internal/running-container.ts';

/** A container whose program listens after so many milliseconds. */
function container(listensAfter: number): RunningContainer {
  const begun = performance.now();
  return {
    state: async () => ({ running: true, exitCode: 0 }),
    listeners: async () => (performance.now() - begun < listensAfter ? [] : [{ address: '0.0.0.0', port: 8080 }]),
    connect: () => Promise.reject(new Error('nothing is asked here')),
    execute: async () => ({ exitCode: 0, output: '', errors: '' }),
    user: async () => undefined,
    stop: async () => ({ exitCode: 0, killed: false, seconds: 0 }),
    logs: async () => [],
  };
}

const plan: TrialPlan = {
  kind: 'service',
  ports: [],
  requests: [],
  commands: [],
  runs: [],
  environment: new Map(),
  command: undefined,
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map(),
  security: undefined,
  startSeconds: 1,
  graceSeconds: 1,
  notes: [],
};

test.each([
  ['nothing listens', Number.POSITIVE_INFINITY, 'runs'],
  ['something listens, though not for long enough to know that no more follows', 300, 'runs and listens'],
])('at the end of its time, where no port is known: %s', async (_, after, line) => {
  const observed = await observeService(container(after), plan, undefined, new AbortController().signal);
  expect(observed[0]).toMatchObject({ name: 'starts', lines: [line], good: true });
});
