import { type PackageCommand, readPackageCommand } from '../ecosystems/package-command.ts';
import type { Dockerfile, PlacedCommand } from './dockerfile.ts';
import type { Stage } from './stage.ts';

/** A package manager's command in the RUN that it stands in. */
export interface PlacedPackageCommand extends PlacedCommand {
  readonly read: PackageCommand;
}

/** By the list of all commands. */
const known = new WeakMap<Dockerfile['commands'], readonly PlacedPackageCommand[]>();

/** Every package manager's command of every RUN, in order. Read once for a file. With tools: only theirs. */
export function packageCommands(dockerfile: Dockerfile, ...tools: readonly string[]): readonly PlacedPackageCommand[] {
  const { commands } = dockerfile;
  let all = known.get(commands);
  if (all === undefined) {
    all = readAll(commands);
    known.set(commands, all);
  }
  return tools.length === 0 || all.length === 0 ? all : all.filter(({ read }) => tools.includes(read.tool));
}

function readAll(commands: Dockerfile['commands']): readonly PlacedPackageCommand[] {
  const all: PlacedPackageCommand[] = [];
  for (const { command, instruction, stage } of commands) {
    const read = readPackageCommand(command);
    if (read) all.push({ command, instruction, stage, read });
  }
  return all;
}

/** True when a step of the stage passes a text that matches, other than a flag, to some command: a line of configuration that it writes. */
export function stageWrites(dockerfile: Dockerfile, stage: Stage | undefined, text: RegExp): boolean {
  return dockerfile.commands.some(
    (placed) =>
      placed.stage === stage &&
      placed.command.arguments.some(({ value }) => !value.startsWith('-') && text.test(value)),
  );
}
