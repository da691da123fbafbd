import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { ClusterClient } from '../../kubernetes/cluster-client.ts';
import { resources } from '../../kubernetes/cluster-object.ts';
import type { BuiltImage } from '../build.ts';
import { isLeftOver, ownerName } from '../owner.ts';
import type { Observation, Runner, Trial, TrialPlan, TrialRun } from '../trial.ts';
import { hideValues } from './internal/hide-values.ts';
import { observeRun } from './internal/observe-program.ts';
import { observeService } from './internal/observe-service.ts';
import { withOwnNames } from './internal/own-names.ts';
import { logsOf, podContainer } from './internal/pod-container.ts';
import { isRefused, isWithoutImage, type PodState, podState } from './internal/pod-state.ts';
import { trialPod } from './internal/trial-pod.ts';
import { withReason } from './internal/with-reason.ts';

const namespacePrefix = 'plimsoll-trial-';
const trialLabel = 'plimsoll.dev/trial';
/** To be scheduled and to have the image pulled. */
const placingSeconds = 300;
const pollMilliseconds = 250;

export interface ClusterRunnerOptions {
  readonly cluster: ClusterClient;
  /** Brings an image to where the nodes find it, and says under which name. */
  deliver(image: BuiltImage, signal: AbortSignal): Promise<string>;
  /** One that is there; undefined: one is made, and removed in the end. */
  readonly namespace?: string | undefined;
}

/**
 * Runs pods in a namespace of its own and talks to them through the API server. Removes first the namespaces that trials of killed processes of this machine
 * left. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 * @throws ClusterError where the cluster cannot be asked or refuses
 */
export async function openClusterRunner(options: ClusterRunnerOptions): Promise<Runner> {
  const { cluster } = options;
  if (options.namespace === undefined) await removeLeftOvers(cluster);
  const namespace = options.namespace ?? `${namespacePrefix}${ownerName()}`;
  if (options.namespace === undefined) await makeNamespace(cluster, namespace);
  const session: Session = { ...options, namespace, made: 0, pods: new Set() };
  return {
    title: `pods of ${printable(cluster.context)}`,
    try: (image, plan, signal) => withReason(tryImage(session, image, plan, signal), signal),
    close: () => closeSession(session, options.namespace === undefined),
  };
}

interface Session extends ClusterRunnerOptions {
  readonly namespace: string;
  made: number;
  readonly pods: Set<string>;
}

async function makeNamespace(cluster: ClusterClient, name: string): Promise<void> {
  await cluster.create(resources.namespaces, undefined, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { [trialLabel]: 'true' } },
  });
  // A pod is refused until the namespace has its account, which a controller makes.
  for (let tries = 0; tries < 100; tries++) {
    if (await cluster.get(resources.serviceAccounts, { namespace: name, name: 'default' })) return;
    await wait(pollMilliseconds);
  }
}

async function tryImage(session: Session, image: BuiltImage, plan: TrialPlan, signal: AbortSignal): Promise<Trial> {
  const name = await session.deliver(image, signal);
  const hide = hideValues(plan);
  const runs: readonly (TrialRun | undefined)[] = plan.kind === 'service' ? [undefined] : plan.runs;
  const observations: Observation[] = [];
  const logs: string[] = [];
  const notRun = [...plan.notes];
  for (const run of runs) {
    if (run?.input !== undefined) notRun.push('Pods are given no standard input.');
    const seen = await tryPod(session, name, plan, run, signal);
    observations.push(...seen.observations);
    logs.push(...seen.logs);
  }
  return {
    image: image.id,
    observations: withOwnNames(observations).map((each) => ({ ...each, lines: each.lines.map(hide) })),
    notRun,
    logs: logs.slice(-100).map(hide),
  };
}

