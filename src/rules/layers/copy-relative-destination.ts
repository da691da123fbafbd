import { dockerfileRule } from '../../project/rule.ts';
import { externalBase, workingDirectory } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Files are copied to a relative path without WORKDIR',
  why: 'Without WORKDIR a relative path begins at the root directory, among the files of the system.',
  remedy: 'Put WORKDIR with an absolute path before it.',
  peers: ['hadolint:DL3045'],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages)
      for (const instruction of stage.instructions) {
        if (instruction.name !== 'COPY' && instruction.name !== 'ADD') continue;
        const target = instruction.destination?.value;
        if (target === undefined || /^(?:[/\\$"']|[A-Za-z]:)/.test(target)) continue;
        const directory = workingDirectory(dockerfile, stage, instruction);
        if (directory.path !== '/' || directory.instruction !== undefined) continue;
        // An empty image has no files of a system.
        if (externalBase(stage).kind === 'scratch') break;
        report({
          at: instruction.range,
          message: `No WORKDIR is set, so ${target} is a path in the root directory.`,
          severity: /^\.?\.?\/?$/.test(target) ? 'warning' : 'note',
          peers: instruction.name === 'COPY' ? ['hadolint:DL3045'] : [],
        });
        break;
      }
  },
});
