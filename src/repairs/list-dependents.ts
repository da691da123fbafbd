import type { TextEdit } from '../core/fix.ts';
import { appendCommand } from '../dockerfile/append-command.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertBefore } from '../dockerfile/edit.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { isEditableRun, linkOf, scriptStart, standsAlone } from '../dockerfile/run-chain.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { stageChain } from '../project/stage-facts.ts';

/** The steps that live on the package lists which a RUN fetched. */
export interface ListDependents {
  /** The first command of each such RUN that needs the lists. */
  readonly installs: readonly PlacedPackageCommand[];
  /** A step whose program may need them: a script, or a tool that is not followed. */
  readonly unsure: boolean;
}

const scripts =
  /^(?:add-apt-repository|apt-add-repository|apt-cache|apt-file|gdebi|tasksel|mk-build-deps|debconf-apt-progress|.*\.sh)$/;
const consuming: ReadonlySet<string> = new Set(['install', 'upgrade', 'dist-upgrade']);

/** Who needs the lists that `run` leaves, in its stage behind it and in the stages that build on it, until the next update. */
export function listDependents(
  dockerfile: Dockerfile,
  stage: Stage,
  run: RunInstruction,
  tools: readonly string[],
): ListDependents {
  const commands = packageCommands(dockerfile, ...tools);
  const installs: PlacedPackageCommand[] = [];
  let unsure = false;
  const readRuns = (instructions: Stage['instructions']): boolean => {
    for (const instruction of instructions) {
      if (instruction.name !== 'RUN' || instruction.range.start <= run.range.start) continue;
      const own = commands.filter((placed) => placed.instruction === instruction);
      const update =
        own.find(({ read }) => read.action === 'update-index')?.command.range.start ?? Number.POSITIVE_INFINITY;
      const early = own.filter(({ command }) => command.range.start < update);
      const [first] = early.filter(
        ({ read }) => consuming.has(read.action) && read.packages.every(({ kind }) => kind !== 'file'),
      );
      if (first) installs.push(first);
      unsure ||= early.some(({ read }) => read.action === 'other');
      unsure ||= (dockerfile.script(instruction)?.commands ?? []).some(
        ({ name, range }) => range.start < update && scripts.test(name),
      );
      if (update !== Number.POSITIVE_INFINITY) return true;
    }
    return false;
  };
  if (!readRuns(stage.instructions))
    for (const other of dockerfile.stages)
      if (other !== stage && stageChain(other).includes(stage))
        for (const each of stageChain(other).slice(0, stageChain(other).indexOf(stage)).reverse())
          if (readRuns(each.instructions)) break;
  return { installs: [...new Set(installs)], unsure };
}

/** Lets each dependent fetch the lists itself, and remove them again where `removal` is given. Undefined where one of them cannot be edited so. */
export function fetchListsThere(
  dockerfile: Dockerfile,
  from: RunInstruction,
  dependents: readonly PlacedPackageCommand[],
  update: string,
  removal: string | undefined,
): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const { command, instruction } of dependents) {
    if (!isEditableRun(dockerfile, instruction) || !sameUser(dockerfile, from, instruction)) return undefined;
    const own = dockerfile.script(instruction)?.commands.find(({ range }) => range.start === command.range.start);
    if (own === undefined || !standsAlone(own)) return undefined;
    const isFirst = scriptStart(dockerfile, instruction) === command.range.start;
    if (!isFirst && linkOf(dockerfile, instruction, command, 'before') === undefined) return undefined;
    edits.push(insertBefore(dockerfile, command.range, `${update} && `));
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    if (removal === undefined || text.includes('/var/lib/apt/lists')) continue;
    const last = appendCommand(dockerfile, instruction, update.startsWith('sudo ') ? `sudo ${removal}` : removal);
    if (last === undefined) return undefined;
    edits.push(last);
  }
  return edits;
}

/** No USER stands between the two that would run the update as somebody else. */
function sameUser({ instructions }: Dockerfile, one: RunInstruction, other: RunInstruction): boolean {
  return !instructions.some(
    ({ name, range }) => name === 'USER' && range.start > one.range.start && range.start < other.range.start,
  );
}
