import type { PlacedCommand } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';
import type { Placed } from './placed-instructions.ts';
import type { ShellScript } from './shell.ts';

export interface CommandIndex {
  readonly all: readonly PlacedCommand[];
  /** Commands with one of these names, in order. */
  named(names: readonly string[]): readonly PlacedCommand[];
}

/** Commands of one name, and where each stands among all. */
interface NamedCommands {
  readonly commands: PlacedCommand[];
  readonly indexes: number[];
}

const none: readonly PlacedCommand[] = [];

/** Finds the commands of instructions by their programs' names. */
export function commandIndex(
  placed: readonly Placed[],
  scriptOf: (instruction: Instruction) => ShellScript | undefined,
): CommandIndex {
  const all: PlacedCommand[] = [];
  for (const { instruction, stage } of placed)
    for (const command of scriptOf(instruction)?.commands ?? []) all.push({ command, instruction, stage });
  const byName = new Map<string, NamedCommands>();
  for (const [index, command] of all.entries()) {
    const { name } = command.command;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, { commands: [command], indexes: [index] });
    else {
      known.commands.push(command);
      known.indexes.push(index);
    }
  }
  return {
    all,
    named(names) {
      // Nearly every question of nearly every rule finds nothing, or commands of one name: neither allocates.
      let only: NamedCommands | undefined;
      let more: NamedCommands[] | undefined;
      for (const name of names) {
        const found = byName.get(name);
        if (found === undefined || found === only) continue;
        if (only === undefined) only = found;
        else more = [...(more ?? [only]), found];
      }
      return more === undefined ? (only?.commands ?? none) : inOrder(more);
    },
  };
}

function inOrder(lists: readonly NamedCommands[]): readonly PlacedCommand[] {
  return [...new Set(lists)]
    .flatMap(({ commands, indexes }) => commands.map((command, at) => ({ command, index: indexes[at] ?? 0 })))
    .sort((a, b) => a.index - b.index)
    .map(({ command }) => command);
}
