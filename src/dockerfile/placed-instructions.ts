import type { Instruction, InstructionName, InstructionNamed } from './instruction.ts';
import type { Stage } from './stage.ts';

export interface Placed<Each extends Instruction = Instruction> {
  readonly instruction: Each;
  /** Undefined only for what stands before the first FROM. */
  readonly stage: Stage | undefined;
}

export interface PlacedInstructions {
  /** A FROM has the stage that it begins, a trigger of ONBUILD the stage that its ONBUILD stands in. */
  readonly stageOf: ReadonlyMap<Instruction, Stage>;
  /** All of one kind in source order, triggers of ONBUILD included. */
  named<Name extends InstructionName>(name: Name): readonly NamedPlaced<Name>[];
}

/** `Placed` with the variant of that name; an intersection, so that the compiler can follow it for any name. */
export type NamedPlaced<Name extends InstructionName> = Placed & { readonly instruction: InstructionNamed<Name> };

/** Finds the stage of each instruction and sorts them by name. Linear in their number. */
export function placeInstructions(instructions: readonly Instruction[], stages: readonly Stage[]): PlacedInstructions {
  const stageOf = new Map<Instruction, Stage>();
  const byName = new Map<InstructionName, Placed[]>();
  const place = (instruction: Instruction, stage: Stage | undefined) => {
    if (stage !== undefined) stageOf.set(instruction, stage);
    const list = byName.get(instruction.name);
    if (list === undefined) byName.set(instruction.name, [{ instruction, stage }]);
    else list.push({ instruction, stage });
    if (instruction.name === 'ONBUILD' && instruction.trigger !== undefined) place(instruction.trigger, stage);
  };
  const staged = stages.reduce(
    (sum, { from, instructions: own }) => sum + own.length + (from === undefined ? 0 : 1),
    0,
  );
  for (const instruction of instructions.slice(0, instructions.length - staged)) place(instruction, undefined);
  for (const stage of stages) {
    if (stage.from !== undefined) place(stage.from, stage);
    for (const instruction of stage.instructions) place(instruction, stage);
  }
  return {
    stageOf,
    named(name) {
      const list = byName.get(name) ?? [];
      return areNamed(list, name) ? list : [];
    },
  };
}

/** The lists are sorted by name, so that their first instruction tells for all. */
function areNamed<Name extends InstructionName>(
  list: readonly Placed[],
  name: Name,
): list is readonly NamedPlaced<Name>[] {
  return list.length === 0 || list[0]?.instruction.name === name;
}
