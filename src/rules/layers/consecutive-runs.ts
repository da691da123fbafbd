import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { continuesRow, joinRuns } from '../../repairs/join-runs.ts';

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
    for (const stage of dockerfile.stages) {
      let row = new Set<Instruction>();
      for (const [at, instruction] of stage.instructions.entries()) {
        const previous = stage.instructions[at - 1];
        if (previous === undefined || !isSingle(dockerfile, instruction) || !isSingle(dockerfile, previous)) continue;
        // The first of a row carries the fix for all of it.
        const runs = row.has(previous) ? [] : rowOf(dockerfile, stage.instructions.slice(at - 1));
        const fix = joinRuns(dockerfile, runs);
        if (!row.has(instruction)) row = new Set(runs);
        report({
          at: instruction.keyword.range,
          message: 'This RUN could be part of the one before it.',
          also: [{ range: previous.keyword.range, note: 'the RUN before it' }],
          ...(fix && { fix }),
        });
      }
    }
  },
});

function isSingle(dockerfile: Dockerfile, instruction: Instruction): instruction is RunInstruction {
  return isPlain(instruction) && !several(dockerfile, instruction);
}

/** The RUNs from the first on that can be joined one with the next. */
function rowOf(dockerfile: Dockerfile, instructions: readonly Instruction[]): readonly RunInstruction[] {
  const row: RunInstruction[] = [];
  for (const instruction of instructions) {
    if (!isSingle(dockerfile, instruction) || !continuesRow(dockerfile, row, instruction)) break;
    row.push(instruction);
  }
  return row;
}

/** A RUN with flags of its own cannot simply be joined with another. */
function isPlain(instruction: Instruction): instruction is RunInstruction {
  return instruction.name === 'RUN' && instruction.flags.length === 0;
}

/** RUNs that hold a list of commands were grouped on purpose. */
function several(dockerfile: Dockerfile, instruction: RunInstruction): boolean {
  return (dockerfile.script(instruction)?.commands.length ?? 0) > 1;
}
