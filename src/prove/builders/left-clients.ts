import { readdirSync, readFileSync } from 'node:fs';
import { isLeftOver } from '../owner.ts';

/** In the environment of every client that builds: whose it is. */
export const ownerVariable = 'PLIMSOLL_PROVE_OWNER';

const graceMilliseconds = 5000;

/**
 * Ends builders' clients that go on though the run that started them was killed: with SIGINT, on which they tell their daemon, then with SIGKILL. Only where
 * there is /proc. Never throws.
 */
export async function endLeftClients(): Promise<void> {
  if (leftClients().length === 0) return;
  for (const pid of leftClients()) send(pid, 'SIGINT');
  const until = performance.now() + graceMilliseconds;
  while (performance.now() < until && leftClients().length > 0)
    await new Promise((resolve) => setTimeout(resolve, 100));
  for (const pid of leftClients()) send(pid, 'SIGKILL');
}

/** Of other users' processes the environment cannot be read. */
function leftClients(): number[] {
  return attempt(() => readdirSync('/proc'), []).flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const variables = attempt(() => readFileSync(`/proc/${name}/environ`, 'latin1'), '');
    const at = variables.startsWith(`${ownerVariable}=`) ? 0 : variables.indexOf(`\0${ownerVariable}=`);
    if (at === -1) return [];
    const owner = variables.slice(at).replace('\0', '').split('\0')[0] ?? '';
    return isLeftOver(owner) ? [Number(name)] : [];
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  attempt(() => process.kill(pid, signal), false);
}

function attempt<Value>(act: () => Value, otherwise: Value): Value {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
