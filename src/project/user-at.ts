import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction, ValueInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, expandedValue, imageInstructions, isRootUser } from './stage-facts.ts';

/** As whom an instruction of a stage runs. */
export interface UserAt {
  /** The USER in force; undefined where the base image decides. */
  readonly instruction: ValueInstruction | undefined;
  /** As USER has it, group included; undefined when it is not known. */
  readonly value: string | undefined;
  /** Undefined when it is not known. */
  readonly isRoot: boolean | undefined;
}

/** As whom `instruction`, one of the stage's own, runs: by the last USER before it, in the stages that it builds on too, else by the base image. */
export function userAt(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): UserAt {
  const { start } = instruction.range;
  const user = imageInstructions(stage).findLast(isUserBefore(start));
  const value = user ? expandedValue(dockerfile, user, user.value)?.trim() : baseImageOf(stage).user;
  const name = value?.split(':', 1)[0];
  return { instruction: user, value, isRoot: name === undefined || name === '' ? undefined : isRootUser(name) };
}

function isUserBefore(start: number) {
  return (instruction: Instruction): instruction is ValueInstruction =>
    instruction.name === 'USER' && instruction.range.start < start;
}