async function tryPod(
  session: Session,
  image: string,
  plan: TrialPlan,
  run: TrialRun | undefined,
  signal: AbortSignal,
): Promise<Pick<Trial, 'observations' | 'logs'>> {
  const { cluster, namespace } = session;
  session.made += 1;
  const place = { namespace, name: `${namespacePrefix}${ownerName()}-${session.made}` };
  const { pod, configMap } = trialPod(place.name, image, plan, run);
  session.pods.add(place.name);
  try {
    if (configMap) await cluster.create(resources.configMaps, namespace, configMap, { signal });
    await cluster.create(resources.pods, namespace, pod, { signal });
    const placed = await untilPlaced(session, place.name, signal);
    if (placed.kind === 'waiting') {
      const line = printable(`refused: ${placed.message || placed.reason}`.replaceAll(place.name, 'pod').slice(0, 300));
      return { observations: [{ name: 'starts', kind: 'started', lines: [line], good: false }], logs: [] };
    }
    if (run) return await watchRun(session, place, plan, run, signal);
    const container = podContainer(cluster, place, signal);
    const observations = await observeService(container, plan, undefined, signal);
    const isFailed = observations.some(({ good, kind }) => !good && kind !== 'stops');
    return { observations, logs: isFailed ? await container.logs() : [] };
  } finally {
    await removePod(session, place.name);
  }
}

/** Waits for its node and its image; that is not the program's time. */
async function untilPlaced({ cluster, namespace }: Session, name: string, signal: AbortSignal): Promise<PodState> {
  const until = performance.now() + placingSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const pod = await cluster.get(resources.pods, { namespace, name }, signal);
    if (pod === undefined) throw gone(cluster, 'was deleted by somebody else');
    const state = podState(pod);
    if (state.kind !== 'waiting' || isRefused(state)) return state;
    if (isWithoutImage(state)) throw gone(cluster, `cannot have its image: ${state.message || state.reason}`);
    if (performance.now() > until)
      throw gone(cluster, `did not start in ${placingSeconds} s: ${state.message || state.reason}`);
    await wait(pollMilliseconds, undefined, { signal });
  }
}

function gone({ server }: ClusterClient, what: string): UserError {
  return new UserError(printable(`the pod of a trial ${what}`.slice(0, 500)), {
    where: server,
    exitCode: exitCodes.system,
  });
}

async function watchRun(
  { cluster }: Session,
  place: { readonly namespace: string; readonly name: string },
  plan: TrialPlan,
  run: TrialRun,
  signal: AbortSignal,
): Promise<Pick<Trial, 'observations' | 'logs'>> {
  const begun = performance.now();
  let state: PodState | undefined;
  for (;;) {
    const pod = await cluster.get(resources.pods, place, signal);
    state = pod && podState(pod);
    if (state?.kind === 'ended' || (performance.now() - begun) / 1000 > plan.startSeconds) break;
    await wait(pollMilliseconds, undefined, { signal });
  }
  const output = await logsOf(cluster, place, 10_000);
  const exitCode = state?.kind === 'ended' ? state.exitCode : undefined;
  const ended = { exitCode, output: output.join('\n'), errors: '' };
  const observations = observeRun(run, ended, (performance.now() - begun) / 1000);
  return { observations, logs: exitCode === 0 ? [] : output };
}

/** Never throws: a pod that is left goes with its namespace. */
async function removePod({ cluster, namespace, pods }: Session, name: string): Promise<void> {
  try {
    await cluster.delete(resources.pods, { namespace, name });
    await cluster.delete(resources.configMaps, { namespace, name });
    pods.delete(name);
  } catch {
    // Once more in the end.
  }
}

async function closeSession(session: Session, isOwn: boolean): Promise<void> {
  for (const name of [...session.pods]) await removePod(session, name);
  if (isOwn) await session.cluster.delete(resources.namespaces, { name: session.namespace }).catch(() => {});
}

async function removeLeftOvers(cluster: ClusterClient): Promise<void> {
  const left = await cluster.list(resources.namespaces, { labelSelector: trialLabel }).catch(() => []);
  for (const { metadata } of left)
    if (metadata.name.startsWith(namespacePrefix) && isLeftOver(metadata.name))
      await cluster.delete(resources.namespaces, { name: metadata.name }).catch(() => {});
}
