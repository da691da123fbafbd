import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
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
        const fix = absoluteDestination(dockerfile, stage, instruction);
        report({
          ...(fix && { fix }),
          at: instruction.range,
          message: `No WORKDIR is set, so ${target} is a path in the root directory.`,
          severity: /^\.?\.?\/?$/.test(target) ? 'warning' : 'note',
          peers: instruction.name === 'COPY' ? ['hadolint:DL3045'] : [],
        });
        break;
      }
  },
});

/** Says where the files go: every relative destination of the stage begins at the root. */
function absoluteDestination(dockerfile: Dockerfile, stage: Stage, first: Instruction): Fix | undefined {
  const edits = stage.instructions.flatMap((each) => {
    if ((each.name !== 'COPY' && each.name !== 'ADD') || each.range.start < first.range.start) return [];
    const { destination } = each;
    if (destination === undefined || each.form === 'exec' || destination.raw !== undefined) return [];
    if (/^(?:[/\\$"']|[A-Za-z]:)|^\.\./.test(destination.value)) return [];
    if (workingDirectory(dockerfile, stage, each).path !== '/') return [];
    return [replace(dockerfile, destination.range, `/${destination.value.replace(/^(?:\.\/?)+/, '')}`)];
  });
  const [edit] = edits;
  if (edit === undefined) return undefined;
  return {
    title: 'Write the destination from the root on',
    changes: { edits },
    assumptions: [{ statement: 'The files go to the same place.', state: 'holds' }],
  };
}
