import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import type { ImageStep, InspectedImage } from '../../project/inspected-image.ts';
import { expandCommand, notedArguments } from './expand-command.ts';
import type { StepCommand } from './replay-step.ts';

/** The package managers' commands that a step runs, its variables expanded where the image or the builder's note tells them. */
export function packageCommandsOf(image: InspectedImage, step: ImageStep): StepCommand[] {
  const { dockerfile, instruction } = scriptOf(image, step);
  if (instruction?.name !== 'RUN') return [];
  const script = dockerfile.script(instruction);
  if (script === undefined) return [];
  const variables = new Map<string, string>();
  for (const assignment of image.analysis.image.configuration.environment) {
    const at = assignment.indexOf('=');
    variables.set(assignment.slice(0, at), assignment.slice(at + 1));
  }
  for (const [name, value] of notedArguments(step.entry?.createdBy ?? '')) variables.set(name, value);
  for (const { name, value } of script.assigned)
    if (value?.literal) variables.set(name, value.value);
    else variables.delete(name);
  return script.commands.flatMap((command) => {
    const read = readPackageCommand(expandCommand(command, variables));
    return read ? [{ command, read }] : [];
  });
}

/** As it is written, where the file is known: a note is one line, and cut where it is long. */
function scriptOf(
  image: InspectedImage,
  step: ImageStep,
): { readonly dockerfile: Dockerfile; readonly instruction: Instruction | undefined } {
  if (image.origin && step.written) return { dockerfile: image.origin.dockerfile, instruction: step.written };
  return { dockerfile: image.history, instruction: step.instruction };
}
