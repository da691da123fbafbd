import type { Fix } from '../../core/fix.ts';
import { isWhole } from '../../kubernetes/whole-workload.ts';
import type { Container, Probe } from '../../kubernetes/workload.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

const peers = {
  livenessProbe: 'kube-linter:liveness-port',
  readinessProbe: 'kube-linter:readiness-port',
  startupProbe: 'kube-linter:startup-port',
} as const;

export const rule = workloadRule({
  severity: 'note',
  summary: 'A probe asks a port that the container does not have',
  why: 'A probe of a port without a listener fails for good: the pod is never ready, or is restarted over and over.',
  remedy: "Probe the name or number of a port in the container's list of ports, or add the port there.",
  peers: Object.values(peers),
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    for (const container of workload.allContainers)
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        const { port } = probe ?? {};
        if (probe === undefined || port === undefined || hasPort(container, probe)) continue;
        const isName = typeof port.value === 'string' && !/^\d+$/.test(port.text);
        if (!isName && container.ports.length === 0) continue;
        report({
          ...(isName && toOnlyPort(project, container, port)),
          at: port,
          also: container.ports.map(({ node }) => ({ path: node.path, range: node.range, note: 'a port that it has' })),
          message: isName
            ? `The ${probe.name} asks the port named ${port.text}, and container ${container.name} has none of that name.`
            : `The ${probe.name} asks port ${port.text}, which container ${container.name} does not declare.`,
          ...(isName && { severity: 'error' }),
          peers: [peers[probe.name]],
        });
      }
  },
});

function hasPort({ ports }: Container, { port }: Probe): boolean {
  return ports.some(({ name, containerPort }) => name === port?.text || String(containerPort) === port?.text);
}

/** The port of a container that has but one. */
function toOnlyPort(project: Project, { ports, workload }: Container, written: YamlScalar): { readonly fix?: Fix } {
  const [only, ...others] = ports;
  if (only?.containerPort === undefined || others.length > 0) return {};
  const target = only.name ?? only.containerPort;
  const fix = manifestFix(`Ask port ${target}`, replaceIn(project, workload.object, written, target), [
    asks(
      `The program answers the probe on port ${only.containerPort}.`,
      `Is ${target}, the one port of the container, the one that the probe is to ask?`,
    ),
  ]);
  return fix ? { fix } : {};
}
