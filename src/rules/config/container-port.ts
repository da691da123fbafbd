import type { Container } from '../../kubernetes/workload.ts';
import { imageEnvironment } from '../../project/application-environment.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import { exposedPorts } from '../../project/image-ports.ts';
import type { ImageBuild } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container port that the image does not expose',
  why: 'One of the two is wrong, and who reads the wrong one sends traffic to a port on which nothing listens.',
  remedy:
    'Find out on which port the program listens, and write that one in EXPOSE, in containerPort and in the Service.',
  peers: [],
  check({ workload, project }, { report }) {
    for (const container of workload.containers) {
      const build = container.ports.length > 0 ? buildRunBy(project, container) : undefined;
      const exposed = build && exposedPorts(build);
      if (!build || !exposed) continue;
      for (const { containerPort, protocol, node } of container.ports) {
        if (containerPort === undefined || protocol !== 'TCP' || exposed.ports.has(containerPort)) continue;
        if (isConfigured(container, build, containerPort)) continue;
        report({
          at: node,
          also: [{ ...exposed.place, note: `exposes ${[...exposed.ports].slice(0, 4).join(', ')}` }],
          message: `Container ${container.name} has port ${containerPort}, which its image does not expose.`,
        });
      }
    }
  },
});

/** The manifest or the image's ENV tells the program to listen on the port, whatever EXPOSE says. */
function isConfigured(container: Container, build: ImageBuild, port: number): boolean {
  const text = new RegExp(`(?:^|\\D)${port}(?:\\D|$)`);
  return (
    [...(container.command ?? []), ...(container.args ?? [])].some((word) => text.test(word.text)) ||
    container.env.some(({ value, from }) => from !== undefined || (value !== undefined && text.test(value.text))) ||
    container.envFrom.length > 0 ||
    [...imageEnvironment(build).values()].some(({ value }) => value !== undefined && text.test(value))
  );
}
