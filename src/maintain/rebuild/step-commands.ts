import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import type { ImageStep, InspectedImage } from '../../project/inspected-image.ts';
import { expandCommand, notedArguments } from './expand-command.ts';
import type { StepCommand } from './replay-step.ts';
import { uncheckedDownload } from './unchecked-download.ts';

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
  // What one is set to may not be known; that it is set is.
  const texts = new Map(script.assigned.flatMap(({ name, value }) => (value ? [[name, value.value]] : [])));
  const textOf = (name: string) => texts.get(name) ?? variables.get(name);
  return script.commands.flatMap((command) => {
    const read = readPackageCommand(expandCommand(command, variables));
    const own = new Map(command.assignments.map(({ name, value }) => [name, value?.value]));
    return read ? [{ command, read, variable: (name) => (own.has(name) ? own.get(name) : textOf(name)) }] : [];
  });
}

export const downloaders: ReadonlySet<string> = new Set(['aria2c', 'curl', 'wget']);
export const verifiers: ReadonlySet<string> = new Set([
  'cosign',
  'gpgv',
  'minisign',
  'sha256sum',
  'sha512sum',
  'shasum',
]);

/**
 * What a step fetches by itself, past all package managers: `curl`, `git clone`, `ADD`. Undefined where it fetches nothing, and where all that it fetches is held
 * against a checksum: it is the same again, or the build fails.
 */
export function fetcherOf(image: InspectedImage, step: ImageStep): string | undefined {
  const { dockerfile, instruction } = scriptOf(image, step);
  if (instruction?.name === 'ADD') {
    const isFetched = instruction.sources.some(({ value }) =>
      /^(?:https?|git|ssh):\/\/|^git@|\.git(?:#|$)/.test(value),
    );
    return isFetched && instruction.checksum === undefined ? 'ADD' : undefined;
  }
  const script = instruction?.name === 'RUN' ? dockerfile.script(instruction) : undefined;
  return script && uncheckedDownload(script);
}

/** As it is written, where the file is known: a note is one line, and cut where it is long. */
export function scriptOf(
  image: InspectedImage,
  step: ImageStep,
): { readonly dockerfile: Dockerfile; readonly instruction: Instruction | undefined } {
  if (image.origin && step.written) return { dockerfile: image.origin.dockerfile, instruction: step.written };
  return { dockerfile: image.history, instruction: step.instruction };
}
