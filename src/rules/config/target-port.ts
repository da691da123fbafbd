import { type ServicePort, servicePorts } from '../../kubernetes/relations.ts';
import { isWhole, runningContainers, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import { exposedPorts } from '../../project/image-ports.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadsChosenBy } from '../../project/workload-index.ts';

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
        at: port.targetPort ?? port.node,
        also: lacking.flatMap(({ containers }) => containers.flatMap(portsOf)).slice(0, 4),
        message: isName
          ? `Service ${object.name} sends to a port named ${target}, and no container of ${titleOf(first)} has one.`
          : `Service ${object.name} sends to port ${target}, and ${titleOf(first)} does not name it among its own.`,
        ...(isName && { severity: 'error' }),
      });
    }
  },
});

function portsOf({ ports, name }: Container) {
  return ports.map(({ node }) => ({ path: node.path, range: node.range, note: `a port of ${name}` }));
}

/** A number need not be declared: it counts as missing only where other ports are declared and the image exposes others too. */
function hasPort(project: Project, workload: Workload, { targetPort, port }: ServicePort): boolean {
  const containers = runningContainers(workload);
  const declared = containers.flatMap(({ ports }) => ports);
  const value = targetPort?.value ?? port;
  const number = typeof value === 'number' ? value : Number(value);
  if (Number.isNaN(number)) return value === undefined || declared.some(({ name }) => name === value);
  if (declared.length === 0 || declared.some(({ containerPort }) => containerPort === number)) return true;
  return containers.some((container) => {
    if (container.ports.length === 0) return true;
    const build = buildRunBy(project, container);
    return build !== undefined && (exposedPorts(build)?.ports.has(number) ?? false);
  });
}
