import type { Assumption, Fix } from '../core/fix.ts';
import type { YamlRecord } from '../kubernetes/edit-yaml.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { at } from '../kubernetes/yaml-node.ts';
import { givesRootsRights } from '../project/other-user.ts';
import type { Project } from '../project/project.ts';
import { imageUserOf } from './image-user.ts';
import { asks, holds, manifestFix, setIn, together } from './manifest-edits.ts';

/** What a container's security context lacks. */
export interface Lacking {
  readonly container: Container;
  readonly nonRoot: boolean;
  readonly noEscalation: boolean;
  readonly dropAll: boolean;
  readonly seccomp: boolean;
}

/** What an image needs that starts as root, prepares its directories and goes on as another user. */
const startingCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;

/**
 * Gives the containers of a workload the settings that they lack. A container whose image is known to run as root keeps that: with
 * runAsNonRoot it would not start.
 */
export function hardenContainers(project: Project, workload: Workload, lacking: readonly Lacking[]): Fix | undefined {
  const assumptions: Assumption[] = [];
  const forPod = podSettings(project, workload, lacking);
  const parts = lacking.map((each) => {
    const record = settingsOf(project, each, forPod, assumptions);
    return Object.keys(record).length === 0
      ? []
      : setIn(project, workload.object, each.container.node, { securityContext: record });
  });
  if (Object.keys(forPod).length > 0)
    parts.push(setIn(project, workload.object, workload.podSpec, { securityContext: forPod }));
  return manifestFix('Take from the containers the rights that they do not need', together(parts), assumptions);
}

/** True when runAsNonRoot would keep the container from starting, or take away what its manifest gives it on purpose. */
export function isRefusedAsNonRoot(project: Project, container: Container): boolean {
  const user = imageUserOf(project, container);
  return user.kind === 'root' || user.kind === 'named' || hasRootsRights(container);
}

/** True when the manifest gives what is of use to root alone: capabilities to change owners or set up a network, directories of the node. */
export function hasRootsRights(container: Container): boolean {
  return givesRootsRights({ kind: 'container', workload: container.workload, container });
}

/** What all containers of the pod lack and may get is said once for the pod. */
function podSettings(project: Project, workload: Workload, lacking: readonly Lacking[]): YamlRecord {
  const isAll = workload.allContainers.every((container) => lacking.some((each) => each.container === container));
  const several = workload.allContainers.length > 1 || at(workload.podSpec, 'securityContext') !== undefined;
  if (!isAll || !several) return {};
  const nonRoot = lacking.every(({ nonRoot: lacks, container }) => lacks && !isRefusedAsNonRoot(project, container));
  const sameUser = lacking.every(({ container }) => {
    const user = imageUserOf(project, container);
    return user.kind !== 'user' || user.numeric;
  });
  return {
    ...(nonRoot && sameUser && { runAsNonRoot: true }),
    ...(lacking.every(({ seccomp }) => seccomp) && { seccompProfile: { type: 'RuntimeDefault' } }),
  };
}

function settingsOf(
  project: Project,
  { container, nonRoot, noEscalation, dropAll, seccomp }: Lacking,
  forPod: YamlRecord,
  assumptions: Assumption[],
): YamlRecord {
  const user = imageUserOf(project, container);
  const { name } = container;
  const asNonRoot = nonRoot && !isRefusedAsNonRoot(project, container);
  if (asNonRoot) assumptions.push(nonRootAssumption(name, user));
  if (noEscalation || dropAll)
    assumptions.push(
      asks(
        `Container ${name} works without the rights that are taken away.`,
        user.kind === 'root'
          ? `Does ${name}, which runs as root, work with no more rights than to change owners and users and to use low ports, and without sudo, ping or mounting?`
          : `Does ${name} work without sudo, su, ping, or a program with file capabilities (setcap)?`,
      ),
    );
  if (seccomp)
    assumptions.push(
      asks(
        `Container ${name} makes only system calls that container runtimes allow by default.`,
        `Does ${name} do without mount, ptrace of others, unshare, bpf and the like, as it does in Docker?`,
      ),
    );
  const ofLowPort = container.ports.some(({ containerPort }) => containerPort !== undefined && containerPort < 1024);
  const added =
    user.kind === 'root' && container.security.runAsUser.value === undefined
      ? startingCapabilities
      : ofLowPort
        ? ['NET_BIND_SERVICE']
        : [];
  const keepsAdded = container.security.addedCapabilities.length > 0 || added.length === 0;
  return {
    ...(asNonRoot && forPod.runAsNonRoot === undefined && { runAsNonRoot: true }),
    ...(asNonRoot && user.kind === 'user' && !user.numeric && { runAsUser: user.uid }),
    ...(noEscalation && { allowPrivilegeEscalation: false }),
    ...(dropAll && { capabilities: { drop: ['ALL'], ...(!keepsAdded && { add: added }) } }),
    ...(seccomp && forPod.seccompProfile === undefined && { seccompProfile: { type: 'RuntimeDefault' } }),
  };
}

function nonRootAssumption(name: string, user: ReturnType<typeof imageUserOf>): Assumption {
  if (user.kind === 'user') return holds(`The image of ${name} runs as user ${user.uid}.`);
  return asks(
    `The image of ${name} runs as another user than root, and names it by its number.`,
    `What does \`docker inspect --format '{{.Config.User}}'\` say of the image of ${name}? Kubernetes does not start it unless that is a number above zero.`,
  );
}
