import type { CommandLine } from '../core/command-line.ts';
import type { AssumptionState } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, isRootUser, stageChain } from '../project/stage-facts.ts';

const makers = ['useradd', 'adduser', 'groupadd', 'addgroup'] as const;

/** The commands of a stage, and of those that it builds on, that make users and groups. */
export function accountCommands(dockerfile: Dockerfile, stage: Stage): readonly PlacedCommand[] {
  const chain = new Set<Stage | undefined>(stageChain(stage));
  return dockerfile
    .commandsNamed(...makers)
    .filter((placed) => chain.has(placed.stage) && placed.instruction.name === 'RUN');
}

/** Whether the user and group of an owner (`user`, `user:group`, numbers) exist just before an instruction. */
export function ownerKnown(dockerfile: Dockerfile, stage: Stage, owner: string, before: Instruction): AssumptionState {
  const [user = '', group] = owner.split(':');
  const earlier = accountCommands(dockerfile, stage).filter(
    (placed) => placed.stage !== stage || placed.command.range.end < before.range.start,
  );
  const states = [
    accountKnown(dockerfile, stage, user, earlier, ['useradd', 'adduser']),
    group === undefined ? ('holds' as const) : groupKnown(dockerfile, stage, group, earlier),
  ];
  return states.every((state) => state === 'holds') ? 'holds' : 'unknown';
}

function accountKnown(
  dockerfile: Dockerfile,
  stage: Stage,
  name: string,
  earlier: readonly PlacedCommand[],
  programs: readonly string[],
): AssumptionState {
  if (/^\d+$/.test(name) || isRootUser(name)) return 'holds';
  if (baseImageOf(stage).users.some((user) => user.name === name)) return 'holds';
  const made = earlier.some(
    (placed) => programs.includes(placed.command.name) && namesMade(dockerfile, placed).includes(name),
  );
  return made ? 'holds' : 'unknown';
}

/** Users come with a group of their name, unless they were given another one. */
function groupKnown(
  dockerfile: Dockerfile,
  stage: Stage,
  name: string,
  earlier: readonly PlacedCommand[],
): AssumptionState {
  if (accountKnown(dockerfile, stage, name, earlier, ['groupadd', 'addgroup']) === 'holds')
    return name === 'nobody' && baseImageOf(stage).distribution !== 'alpine' ? 'unknown' : 'holds';
  const withOwnGroup = earlier.filter(({ command }) => !givesGroup(command));
  return accountKnown(dockerfile, stage, name, withOwnGroup, ['useradd', 'adduser']);
}

function givesGroup({ arguments: words }: CommandLine): boolean {
  return words.some(({ value }) => /^(?:--gid|--ingroup|--no-user-group|--system$)|^-[a-zA-Z]*[gGNrS]/.test(value));
}

/** The names that a command makes: its operand, behind all options. `adduser user group` adds to a group that is there. */
export function namesMade(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): readonly string[] {
  const scope = environmentAt(dockerfile, instruction);
  return command.arguments.flatMap(({ value, variables, literal }, at) => {
    const before = command.arguments[at - 1]?.value ?? '';
    const isOption =
      value.startsWith('-') || (/^-/.test(before) && takesValue(before) && at < command.arguments.length - 1);
    if (isOption) return [];
    if (literal) return [value];
    const [name] = variables;
    const known =
      variables.length === 1 && name !== undefined && /^\$\{?\w+\}?$/.test(value) ? scope.get(name) : undefined;
    return known === undefined ? [] : [known];
  });
}

/** Options of the four programs that are followed by a value. */
function takesValue(option: string): boolean {
  return /^--(?:uid|gid|groups|home|home-dir|shell|comment|gecos|ingroup|key|skel|base-dir|password|firstuid|lastuid)$|^-[a-zA-Z]*[ugGdhscKkbpe]$/.test(
    option,
  );
}
