import type { CommandLine } from '../core/command-line.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { Instruction } from '../dockerfile/instruction.ts';

/** Whether cgo is switched off for a command of Go, by itself or by the environment that it runs in. */
export function isWithoutCgo(
  dockerfile: Dockerfile,
  { command, instruction }: { readonly command: CommandLine; readonly instruction: Instruction },
): boolean {
  const assigned = command.assignments.find(({ name }) => name === 'CGO_ENABLED')?.value?.value;
  return (assigned ?? environmentAt(dockerfile, instruction).get('CGO_ENABLED')) === '0';
}
