import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { EngineAddress } from '../../build.ts';
import { callEngine } from './engine-call.ts';
import { listenersOf } from './listeners.ts';
import { isOwnProcess, type NamespaceRelay, openNamespaceRelay, wayIntoNetwork } from './namespace-relay.ts';
import type { Ended, RunningContainer } from './running-container.ts';

/** How requests reach the program: through its network, which is cut off from all others, or through ports that the engine opens on loopback. */
export type Reach = 'namespace' | 'published';

export interface EngineContainer extends RunningContainer {
  /** False where its network cannot be entered: it has to be run with published ports. */
  readonly canBeReached: boolean;
  close(): void;
}

/** Looks into a container that was started. */
export async function openEngineContainer(
  engine: EngineAddress,
  id: string,
  reach: Reach,
  signal: AbortSignal,
): Promise<EngineContainer> {
  const inspect = async (format: string) =>
    (await callEngine(engine, ['inspect', '--type', 'container', '-f', format, id], { seconds: 30 })).output.trim();
  const processId = Number(await inspect('{{.State.Pid}}'));
  const isHere = isOwnProcess(processId, await inspect('{{.Id}}'));
  const flags = reach === 'namespace' && isHere ? wayIntoNetwork(processId) : undefined;
  let relay: Promise<NamespaceRelay> | undefined;
  const connectInside = async (port: number) => {
    relay ??= openNamespaceRelay(processId, flags ?? []);
    return (await relay).connect(port);
  };
  return {
    canBeReached: reach === 'published' || flags !== undefined,
    async state() {
      const [running, exitCode] = (await inspect('{{.State.Running}} {{.State.ExitCode}}')).split(' ');
      return { running: running === 'true', exitCode: Number(exitCode) };
    },
    listeners: async () => (isHere ? listenersOf(processId) : undefined),
    connect: reach === 'namespace' ? connectInside : (port) => connectPublished(engine, id, port),
    execute: (command, seconds) => execute(engine, id, command, seconds, signal),
    user: () => (isHere ? userOfProcess(processId) : userByEngine(engine, id)),
    async stop(graceSeconds) {
      const begun = performance.now();
      await callEngine(engine, ['stop', '-t', String(Math.ceil(graceSeconds)), id], {
        seconds: graceSeconds + 60,
        signal,
      });
      const seconds = (performance.now() - begun) / 1000;
      const exitCode = Number(await inspect('{{.State.ExitCode}}'));
      // 128 and the number of SIGKILL; the engine sends it at the end of the time and not before.
      return { exitCode, killed: exitCode === 128 + 9 && seconds >= graceSeconds, seconds };
    },
    logs: () => lastLines(engine, id),
    close() {
      relay?.then(({ close }) => close()).catch(() => {});
    },
  };
}

async function execute(
  engine: EngineAddress,
  id: string,
  command: readonly string[],
  seconds: number,
  signal: AbortSignal,
): Promise<Ended> {
  const { status, output, errors } = await callEngine(engine, ['exec', id, ...command], { seconds, signal });
  return { exitCode: status, output, errors };
}

async function connectPublished(engine: EngineAddress, id: string, port: number): Promise<ReturnType<typeof connect>> {
  const { output } = await callEngine(engine, ['port', id, `${port}/tcp`], { seconds: 30 });
  const published = Number(/:(\d+)\s*$/.exec(output.split('\n')[0] ?? '')?.[1]);
  if (!Number.isInteger(published)) throw new Error(`port ${port} is not published`);
  return new Promise((resolve, reject) => {
    const socket = connect(published, '127.0.0.1', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Its user as the container knows it: in a user namespace the machine knows it by another number. */
async function userOfProcess(processId: number): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [status, users, groups] = await Promise.all(
      ['status', 'uid_map', 'gid_map'].map((name) => readFile(`/proc/${processId}/${name}`, 'utf8')),
    );
    const numberOf = (field: string) => Number(new RegExp(`^${field}:\\s+\\d+\\s+(\\d+)`, 'm').exec(status ?? '')?.[1]);
    return { uid: mapInside(numberOf('Uid'), users ?? ''), gid: mapInside(numberOf('Gid'), groups ?? '') };
  } catch {
    return undefined;
  }
}

/** Lines of «first inside, first outside, how many»: https://man7.org/linux/man-pages/man7/user_namespaces.7.html */
export function mapInside(number: number, map: string): number {
  for (const line of map.split('\n')) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (number >= outside && number < outside + count) return inside + number - outside;
  }
  return number;
}

async function userByEngine(engine: EngineAddress, id: string): Promise<{ uid: number; gid: number } | undefined> {
  const { output } = await callEngine(engine, ['top', id, '-eo', 'pid,uid,gid'], { seconds: 30 });
  const [, uid, gid] = /^\s*\d+\s+(\d+)\s+(\d+)\s*$/m.exec(output) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

const mostLogLines = 100;

async function lastLines(engine: EngineAddress, id: string): Promise<readonly string[]> {
  const { output, errors } = await callEngine(engine, ['logs', '--tail', String(mostLogLines), id], { seconds: 30 });
  return `${output}${errors}`
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-mostLogLines);
}
