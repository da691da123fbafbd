import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { imageInstructions } from '../../project/stage-facts.ts';

const peers = ['trivy:DS004', 'checkov:CKV_DOCKER_1', 'kics:exposing-port-22-ssh'] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The image exposes SSH',
  why: 'An SSH server in a container is a second way in, with keys and users of its own that nobody rotates or audits.',
  remedy: 'Leave the server out; use docker exec or kubectl exec, which go by the rights of the platform.',
  peers,
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap(imageInstructions));
    for (const instruction of shipped) {
      if (instruction.name !== 'EXPOSE') continue;
      const port = instruction.ports.find(({ value }) => /^22(?:\/tcp)?$/i.test(value));
      if (port)
        report({
          at: port.range,
          message: 'Port 22 is exposed, which is that of SSH.',
          // KICS reads the bare number only.
          peers: port.value === '22' ? peers : peers.slice(0, 2),
        });
    }
  },
});
