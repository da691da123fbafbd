import { spawnSync } from 'node:child_process';

/**
 * What the tests of a run share and start when the first of them needs it. Only the run knows when the last has ended: a file that stopped
 * what it had started took it from under the others.
 */
const shared = ['scripts/engine', 'scripts/buildkit'];

/** @returns what stops, after the run, those daemons that did not run before it */
export function setup(): () => void {
  const idle = shared.filter((script) => spawnSync(script, ['running']).status !== 0);
  return () => {
    for (const script of idle) spawnSync(script, ['down'], { stdio: 'ignore' });
  };
}
