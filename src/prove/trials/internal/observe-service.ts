import { setTimeout as wait } from 'node:timers/promises';
import { enumerate } from '../../../core/enumerate.ts';
import type { Observation, TrialCommand, TrialPlan, TrialRequest } from '../../trial.ts';
import { ask, type HttpAnswer } from './ask.ts';
import type { Listener, RunningContainer } from './running-container.ts';

const pollMilliseconds = 100;
/** Some of the ports are open and no other one follows: the others are not of this program. */
const settledMilliseconds = 3_000;
const commandSeconds = 30;
/** What is seen where nothing listens that a request could be made to. */
export const noPort = 'no port to ask';
/** What is seen of a service that is up. */
export const listens = 'runs and listens';
/** Ports that the kernel gives to whoever asks for none: they differ from run to run. */
const ephemeralFrom = 32_768;

/** What is seen of a service, from its start to its end. */
export async function observeService(
  container: RunningContainer,
  plan: TrialPlan,
  healthcheck: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const until = performance.now() + plan.startSeconds * 1000;
  const started = await waitUntilStarted(container, plan, signal);
  const observations: Observation[] = [started.observation];
  if (!started.observation.good) return observations;
  if (plan.askedAfterSeconds !== undefined) await wait(plan.askedAfterSeconds * 1000, undefined, { signal });
  const port = plan.ports[0] ?? started.listeners?.[0]?.port;
  for (const request of plan.requests.filter(({ from }) => isProbe(from)))
    observations.push(await observeRequest(container, request, port, until, signal));
  for (const command of [...plan.commands, ...checkOf(healthcheck)])
    observations.push(await observeCommand(container, command, until, signal));
  for (const request of plan.requests.filter(({ from }) => !isProbe(from)))
    observations.push(await observeRequest(container, request, port, 0, signal));
  observations.push(...(await observeListeners(container)), ...(await observeUser(container)));
  signal.throwIfAborted();
  const { running, exitCode } = await container.state();
  if (running) observations.push(await observeStop(container, plan));
  else
    observations.push({
      name: 'keeps running',
      kind: 'started',
      lines: [`ended by itself with exit code ${exitCode}`],
      good: false,
    });
  return observations;
}

function isProbe(from: TrialRequest['from']): boolean {
  return from !== 'configuration' && from !== 'default';
}

async function waitUntilStarted(
  container: RunningContainer,
  plan: TrialPlan,
  signal: AbortSignal,
): Promise<{ readonly observation: Observation; readonly listeners: readonly Listener[] | undefined }> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  let since = begun;
  let known = 0;
  let listeners: readonly Listener[] | undefined;
  const end = (line: string, good: boolean) => ({
    observation: { name: 'starts', kind: 'started' as const, lines: [line], seconds: seconds(), good },
    listeners,
  });
  for (;;) {
    signal.throwIfAborted();
    const { running, exitCode } = await container.state();
    if (!running) return end(`ended with exit code ${exitCode}`, false);
    listeners = await container.listeners();
    const open = listeners ? listeners.map(({ port }) => port) : await openPorts(container, plan.ports);
    const now = performance.now();
    if (open.length !== known) since = now;
    known = open.length;
    const isOpen = plan.ports.length > 0 && plan.ports.every((port) => open.includes(port));
    if (isOpen || (known > 0 && now - since > settledMilliseconds)) return end(listens, true);
    if (seconds() > plan.startSeconds) return timeIsOver(end, plan, known);
    await wait(pollMilliseconds, undefined, { signal });
  }
}

function timeIsOver<Result>(
  end: (line: string, good: boolean) => Result,
  { ports, startSeconds }: TrialPlan,
  open: number,
): Result {
  // The time may be over before what is open has settled.
  if (ports.length === 0) return end(open > 0 ? listens : 'runs', true);
  return end(`listens on nothing after ${startSeconds} s, not on ${enumerate(ports.map(String), 'or')}`, false);
}

