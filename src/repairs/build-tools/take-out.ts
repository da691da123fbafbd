import type { TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { commentedStart } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { removeCommand, removeInstruction } from '../../dockerfile/remove-command.ts';
import { type PackageArgument, readPackageCommand } from '../../ecosystems/package-command.ts';
import { takeOutWords } from './take-out-words.ts';

/**
 * The edits that take packages out of a step: their words, the command, or the whole step where nothing else is in it, with the comments
 * over it moved above `step`. Libraries stand in the place of the first word. Undefined where that cannot be done as text.
 */
export function takeOut(
  dockerfile: Dockerfile,
  install: PlacedPackageCommand,
  tools: readonly PackageArgument[],
  libraries: readonly string[],
  step: Instruction | undefined,
): readonly TextEdit[] | undefined {
  const { read, command, instruction } = install;
  const [first, ...others] = tools.map(({ word }) => word);
  if (first === undefined) return undefined;
  if (libraries.length > 0) {
    const rest = takeOutWords(dockerfile, others);
    return rest && [replace(dockerfile, first.range, libraries.join(' ')), ...rest];
  }
  if (tools.length < read.packages.length) return takeOutWords(dockerfile, [first, ...others]);
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const isAlone = commands.every((each) => each === command || isHousekeeping(each));
  if (!isAlone) return removeCommand(dockerfile, instruction, command);
  return removeStep(dockerfile, instruction, step);
}

/** Serves the installation alone: lists fetched before it, what is left behind it removed. */
function isHousekeeping(command: Parameters<typeof readPackageCommand>[0]): boolean {
  const read = readPackageCommand(command);
  if (read !== undefined) return read.action === 'update-index' || read.action === 'clean-cache';
  return (
    command.name === 'set' ||
    (command.name === 'rm' &&
      command.arguments.every(({ value }) =>
        /^-|^\/(?:var\/(?:lib\/apt|cache\/(?:apt|apk))|tmp|var\/tmp)\b/.test(value),
      ))
  );
}

function removeStep(
  dockerfile: Dockerfile,
  instruction: Instruction,
  step: Instruction | undefined,
): readonly TextEdit[] | undefined {
  // Without a step that takes its place, what stands above it would be left over.
  const isCommented = commentedStart(dockerfile, instruction) < instruction.syntax.range.start;
  return isCommented && step === undefined ? undefined : removeInstruction(dockerfile, instruction, step);
}
