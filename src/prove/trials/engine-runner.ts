import path from 'node:path';
import { exitCodes, UserError } from '../../core/errors.ts';
import { jsonObjectOf } from '../../core/json-object.ts';
import type { BuiltImage, EngineAddress } from '../build.ts';
import { isLeftOver, ownerName } from '../owner.ts';
import { makeScratch, type Scratch } from '../scratch.ts';
import type { Observation, Runner, Trial, TrialPlan, TrialRun } from '../trial.ts';
import { commandLine, containerFlags } from './internal/container-flags.ts';
import { callEngine, firstLine, lastLine } from './internal/engine-call.ts';
import { type EngineContainer, openEngineContainer, type Reach } from './internal/engine-container.ts';
import { hideValues } from './internal/hide-values.ts';
import { observeRun } from './internal/observe-program.ts';
import { observeService } from './internal/observe-service.ts';
import { withOwnNames } from './internal/own-names.ts';
import { withReason } from './internal/with-reason.ts';

const removalSeconds = 60;
/** On all that a trial makes in an engine: whose it is. */
const trialLabel = 'dev.plimsoll.trial';
const namePrefix = 'plimsoll-trial-';

/**
 * Runs containers with Docker Engine or Podman: without a network where it can enter theirs, else on a bridge of its own without a way out,
 * with ports published on loopback. Removes first what trials of killed processes left.
 * @throws UserError (exit code 3) where the engine does not answer
 */
export async function openEngineRunner(engine: EngineAddress, reach?: Reach): Promise<Runner> {
  const title = await titleOf(engine);
  await removeLeftOvers(engine);
  const session: Session = { engine, containers: new Set(), network: undefined, reach, scratch: undefined };
  return {
    title,
    try: (image, plan, signal) => withReason(tryImage(session, image, plan, signal), signal),
    close: () => closeSession(session),
  };
}

interface Session {
  readonly engine: EngineAddress;
  readonly containers: Set<string>;
  network: string | undefined;
  /** Undefined until the first container shows which way works. */
  reach: Reach | undefined;
  scratch: Scratch | undefined;
}

let made = 0;

/** For a container or network that nobody else calls so. */
function ownName(): string {
  made += 1;
  return `${namePrefix}${ownerName()}-${made}`;
}

async function titleOf(engine: EngineAddress): Promise<string> {
  const name = engine.kind === 'podman' ? 'Podman' : 'Docker Engine';
  const format = engine.kind === 'podman' ? '{{.Client.Version}}' : '{{.Server.Version}}';
  const answer = await callEngine(engine, ['version', '--format', format], { seconds: 30 }).catch(() => undefined);
  if (answer?.status !== 0)
    throw new UserError(`${name} does not answer${answer?.errors ? `: ${firstLine(answer.errors)}` : ''}`, {
      exitCode: exitCodes.system,
      remedy: 'Start it, or say which engine to use.',
    });
  return `${name} ${answer.output.trim()}`;
}

async function tryImage(session: Session, image: BuiltImage, plan: TrialPlan, signal: AbortSignal): Promise<Trial> {
  const configuration = await inspectImage(session.engine, image);
  const notRun = [...plan.notes];
  const refusal = refusalOf(plan, configuration.user);
  if (refusal !== undefined)
    return {
      image: image.id,
      observations: [{ name: 'starts', kind: 'started', lines: [refusal], good: false }],
      notRun,
      logs: [],
    };
  session.scratch ??= makeScratch();
  const { flags, environment, notes } = containerFlags(plan, path.join(session.scratch.directory, `files-${++made}`));
  const start: Start = { flags, environment, image: image.id, plan, healthcheck: configuration.healthcheck };
  const trial =
    plan.kind === 'service' ? await tryService(session, start, signal) : await tryProgram(session, start, signal);
  const hide = hideValues(plan);
  return {
    image: image.id,
    observations: withOwnNames(trial.observations).map((each) => ({ ...each, lines: each.lines.map(hide) })),
    notRun: [...notRun, ...notes, ...trial.notRun],
    logs: trial.logs.map(hide),
  };
}

