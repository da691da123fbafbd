import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'With BuildKit a further layer costs next to nothing, and separate RUNs are cached separately; what is worth merging is found by the rules on files that a later layer deletes or changes.',
  summary: 'RUN follows RUN',
  why: 'Each RUN is a layer of its own, and what one adds, the next cannot remove.',
  remedy: 'Join steps that belong together with &&, or write them as one here-document.',
  peers: ['hadolint:DL3059', 'kics:multiple-run-add-copy-instructions-listed'],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages)
      for (const [at, instruction] of stage.instructions.entries()) {
        const previous = stage.instructions[at - 1];
        if (
          previous &&
          isPlain(instruction) &&
          isPlain(previous) &&
          !several(dockerfile, instruction) &&
          !several(dockerfile, previous)
        )
          report({
            at: instruction.keyword.range,
            message: 'This RUN could be part of the one before it.',
            also: [{ range: previous.keyword.range, note: 'the RUN before it' }],
          });
      }
  },
});

/** A RUN with flags of its own cannot simply be joined with another. */
function isPlain(instruction: Instruction): instruction is RunInstruction {
  return instruction.name === 'RUN' && instruction.flags.length === 0;
}

/** RUNs that hold a list of commands were grouped on purpose. */
function several(
  dockerfile: { script(instruction: Instruction): { readonly commands: readonly unknown[] } | undefined },
  instruction: RunInstruction,
): boolean {
  return (dockerfile.script(instruction)?.commands.length ?? 0) > 1;
}