/** Where the kernel's table cannot be read, a connection tells; what forwards ports may take it without anybody behind it. */
async function openPorts(container: RunningContainer, ports: readonly number[]): Promise<readonly number[]> {
  if (container.openPorts) return container.openPorts(ports);
  const open: number[] = [];
  for (const port of ports)
    try {
      const socket = await container.connect(port);
      const isClosed = await Promise.race([
        new Promise<boolean>((resolve) =>
          socket
            .once('close', () => resolve(true))
            .once('error', () => {})
            .resume(),
        ),
        wait(pollMilliseconds, false),
      ]);
      socket.destroy();
      if (!isClosed) open.push(port);
    } catch {
      // Not yet.
    }
  return open;
}

/** Asked again until it is good, or the time is over: a probe is, too. */
async function observeRequest(
  container: RunningContainer,
  request: TrialRequest,
  firstPort: number | undefined,
  until: number,
  signal: AbortSignal,
): Promise<Observation> {
  const port = request.port ?? firstPort;
  const name = `${request.method} ${port === undefined ? '' : `:${port}`}${request.path}${request.scheme === 'https' ? ' (TLS)' : ''}`;
  if (port === undefined) return { name, kind: 'answer', lines: [noPort], good: false };
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask(() => container.connect(port), request, port);
    const good = isGood(request, answer);
    if (good || performance.now() > until || !(await container.state()).running)
      return { name, kind: 'answer', lines: answer.lines, seconds: answer.seconds, good };
    await wait(500, undefined, { signal });
  }
}

/** Kubernetes: 200 to 399. https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#http-probes */
function isGood({ from }: TrialRequest, { status }: HttpAnswer): boolean {
  if (status === undefined) return false;
  return isProbe(from) ? status >= 200 && status < 400 : status < 500;
}

/** https://docs.docker.com/reference/dockerfile/#healthcheck */
function checkOf(healthcheck: readonly string[] | undefined): readonly TrialCommand[] {
  const [kind, ...command] = healthcheck ?? [];
  if (kind === 'CMD') return [{ from: 'healthcheck', command }];
  return kind === 'CMD-SHELL' ? [{ from: 'healthcheck', command: ['/bin/sh', '-c', command.join(' ')] }] : [];
}

async function observeCommand(
  container: RunningContainer,
  { from, command }: TrialCommand,
  until: number,
  signal: AbortSignal,
): Promise<Observation> {
  const name = from === 'healthcheck' ? 'HEALTHCHECK' : `${from} ${command.join(' ')}`;
  for (;;) {
    signal.throwIfAborted();
    const { exitCode } = await container.execute(command, commandSeconds);
    const good = exitCode === 0;
    if (good || performance.now() > until || !(await container.state()).running)
      return {
        name,
        kind: 'command',
        lines: [exitCode === undefined ? 'does not end' : `exit code ${exitCode}`],
        good,
      };
    await wait(500, undefined, { signal });
  }
}

async function observeListeners(container: RunningContainer): Promise<readonly Observation[]> {
  const listeners = await container.listeners();
  if (listeners === undefined) return [];
  const lines = listeners
    .filter(({ port }) => port < ephemeralFrom)
    .map(({ address, port }) => `${wide(address)}:${port}`);
  return [{ name: 'listens', kind: 'listens', lines: [...new Set(lines)], good: lines.length > 0 }];
}

/** A socket of version 6 takes connections of version 4 as well: to whoever connects, both are all addresses. */
function wide(address: string): string {
  return address === '[::]' || address === '0.0.0.0' ? '*' : address;
}

async function observeUser(container: RunningContainer): Promise<readonly Observation[]> {
  const user = await container.user();
  if (user === undefined) return [];
  return [{ name: 'user', kind: 'user', lines: [`uid ${user.uid}`, `gid ${user.gid}`], good: true }];
}

async function observeStop(container: RunningContainer, { graceSeconds }: TrialPlan): Promise<Observation> {
  const { exitCode, killed, seconds } = await container.stop(graceSeconds);
  // Ended by itself when it was told to, or by the signal: both are what an engine and a kubelet want.
  const ending =
    exitCode === 0 || exitCode === 128 + 15 ? 'stops at the signal' : `stops at the signal with exit code ${exitCode}`;
  return {
    name: 'stops',
    kind: 'stops',
    lines: [killed ? `killed after ${graceSeconds} s` : ending],
    seconds,
    good: !killed,
  };
}