interface Start {
  readonly flags: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly image: string;
  readonly plan: TrialPlan;
  readonly healthcheck: readonly string[] | undefined;
}

type Seen = Pick<Trial, 'observations' | 'notRun' | 'logs'>;

/** What a kubelet says to an image that may be root's: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/ */
function refusalOf({ security }: TrialPlan, imageUser: string): string | undefined {
  if (!security?.nonRoot) return undefined;
  const user = (security.user ?? imageUser).split(':')[0] ?? '';
  if (user === '' || user === '0' || user === 'root') return 'refused: runAsNonRoot, and the user is root';
  return /^\d+$/.test(user) ? undefined : `refused: runAsNonRoot, and the user ${user} is no number`;
}

async function tryService(session: Session, start: Start, signal: AbortSignal): Promise<Seen> {
  const { plan } = start;
  const name = ownName();
  session.containers.add(name);
  try {
    const opened = await startReachable(session, start, name, signal);
    if (typeof opened === 'string')
      return {
        observations: [{ name: 'starts', kind: 'started', lines: [opened], good: false }],
        notRun: [],
        logs: [opened],
      };
    try {
      const own = plan.commands.some(({ from }) => from === 'healthcheck');
      const observations = await observeService(opened, plan, own ? undefined : start.healthcheck, signal);
      const failed = observations.some(({ good, kind }) => !good && kind !== 'user');
      const logs = failed ? await opened.logs() : [];
      const unseen =
        session.reach === 'published' && plan.ports.length === 0 ? ['No port is known that could be asked.'] : [];
      return { observations, notRun: unseen, logs };
    } finally {
      opened.close();
    }
  } finally {
    await remove(session, name);
  }
}

/** Starts it the way that this session found to work, and finds that out with the first one. Gives the engine's words where it does not start. */
async function startReachable(
  session: Session,
  start: Start,
  name: string,
  signal: AbortSignal,
): Promise<EngineContainer | string> {
  const { engine } = session;
  for (const reach of session.reach === undefined ? (['namespace', 'published'] as const) : [session.reach]) {
    const network = await networkFlags(session, reach, start.plan.ports, signal);
    const args = ['run', '--detach', ...common(name), ...network, ...start.flags];
    const line = commandLine(start.image, start.plan.command, start.plan.arguments);
    const { status, output, errors } = await callEngine(engine, [...args, ...line], {
      signal,
      environment: start.environment,
      seconds: start.plan.startSeconds + 60,
    });
    if (status !== 0) return `does not start: ${lastLine(errors)}`;
    const container = await openEngineContainer(engine, output.trim().split('\n').at(-1) ?? name, reach, signal);
    if (container.canBeReached) session.reach = reach;
    // One that is over already has no network to enter, and one that is ending says it a moment later.
    if (container.canBeReached || session.reach !== undefined || !(await container.state()).running) return container;
    await remove(session, name);
    session.containers.add(name);
  }
  return 'does not start: its network cannot be reached';
}

function common(name: string): readonly string[] {
  // Pulling would try another image; the check of health is made by the trial itself, in its own time.
  return ['--name', name, '--label', `${trialLabel}=${ownerName()}`, '--pull=never', '--no-healthcheck'];
}

async function networkFlags(
  session: Session,
  reach: Reach,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (reach === 'namespace') return ['--network=none'];
  if (session.network === undefined) {
    const name = ownName();
    const { status, errors } = await callEngine(
      session.engine,
      [
        ...['network', 'create', '--driver', 'bridge', '--label', `${trialLabel}=${ownerName()}`],
        // Nothing goes out: only ports that are published come in.
        ...(session.engine.kind === 'docker' ? ['--opt', 'com.docker.network.bridge.enable_ip_masquerade=false'] : []),
        name,
      ],
      { signal },
    );
    if (status !== 0)
      throw new UserError(`no network could be made for trials: ${lastLine(errors)}`, {
        exitCode: exitCodes.system,
        remedy: 'Run plimsoll as root beside the engine, or with an engine that has bridge networks.',
      });
    session.network = name;
  }
  return [`--network=${session.network}`, ...ports.flatMap((port) => ['--publish', `127.0.0.1::${port}`])];
}

