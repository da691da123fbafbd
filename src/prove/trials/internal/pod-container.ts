import { Duplex, PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { jsonObjectOf } from '../../../core/json-object.ts';
import type { ClusterClient } from '../../../kubernetes/cluster-client.ts';
import { resources } from '../../../kubernetes/cluster-object.ts';
import { podState } from './pod-state.ts';
import type { Ended, RunningContainer, Stopped } from './running-container.ts';
import { trialContainer } from './trial-pod.ts';

/** A kubelet that finds nobody behind a port says so on the error channel; one that does says nothing. */
const refusalMilliseconds = 400;
const mostOutput = 1 << 20;

/** Looks into a pod that runs, through the API server: nothing of the cluster's own network is needed. */
export function podContainer(
  cluster: ClusterClient,
  place: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): RunningContainer {
  const read = async () => {
    const pod = await cluster.get(resources.pods, place, signal);
    return pod && podState(pod);
  };
  return {
    async state() {
      const state = await read();
      if (state === undefined) return { running: false, exitCode: 137 };
      return { running: state.kind !== 'ended', exitCode: state.kind === 'ended' ? state.exitCode : 0 };
    },
    listeners: async () => undefined,
    async openPorts(ports) {
      const state = await read();
      return state?.kind === 'running' && state.ready ? ports : [];
    },
    connect: (port) => forward(cluster, place, port),
    execute: (command, seconds) => execute(cluster, place, command, seconds),
    async user() {
      const state = await read();
      return state?.kind === 'running' ? state.user : undefined;
    },
    stop: (graceSeconds) => stop(cluster, place, graceSeconds, signal),
    logs: () => logsOf(cluster, place),
  };
}

async function forward(
  { configuration }: ClusterClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number,
): Promise<Duplex> {
  const { PortForward } = await import('@kubernetes/client-node');
  const [output, input, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const opened = await new PortForward(configuration).portForward(namespace, name, [port], output, errors, input);
  const socket = typeof opened === 'function' ? opened() : opened;
  const connection = Duplex.from({ readable: output, writable: input });
  socket?.addEventListener('close', () => output.end());
  connection.once('close', () => socket?.close());
  const refused = new Promise<string>((resolve) =>
    errors.once('data', (text: Buffer) => resolve(text.toString('utf8'))),
  );
  const said = await Promise.race([refused, wait(refusalMilliseconds, undefined)]);
  if (said === undefined) return connection;
  connection.destroy();
  throw new Error(`nothing listens on port ${port}`);
}

async function execute(
  { configuration }: ClusterClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  command: readonly string[],
  seconds: number,
): Promise<Ended> {
  const { Exec } = await import('@kubernetes/client-node');
  const [output, errors] = [keep(), keep()];
  const status = await new Promise<unknown>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), seconds * 1000);
    new Exec(configuration)
      .exec(namespace, name, trialContainer, [...command], output.stream, errors.stream, null, false, (ended) => {
        clearTimeout(timer);
        resolve(ended);
      })
      .catch((error: unknown) => {
        clearTimeout(timer);
        reject(error);
      });
  });
  return { exitCode: exitCodeOf(status), output: output.text(), errors: errors.text() };
}

/** Success has none; a failure has it among its causes. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function exitCodeOf(status: unknown): number | undefined {
  if (status === undefined) return undefined;
  const { status: outcome, details } = jsonObjectOf(status);
  if (outcome === 'Success') return 0;
  const { causes } = jsonObjectOf(details);
  const cause = (Array.isArray(causes) ? causes : []).find((each) => jsonObjectOf(each).reason === 'ExitCode');
  return Number(jsonObjectOf(cause).message ?? 126);
}

function keep(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let kept = '';
  stream.on('data', (chunk: Buffer) => {
    if (kept.length < mostOutput) kept += chunk.toString('utf8');
  });
  return { stream, text: () => kept };
}

/** Deletes it, and sees by its last state how it ended. */
async function stop(
  cluster: ClusterClient,
  place: { readonly namespace: string; readonly name: string },
  graceSeconds: number,
  signal: AbortSignal,
): Promise<Stopped> {
  const { resourceVersion } = await cluster.listWithVersion(resources.pods, { ...only(place), signal });
  const begun = performance.now();
  await cluster.delete(resources.pods, place, { signal });
  const until = AbortSignal.any([signal, AbortSignal.timeout((graceSeconds + 60) * 1000)]);
  let exitCode = 137;
  let seconds = graceSeconds + 60;
  for await (const { type, object } of cluster.watch(resources.pods, {
    ...only(place),
    resourceVersion,
    signal: until,
  })) {
    const state = podState(object);
    if (state.kind === 'ended') {
      exitCode = state.exitCode;
      seconds = (performance.now() - begun) / 1000;
      break;
    }
    if (type === 'DELETED') break;
  }
  return { exitCode, killed: exitCode === 137 && seconds >= graceSeconds, seconds };
}

function only({ namespace, name }: { readonly namespace: string; readonly name: string }): {
  readonly namespace: string;
  readonly fieldSelector: string;
} {
  return { namespace, fieldSelector: `metadata.name=${name}` };
}

/** All that it wrote, of both streams, as a kubelet keeps it. */
export async function logsOf(
  cluster: ClusterClient,
  place: { readonly namespace: string; readonly name: string },
  lines = 100,
): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of cluster.log(place, {
      container: trialContainer,
      tailLines: lines,
      limitBytes: mostOutput,
    }))
      chunks.push(chunk);
  } catch {
    // It never had a container.
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}
