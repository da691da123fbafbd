import type { CommandLine } from '../core/command-line.ts';
import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { removeCommand } from '../dockerfile/remove-command.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { onlyCleanUp } from '../ecosystems/cleanup.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import type { Project } from '../project/project.ts';
import { stageChain } from '../project/stage-facts.ts';
import { fetchListsThere, listDependents, mayReadLists } from './list-dependents.ts';
import { sameSources } from './sources-changed.ts';

export const aptTools = ['apt-get', 'apt', 'aptitude'];

export const installing: ReadonlySet<string> = new Set(['install', 'upgrade', 'dist-upgrade']);

/** The update of a RUN that fetches lists and installs nothing from them. */
export function updateOnly(dockerfile: Dockerfile, instruction: Instruction): PlacedPackageCommand | undefined {
  const own = packageCommands(dockerfile, ...aptTools).filter((each) => each.instruction === instruction);
  const update = own.find(({ read }) => read.action === 'update-index');
  if (update?.stage === undefined || instruction.name !== 'RUN') return undefined;
  return own.some(({ read }) => installing.has(read.action)) ? undefined : update;
}

/** Takes the update out of its RUN, with what cleans up behind it alone, and puts it before each install that lived on it. */
export function updateWithInstall(
  project: Project,
  dockerfile: Dockerfile,
  { command, instruction, stage }: PlacedPackageCommand,
  isShipped: boolean,
): Fix | undefined {
  if (instruction.name !== 'RUN' || stage === undefined) return undefined;
  const { installs, unsure, hidden } = listDependents(project, dockerfile, stage, instruction, aptTools);
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const own = commands.find(({ range }) => range.start === command.range.start);
  if (own === undefined || hidden) return undefined;
  // `apt-get update && apt-cache search cuda`: that is what the lists are fetched for.
  if (areLookedUp(dockerfile, stage, own)) return undefined;
  // What follows in the same RUN may look at the lists.
  const behind = commands.filter((each) => each.range.start > own.range.end && !onlyCleanUp([each]));
  const looks = unsure || mayReadLists(behind) || behind.some(({ name }) => /^apt/.test(name));
  const written = dockerfile.text.slice(command.range.start, command.range.end);
  const update = written.includes('\n') ? `${command.name} update` : written;
  const removed = removeCommand(dockerfile, instruction, own, installs[0]?.instruction);
  const added = fetchListsThere(
    dockerfile,
    instruction,
    installs,
    update,
    isShipped ? 'rm -rf /var/lib/apt/lists/*' : undefined,
  );
  if (removed === undefined || added === undefined) return undefined;
  const statement = 'Nothing else installs from these lists.';
  const isSettled = !looks && installs.length > 0;
  return {
    title: installs.length === 0 ? 'Leave out the update' : 'Update in the RUN that installs',
    changes: { edits: [...removed, ...added] },
    assumptions: [
      isSettled
        ? { statement, state: 'holds' }
        : {
            statement,
            state: 'unknown',
            question:
              installs.length === 0
                ? 'Does a script, or an image that is built on this one, install packages from these lists?'
                : 'Does a script of a later step install packages from these lists?',
          },
      sameSources(dockerfile, command, installs),
    ],
  };
}

/** In the same RUN, or in a later one that fetches none itself. */
function areLookedUp(dockerfile: Dockerfile, stage: Stage, { range }: CommandLine): boolean {
  const updates = packageCommands(dockerfile, ...aptTools).filter(({ read }) => read.action === 'update-index');
  const own = new Set(
    updates.filter(({ command }) => command.range.start > range.start).map((each) => each.instruction),
  );
  return dockerfile.commands.some(
    (each) =>
      each.command.range.start > range.end &&
      each.stage !== undefined &&
      !own.has(each.instruction) &&
      looksThemUp(each.command) &&
      stageChain(each.stage).includes(stage),
  );
}

/** Tells what the lists have: `apt-cache policy`, or a simulation. */
function looksThemUp(command: CommandLine): boolean {
  const { name, arguments: words } = command;
  if (name === 'apt-cache') return true;
  if (name.startsWith('apt') && readPackageCommand(command)?.flags.some((flag) => flag.name === 'simulate'))
    return true;
  return /^apt(?:itude)?$/.test(name) && words.some(({ value }) => /^(?:list|search|show|policy|madison)$/.test(value));
}
