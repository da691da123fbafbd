import path from 'node:path';
import { isPort } from '../../../core/port-number.ts';
import { dataOf, findNamed } from '../../../kubernetes/relations.ts';
import type { Container, Probe, VolumeMount } from '../../../kubernetes/workload.ts';
import { itemsAt, textAt } from '../../../kubernetes/yaml-node.ts';
import type { ImageBuild, ImageUse, Project } from '../../../project/project.ts';
import type { TrialCommand, TrialRequest, TrialSecurity } from '../../trial.ts';
import { givenEnvironment, type UsePlan } from './plan-of-use.ts';

/** Kubernetes' own: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
const kubernetesGraceSeconds = 30;

/** Volumes that a program may write to. */
const writableKinds = new Set(['emptyDir', 'persistentVolumeClaim', 'ephemeral', 'hostPath', 'nfs', 'csi']);

/** How a container of a workload runs its image, as far as one container without its cluster can. */
export function planOfContainer(
  use: Extract<ImageUse, { kind: 'container' }>,
  build: ImageBuild,
  project: Project,
): UsePlan {
  const { workload, container } = use;
  const { environment, notes } = givenEnvironment(project, build, use);
  const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe].filter(
    (probe) => probe !== undefined,
  );
  const written = probes.map((probe) => planOfProbe(probe, container));
  const mounted = filesOf(project, container);
  const expand = (words: Container['command']) => words?.map(({ text }) => expandReferences(text, environment));
  return {
    kind: workload.longRunning && container.role !== 'init' ? 'service' : 'program',
    ports: [
      ...container.ports.flatMap(({ containerPort, protocol }) => (protocol === 'TCP' ? (containerPort ?? []) : [])),
      ...written.flatMap(({ port }) => port ?? []),
    ],
    requests: written.flatMap(({ request }) => request ?? []),
    commands: written.flatMap(({ command }) => command ?? []),
    environment: new Map([...environment].map(([name, value]) => [name, expandReferences(value, environment)])),
    command: expand(container.command),
    arguments: expand(container.args),
    workingDirectory: container.workingDir?.text,
    files: mounted.files,
    security: securityOf(container),
    graceSeconds: workload.terminationGracePeriodSeconds ?? kubernetesGraceSeconds,
    notes: [
      ...notes,
      ...mounted.notes,
      ...written.flatMap(({ note }) => note ?? []),
      ...(container.security.privileged.value === true
        ? [`Container ${container.name} is privileged in its manifest, and is tried without that.`]
        : []),
    ],
  };
}

interface ProbePlan {
  readonly port?: number | undefined;
  readonly request?: TrialRequest;
  readonly command?: TrialCommand;
  readonly note?: string;
}

function planOfProbe(probe: Probe, container: Container): ProbePlan {
  const port = portOf(probe, container);
  switch (probe.handler) {
    case 'httpGet': {
      if (port === undefined) return { note: `The ${probe.name} of ${container.name} names no port that is known.` };
      const headers = itemsAt(probe.node, 'httpGet', 'httpHeaders').flatMap((header) => {
        const name = textAt(header, 'name');
        return name === undefined ? [] : [[name, textAt(header, 'value') ?? ''] as const];
      });
      const asked = probe.path?.text ?? '/';
      return {
        port,
        request: {
          from: probe.name,
          method: 'GET',
          scheme: textAt(probe.node, 'httpGet', 'scheme')?.toUpperCase() === 'HTTPS' ? 'https' : 'http',
          port,
          path: asked.startsWith('/') ? asked : `/${asked}`,
          headers: new Map(headers),
          body: undefined,
        },
      };
    }
    case 'tcpSocket':
      return { port };
    case 'exec':
      return { command: { from: probe.name, command: probe.command.map(({ text }) => text) } };
    case 'grpc':
      return { port, note: `The ${probe.name} of ${container.name} asks over gRPC: only its port is tried.` };
    case 'none':
      return {};
  }
}

/** Its number, or that of the container's port of its name. */
function portOf({ port }: Probe, container: Container): number | undefined {
  if (port === undefined) return undefined;
  const number = /^\d{1,5}$/.test(port.text)
    ? Number(port.text)
    : container.ports.find(({ name }) => name === port.text)?.containerPort;
  return number !== undefined && isPort(number) ? number : undefined;
}

function securityOf(container: Container): TrialSecurity {
  const { security } = container;
  const user = security.runAsUser.value;
  const group = security.runAsGroup.value;
  const names = (list: typeof security.droppedCapabilities) => list.map(({ text }) => text.replace(/^CAP_/i, ''));
  return {
    user: user === undefined ? undefined : group === undefined ? String(user) : `${user}:${group}`,
    nonRoot: security.runAsNonRoot.value === true,
    readOnlyRoot: security.readOnlyRootFilesystem.value === true,
    dropCapabilities: names(security.droppedCapabilities),
    addCapabilities: names(security.addedCapabilities),
    noNewPrivileges: security.allowPrivilegeEscalation.value === false,
    writable: container.volumeMounts.flatMap(({ volume, mountPath, readOnly }) =>
      !readOnly && mountPath !== undefined && writableKinds.has(volume?.kind ?? '') ? [mountPath.text] : [],
    ),
  };
}

/** What ConfigMaps of the project put into the container as files: https://kubernetes.io/docs/concepts/storage/volumes/#configmap */
function filesOf(
  project: Project,
  container: Container,
): { readonly files: ReadonlyMap<string, string>; readonly notes: readonly string[] } {
  const files = new Map<string, string>();
  const notes: string[] = [];
  for (const mount of container.volumeMounts) {
    const { volume, mountPath } = mount;
    if (mountPath === undefined || volume?.kind === undefined || writableKinds.has(volume.kind)) continue;
    const object =
      volume.kind === 'configMap' && volume.refersTo !== undefined
        ? findNamed(project.objects, 'ConfigMap', volume.refersTo, container.workload)
        : undefined;
    if (object === undefined) notes.push(`The volume ${volume.name} at ${mountPath.text} is not there in trials.`);
    else for (const [file, text] of mountedFiles(mount, object)) files.set(file, text);
  }
  return { files, notes };
}

function mountedFiles(
  { volume, mountPath, subPath }: VolumeMount,
  object: Parameters<typeof dataOf>[0],
): readonly (readonly [string, string])[] {
  const items = itemsAt(volume?.settings, 'items').map((item) => [textAt(item, 'key'), textAt(item, 'path')] as const);
  return dataOf(object).flatMap(({ key, value, base64 }) => {
    if (base64 || value.kind !== 'scalar' || mountPath === undefined) return [];
    const names =
      items.length === 0 ? [key.text] : items.flatMap(([from, to]) => (from === key.text ? (to ?? []) : []));
    return names.flatMap((name) => {
      if (subPath !== undefined) return name === subPath.text ? [[mountPath.text, value.text] as const] : [];
      const file = path.posix.join(mountPath.text, name);
      return file.startsWith('/') ? [[file, value.text] as const] : [];
    });
  });
}

/**
 * `$(NAME)` stands for a variable of the container, `$$(NAME)` for itself; one that is not set stays as it is.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#use-environment-variables-to-define-arguments
 */
function expandReferences(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$\(|\$\(([A-Za-z_][\w.-]*)\)/g, (written, name: string | undefined) =>
    name === undefined ? '$(' : (environment.get(name) ?? written),
  );
}
