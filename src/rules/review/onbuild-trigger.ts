import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'ONBUILD with an instruction that does not exist',
  why: 'The trigger is only read when another image is built on this one: this build succeeds, and every build on it fails.',
  remedy: 'Write the instruction as the Dockerfile reference has it.',
  peers: ['tally:invalid-onbuild-trigger'],
  check({ dockerfile, project }, { report }) {
    if (project.templates.has(dockerfile.path)) return;
    for (const { instruction } of dockerfile.instructionsNamed('ONBUILD')) {
      const trigger = instruction.name === 'ONBUILD' ? instruction.trigger : undefined;
      if (trigger?.name !== 'UNKNOWN' || trigger.keyword.value.includes('$')) continue;
      report({ at: trigger.keyword.range, message: `${trigger.keyword.value} is no instruction.` });
    }
  },
});
