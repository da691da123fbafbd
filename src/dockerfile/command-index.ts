import type { PlacedCommand } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';
import type { Placed } from './placed-instructions.ts';
import type { ShellScript } from './shell.ts';

export interface CommandIndex {
  readonly all: readonly PlacedCommand[];
  /** Commands with one of these names, in order. */
  named(names: readonly string[]): readonly PlacedCommand[];
}

/** Finds the commands of instructions by their programs' names. */
export function commandIndex(
  placed: readonly Placed[],
  scriptOf: (instruction: Instruction) => ShellScript | undefined,
): CommandIndex {
  const all = placed.flatMap(({ instruction, stage }) =>
    (scriptOf(instruction)?.commands ?? []).map((command) => ({ command, instruction, stage })),
  );
  const byName = new Map<string, { readonly index: number; readonly placed: PlacedCommand }[]>();
  for (const [index, command] of all.entries()) {
    const list = byName.get(command.command.name);
    if (list === undefined) byName.set(command.command.name, [{ index, placed: command }]);
    else list.push({ index, placed: command });
  }
  return {
    all,
    named(names) {
      const found = [...new Set(names)].flatMap((name) => byName.get(name) ?? []);
      return found.sort((a, b) => a.index - b.index).map(({ placed: command }) => command);
    },
  };
}