async function tryProgram(session: Session, start: Start, signal: AbortSignal): Promise<Seen> {
  const observations: Observation[] = [];
  const logs: string[] = [];
  for (const run of start.plan.runs) {
    const seen = await runOnce(session, start, run, signal);
    observations.push(...seen);
    if (seen.some(({ good }) => !good))
      logs.push(...seen.flatMap(({ kind, lines }) => (kind === 'output' ? lines : [])));
  }
  return { observations, notRun: [], logs: logs.slice(-100) };
}

async function runOnce(
  session: Session,
  { flags, environment, image, plan }: Start,
  run: TrialRun,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const name = ownName();
  session.containers.add(name);
  try {
    const begun = performance.now();
    const isOther = run.entrypoint !== undefined;
    const args = run.arguments.length > 0 || isOther ? run.arguments : plan.arguments;
    const line = commandLine(image, isOther ? [run.entrypoint] : plan.command, args);
    const input = run.input === undefined ? [] : ['--interactive'];
    const { status, output, errors } = await callEngine(
      session.engine,
      ['run', ...input, ...common(name), '--network=none', ...flags, ...line],
      { signal, environment, seconds: plan.startSeconds, input: run.input },
    );
    return observeRun(run, { exitCode: status, output, errors }, (performance.now() - begun) / 1000);
  } finally {
    await remove(session, name);
  }
}

interface ImageFacts {
  readonly user: string;
  readonly healthcheck: readonly string[] | undefined;
}

async function inspectImage(engine: EngineAddress, { id, tag }: BuiltImage): Promise<ImageFacts> {
  const { status, output, errors } = await callEngine(engine, ['image', 'inspect', '-f', '{{json .}}', id]);
  if (status !== 0)
    throw new UserError(`the engine does not have the image ${tag}: ${lastLine(errors)}`, {
      exitCode: exitCodes.system,
    });
  const read: unknown = JSON.parse(output);
  // Podman keeps the check of an image in Docker's format beside its configuration.
  const { Config: configuration, HealthCheck: beside, Healthcheck: alsoBeside } = jsonObjectOf(read);
  const { User: user, Healthcheck: inside } = jsonObjectOf(configuration);
  const test = jsonObjectOf(inside ?? beside ?? alsoBeside).Test;
  return {
    user: typeof user === 'string' ? user : '',
    healthcheck: Array.isArray(test) ? test.map(String) : undefined,
  };
}

async function remove(session: Session, name: string): Promise<void> {
  const { status, errors } = await callEngine(session.engine, ['rm', '--force', '--volumes', name], {
    seconds: removalSeconds,
  }).catch(() => ({ status: undefined, errors: '' }));
  if (status === 0 || /no such container/i.test(errors)) session.containers.delete(name);
}

async function closeSession(session: Session): Promise<void> {
  for (const name of [...session.containers]) await remove(session, name);
  if (session.network !== undefined)
    await callEngine(session.engine, ['network', 'rm', session.network], { seconds: removalSeconds }).catch(() => {});
  session.network = undefined;
  session.scratch?.remove();
  session.scratch = undefined;
}

/** Removes what trials of processes of this machine left that are gone. Never throws. */
async function removeLeftOvers(engine: EngineAddress): Promise<void> {
  const lists = [
    { list: ['ps', '--all', '--format', '{{.Names}}'], remove: ['rm', '--force', '--volumes'] },
    { list: ['network', 'ls', '--format', '{{.Name}}'], remove: ['network', 'rm'] },
  ];
  for (const { list, remove: removal } of lists) {
    const { output } = await callEngine(engine, [...list, '--filter', `label=${trialLabel}`]).catch(() => ({
      output: '',
    }));
    for (const name of output.split('\n'))
      if (name.startsWith(namePrefix) && isLeftOver(name))
        await callEngine(engine, [...removal, name], { seconds: removalSeconds }).catch(() => {});
  }
}
