import { isPort } from '../../core/port-number.ts';
import type { ImageConfiguration } from '../../image/image.ts';
import { healthCheckOf } from '../../project/health-check.ts';
import { exposedPorts } from '../../project/image-ports.ts';
import type { ImageBuild, ImageUse, Project } from '../../project/project.ts';
import type { ProveSettings } from '../../project/prove-settings.ts';
import type { TrialPlan, TrialRequest } from '../trial.ts';
import { planOfContainer } from './internal/plan-container.ts';
import { noUse, type UsePlan } from './internal/plan-of-use.ts';
import { planOfService } from './internal/plan-service.ts';

/** What an image says of itself that decides how it is tried. */
export type TriedConfiguration = Pick<ImageConfiguration, 'exposedPorts' | 'environment' | 'healthcheck'>;

const defaultStartSeconds = 30;
/** What a container engine gives a container between SIGTERM and SIGKILL. */
const engineGraceSeconds = 10;

/**
 * How an image is tried: what the user lists, else what the manifests, the Compose file and the image itself say. The repaired image is
 * tried by the plan that the repaired files give, so that what a fix writes into a manifest is tried, too.
 */
export function trialPlan(
  build: ImageBuild,
  project: Project,
  settings: ProveSettings,
  image?: TriedConfiguration,
): TrialPlan {
  const use = chosenUse(build.runBy);
  const told = planOf(use, build, project);
  const environment = new Map(told.environment);
  const notes = [...told.notes];
  const fromHost = new Set<string>();
  for (const [name, value] of settings.environment) {
    const given = value ?? process.env[name];
    if (given === undefined) notes.push(`The variable ${name} of plimsoll.yaml is not set where plimsoll runs.`);
    else environment.set(name, given);
    if (value === undefined) fromHost.add(name);
  }
  const ports = portsOf(build, settings, told, environment, image);
  const kind = settings.kind ?? kindOf(build, settings, told, ports, image);
  return {
    kind,
    ports: kind === 'service' ? ports : [],
    requests: kind === 'service' ? requestsOf(build, settings, told, ports) : [],
    commands: told.commands,
    runs: kind === 'program' ? runsOf(settings) : [],
    environment,
    fromHost,
    command: told.command,
    arguments: told.arguments,
    workingDirectory: told.workingDirectory,
    files: told.files,
    security: told.security,
    startSeconds: settings.startSeconds ?? defaultStartSeconds,
    graceSeconds: settings.graceSeconds ?? told.graceSeconds ?? engineGraceSeconds,
    notes: [...new Set(notes)],
  };
}

/** The container that runs it for long, before one that only prepares or is started by hand. */
function chosenUse(uses: readonly ImageUse[]): ImageUse | undefined {
  const rank = (use: ImageUse) => {
    if (use.kind === 'service') return use.service.profiles.length === 0 ? 2 : 3;
    if (use.container.role === 'ephemeral' || use.workload.windows) return 5;
    if (use.container.role === 'init') return 4;
    return use.workload.longRunning ? 0 : 1;
  };
  return [...uses].sort((one, other) => rank(one) - rank(other))[0];
}

function planOf(use: ImageUse | undefined, build: ImageBuild, project: Project): UsePlan {
  if (use === undefined) return noUse;
  return use.kind === 'container' ? planOfContainer(use, build, project) : planOfService(use, build, project);
}

function portsOf(
  build: ImageBuild,
  settings: ProveSettings,
  told: UsePlan,
  environment: ReadonlyMap<string, string>,
  image: TriedConfiguration | undefined,
): readonly number[] {
  if (settings.ports.length > 0) return settings.ports;
  const asked = unique(settings.requests.flatMap(({ port }) => port ?? []));
  const exposed = unique(exposedOf(build, image));
  // A request without a port goes to the first: one that the project names, and not one that another request does.
  if (told.ports.length > 0) return [...new Set([...unique(told.ports), ...asked])];
  const isOpen = settings.requests.some(({ port }) => port === undefined);
  if (asked.length > 0) return isOpen ? [...new Set([...exposed.slice(0, 1), ...asked])] : asked;
  if (exposed.length > 0) return exposed;
  const checked = healthCheckOf(build)?.http?.port;
  if (checked !== undefined) return [checked];
  const variables = new Map([...imageVariables(image), ...environment]);
  const port = Number(variables.get('PORT') ?? variables.get('HTTP_PORT'));
  return isPort(port) ? [port] : [];
}

function exposedOf(build: ImageBuild, image: TriedConfiguration | undefined): readonly number[] {
  if (image === undefined) return [...(exposedPorts(build)?.ports ?? [])];
  return image.exposedPorts.flatMap((each) => /^(\d+)(?:\/tcp)?$/.exec(each)?.[1] ?? []).map(Number);
}

function imageVariables(image: TriedConfiguration | undefined): Iterable<readonly [string, string]> {
  return (image?.environment ?? []).map((each) => {
    const equals = each.indexOf('=');
    return [each.slice(0, equals), each.slice(equals + 1)] as const;
  });
}

function unique(ports: readonly number[]): readonly number[] {
  return [...new Set(ports)].sort((one, other) => one - other);
}

function kindOf(
  build: ImageBuild,
  settings: ProveSettings,
  told: UsePlan,
  ports: readonly number[],
  image: TriedConfiguration | undefined,
): TrialPlan['kind'] {
  if (settings.requests.length > 0) return 'service';
  if (settings.runs.length > 0) return 'program';
  if (told.kind !== undefined) return told.kind;
  const isAsked =
    image?.healthcheck !== undefined ? image.healthcheck[0] !== 'NONE' : healthCheckOf(build) !== undefined;
  return ports.length > 0 || isAsked ? 'service' : 'program';
}

function requestsOf(
  build: ImageBuild,
  settings: ProveSettings,
  told: UsePlan,
  ports: readonly number[],
): readonly TrialRequest[] {
  const plain = { method: 'GET', headers: new Map<string, string>(), body: undefined };
  const check = healthCheckOf(build)?.http;
  const requests: TrialRequest[] = [...told.requests];
  if (check)
    requests.push({
      ...plain,
      from: 'healthcheck',
      scheme: check.scheme === 'HTTPS' ? 'https' : 'http',
      port: check.port,
      path: check.path,
    });
  for (const listed of settings.requests) requests.push({ from: 'configuration', ...listed });
  if (settings.requests.length === 0)
    for (const port of ports.length > 0 ? ports : [undefined])
      if (!requests.some((each) => each.port === port && each.path === '/'))
        requests.push({
          ...plain,
          from: 'default',
          scheme: port === 443 || port === 8443 ? 'https' : 'http',
          port,
          path: '/',
        });
  return withoutRepetition(requests);
}

/** Two probes often ask the same: one answer is enough. What the user lists is asked as often as it is listed. */
function withoutRepetition(requests: readonly TrialRequest[]): readonly TrialRequest[] {
  const seen = new Set<string>();
  return requests.filter(({ from, method, scheme, port, path, headers }) => {
    if (from === 'configuration') return true;
    const key = JSON.stringify([method, scheme, port, path, [...headers]]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function runsOf(settings: ProveSettings): TrialPlan['runs'] {
  return settings.runs.length > 0 ? settings.runs : [{ arguments: [], entrypoint: undefined, input: undefined }];
}
