import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A VEX document is copied into the image',
  why: 'What is known of a vulnerability changes after the image is built; in the image it can only change with a new one, and scanners that find an attestation do not look there.',
  remedy: 'Attach it to the digest of the image: docker scout attestation add, or cosign attest.',
  peers: ['tally:prefer-vex-attestation'],
  check({ dockerfile, project }, { report }) {
    if (!dockerfile.text.includes('.vex.json')) return;
    const shipped = new Set(shippedStages(project, dockerfile).flatMap((stage) => stageChain(stage)));
    for (const { instruction, stage } of dockerfile.instructionsNamed('COPY')) {
      if (stage === undefined || !shipped.has(stage)) continue;
      const source = instruction.sources.find(({ value }) => value.endsWith('.vex.json'));
      if (source !== undefined) report({ at: source.range, message: `${source.value} is stored in the image.` });
    }
  },
});
