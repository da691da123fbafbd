import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Kubernetes does not look at HEALTHCHECK: its probes are set in the manifest, and most images run there.',
  summary: 'The image has no HEALTHCHECK',
  why: 'Docker, Compose and Swarm then only know that the process exists, not that it answers.',
  remedy: 'Add a HEALTHCHECK that asks the program, with a program that is in the image already.',
  peers: ['hadolint:DL3057', 'trivy:DS026', 'checkov:CKV_DOCKER_2', 'kics:healthcheck-instruction-missing'],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      if (stage.from === undefined || lastInstruction(stage, 'HEALTHCHECK') !== undefined) continue;
      const isMissing = dockerfile.instructionsNamed('HEALTHCHECK').length === 0;
      report({
        at: stage.from.range,
        message: 'No HEALTHCHECK is set in the stage that ships.',
        claim: { kind: 'no health check' },
        ...(!isMissing && { peers: ['hadolint:DL3057'] }),
      });
    }
  },
});
