import type { Fix } from '../core/fix.ts';
import type { YamlRecord } from '../kubernetes/edit-yaml.ts';
import type { Container, ContainerPort, Workload } from '../kubernetes/workload.ts';
import type { HealthCheck } from '../project/health-check.ts';
import type { Project } from '../project/project.ts';
import { asks, manifestFix, setIn } from './manifest-edits.ts';

/** Which probes a container is to get. */
export interface WantedProbes {
  readonly readiness: boolean;
  readonly liveness: boolean;
}

/** A program that takes half a minute to start is not restarted while it does. */
const patience = { initialDelaySeconds: 30, periodSeconds: 20 } as const;

/**
 * Gives a container the probes that are missing: readiness asks what the image's HEALTHCHECK asks, else whether the port accepts
 * connections; liveness asks only the latter, so that a dependency that is away restarts nothing.
 */
export function addProbes(
  project: Project,
  workload: Workload,
  container: Container,
  wanted: WantedProbes,
  check: HealthCheck | undefined,
): Fix | undefined {
  const port = portOf(container, check);
  const ready = readinessOf(container, check, port);
  const alive = livenessOf(check, port);
  if ((wanted.readiness && !ready) || (wanted.liveness && !alive)) return undefined;
  const record: YamlRecord = {
    ...(wanted.readiness && ready && { readinessProbe: ready.probe }),
    ...(wanted.liveness && alive && { livenessProbe: alive }),
  };
  return manifestFix(
    wanted.readiness && check ? 'Ask for readiness what HEALTHCHECK asks' : 'Add probes',
    setIn(project, workload.object, container.node, record),
    [
      asks(
        'The program answers when it can serve, and listens within half a minute of its start.',
        wanted.readiness && ready
          ? ready.question
          : `Does ${container.name} listen within 90 seconds of its start, on a slow day too? It is restarted otherwise.`,
      ),
    ],
  );
}

function portOf({ ports }: Container, check: HealthCheck | undefined): ContainerPort | undefined {
  const tcp = ports.filter(({ protocol, containerPort }) => protocol === 'TCP' && containerPort !== undefined);
  const asked = tcp.find(({ containerPort }) => containerPort === check?.http?.port);
  return asked ?? tcp.find(({ name }) => /^(?:http|web|api|grpc)/.test(name ?? '')) ?? tcp[0];
}

/** By its name where it has one, as the manifest's other users of it do. */
function nameOf({ name, containerPort }: ContainerPort): string | number {
  return name ?? containerPort ?? 0;
}

function readinessOf(
  container: Container,
  check: HealthCheck | undefined,
  port: ContainerPort | undefined,
): { readonly probe: YamlRecord; readonly question: string } | undefined {
  const { name } = container;
  if (check?.http) {
    const { path, scheme } = check.http;
    const at = port ? nameOf(port) : check.http.port;
    return {
      probe: { httpGet: { path, port: at, ...(scheme === 'HTTPS' && { scheme }) }, timeoutSeconds: 5 },
      question: `Does ${path} of ${name} answer 200 to 399 within 5 seconds whenever it can serve, for requests by the address of the pod too, and does it listen within 90 seconds of its start?`,
    };
  }
  if (check?.command)
    return {
      probe: { exec: { command: check.command }, timeoutSeconds: 5 },
      question: `Does the command of HEALTHCHECK end with 0 within 5 seconds whenever ${name} can serve?`,
    };
  if (!port) return undefined;
  return {
    probe: { tcpSocket: { port: nameOf(port) } },
    question: `Does ${name} listen on ${nameOf(port)} only when it can serve? A path that says so is better: httpGet.`,
  };
}

function livenessOf(check: HealthCheck | undefined, port: ContainerPort | undefined): YamlRecord | undefined {
  if (port) return { tcpSocket: { port: nameOf(port) }, ...patience };
  if (check?.http) return { tcpSocket: { port: check.http.port }, ...patience };
  if (check?.command) return { exec: { command: check.command }, timeoutSeconds: 5, ...patience };
  return undefined;
}
