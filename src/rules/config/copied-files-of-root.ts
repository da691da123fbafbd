import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { CopyInstruction, Instruction, ValueInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { absolutePath, copiedFiles, liesIn } from '../../project/copied-files.ts';
import { dockerfileRule } from '../../project/rule.ts';
import {
  baseImageOf,
  expandedValue,
  imageInstructions,
  isRootUser,
  workingDirectory,
} from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Files of root that the program only reads are the safer choice; only who knows what it writes can tell which ones it needs.',
  summary: 'Files copied after USER belong to root',
  why: 'COPY and ADD ignore USER: without --chown the files are those of root, and the user of the container cannot change them.',
  remedy: 'Pass --chown with the user where the program writes to the files, or copy before USER where it does not.',
  peers: ['tally:copy-after-user-without-chown'],
  check({ dockerfile }, { report }) {
    if (dockerfile.instructionsNamed('USER').length === 0) return;
    for (const stage of dockerfile.stages) {
      if (baseImageOf(stage).distribution === 'windows') continue;
      for (const { instruction, destination } of copiedFiles(dockerfile, stage)) {
        if (instruction.chown !== undefined) continue;
        const user = userAt(stage, instruction);
        const name = user && expandedValue(dockerfile, user, user.value)?.trim();
        if (user === undefined || !name || isRootUser(name.split(':', 1)[0] ?? '')) continue;
        if (destination !== undefined && chownedLater(dockerfile, stage, instruction, destination)) continue;
        const written = dockerfile.text.slice(user.value.range.start, user.value.range.end).trim();
        report({
          at: instruction.range,
          message: `${instruction.name} gives the files to root, and ${name} is the user here.`,
          also: [{ range: user.range, note: 'the user in force' }],
          ...(/^[\w:.-]+$/.test(written) && {
            fix: {
              title: `Pass --chown=${written}`,
              changes: { edits: [insertAfter(dockerfile, instruction.keyword.range, ` --chown=${written}`)] },
              assumptions: [
                {
                  statement: 'The user may change the files.',
                  state: 'unknown',
                  question: `Does the program, as ${name}, write to these files?`,
                },
              ],
            },
          }),
        });
      }
    }
  },
});

function userAt(stage: Stage, before: Instruction): ValueInstruction | undefined {
  return imageInstructions(stage).findLast(
    (each): each is ValueInstruction => each.name === 'USER' && each.syntax.range.start < before.syntax.range.start,
  );
}

function chownedLater(dockerfile: Dockerfile, stage: Stage, copy: CopyInstruction, destination: string): boolean {
  return dockerfile.commandsNamed('chown').some(({ command, instruction, stage: own }) => {
    if (own !== stage || instruction.range.start < copy.range.start) return false;
    const directory = workingDirectory(dockerfile, stage, instruction).path;
    return command.arguments.some(({ value }) => {
      const path = value.startsWith('-') ? undefined : absolutePath(directory, value);
      return path !== undefined && (liesIn(destination, path) || liesIn(path, destination));
    });
  });
}
