import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { type ServicePort, servicePorts } from '../../kubernetes/relations.ts';
import { isWhole, runningContainers, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import { exposedPorts } from '../../project/image-ports.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsChosenBy } from '../../project/workload-index.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A Service sends to a port that its pods do not have',
  why: 'Connections to the Service are refused although the pods run.',
  remedy: 'Set targetPort to the name or number of the port on which the program listens.',
  peers: [],
  check({ object, project }, { report }) {
    if (object.kind !== 'Service' || object.group !== '') return;
    const workloads = workloadsChosenBy(project, object).filter((workload) => isWhole(workload));
    if (workloads.length === 0) return;
    for (const port of servicePorts(object)) {
      const lacking = workloads.filter((workload) => !hasPort(project, workload, port));
      const [first] = lacking;
      if (first === undefined || lacking.length < workloads.length) continue;
      const target = port.targetPort?.text ?? String(port.port);
      const isName = typeof port.targetPort?.value === 'string' && !/^\d+$/.test(port.targetPort.text);
      report({
        ...(workloads.length === 1 && toOnlyPort(project, object, first, port)),
        at: port.targetPort ?? port.node,
        also: lacking.flatMap(({ containers }) => containers.flatMap(portsOf)).slice(0, 4),
        message: isName
          ? `${titleOf(object)} sends to a port named ${target}, and no container of ${titleOf(first)} has one.`
          : `${titleOf(object)} sends ${port.name} to port ${target}, and the port of that name of ${titleOf(first)} is another one.`,
        ...(isName && { severity: 'error' }),
      });
    }
  },
});

/** The port of pods that have but one. */
function toOnlyPort(
  project: Project,
  service: KubernetesObject,
  workload: Workload,
  { targetPort }: ServicePort,
): { readonly fix?: Fix } {
  const [port, ...others] = runningContainers(workload).flatMap(({ ports }) => ports);
  if (port?.containerPort === undefined || others.length > 0 || targetPort === undefined) return {};
  const target = port.name ?? port.containerPort;
  const fix = manifestFix(`Send to port ${target}`, replaceIn(project, service, targetPort, target), [
    asks(
      `The program of ${titleOf(workload)} listens on port ${port.containerPort}.`,
      `Does it listen on ${port.containerPort}, the one port that the manifest names, and not on ${targetPort.text}?`,
    ),
  ]);
  return fix ? { fix } : {};
}

function portsOf({ ports, name }: Container) {
  return ports.map(({ node }) => ({ path: node.path, range: node.range, note: `a port of ${name}` }));
}

/**
 * A number need not be declared: containerPort only informs
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports). It counts as missing only where a port of the same name
 * as the Service's has another one, and no image that is built here exposes it.
 */
function hasPort(project: Project, workload: Workload, { name, targetPort, port }: ServicePort): boolean {
  const containers = runningContainers(workload);
  const declared = containers.flatMap(({ ports }) => ports);
  const value = targetPort?.value ?? port;
  const number = typeof value === 'number' ? value : Number(value);
  if (Number.isNaN(number)) return value === undefined || declared.some((each) => each.name === value);
  const isContradicted = name !== undefined && declared.some((each) => each.name === name);
  if (!isContradicted || declared.some(({ containerPort }) => containerPort === number)) return true;
  return containers.some((container) => {
    const build = buildRunBy(project, container);
    return build !== undefined && (exposedPorts(build)?.ports.has(number) ?? false);
  });
}
