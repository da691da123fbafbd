import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { standsAlone } from '../../dockerfile/run-chain.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { narrowMode, type WideMode } from '../../repairs/narrow-mode.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Files that every user of the container may write',
  why: 'Whoever gets in as any user can replace what another one runs or reads; it is nearly always there because the owner was not set.',
  remedy: 'Give the files to the user that writes them (COPY --chown, install -o), or to its group with g+w.',
  peers: ['tally:world-writable-state-path-workaround'],
  check({ dockerfile, project }, { report }) {
    const placed = dockerfile.commandsNamed('chmod', 'mkdir', 'install');
    if (placed.length === 0) return;
    const shipped = shippedStages(project, dockerfile);
    for (const each of placed) {
      const { command, stage } = each;
      const ending = shipped.filter((end) => stage !== undefined && stageChain(end).includes(stage));
      if (ending.length === 0) continue;
      const found = command.name === 'chmod' ? chmodMode(command) : optionMode(command);
      if (found === undefined || !grantsOthersWrite(found.mode) || isTemporary(found.paths)) continue;
      if (isRemovedAgain(dockerfile, each, found.paths)) continue;
      const fix = narrowMode(dockerfile, each, found, ending);
      report({
        at: command.range,
        message: `${command.name} lets every user write ${placesOf(found.paths)}.`,
        ...(fix && { fix }),
      });
    }
  },
});

function chmodMode(command: CommandLine): WideMode | undefined {
  const [mode, ...paths] = command.arguments.filter(({ value }) => !/^-(?:[RvfcLHP]+$|-)/.test(value));
  return mode?.literal ? { mode: mode.value, word: mode, paths } : undefined;
}

/** `mkdir -m 777`, `-pm 777`, `--mode=777`; install has the same option. */
function optionMode(command: CommandLine): WideMode | undefined {
  const words = command.arguments;
  for (const [at, option] of words.entries()) {
    const { value } = option;
    const long = /^--mode=(.*)$/.exec(value)?.[1];
    const isShort = /^-[a-zA-Z]*m$/.test(value);
    const word = long !== undefined ? option : isShort || value === '--mode' ? words[at + 1] : undefined;
    if (word === undefined) continue;
    const paths = words.filter(
      (each, place) => !each.value.startsWith('-') && each !== word && !takesNext(command.name, words[place - 1]),
    );
    return { mode: long ?? word.value, word, paths };
  }
  return undefined;
}

/** `install -o USER -g GROUP -t DIRECTORY`, whose values are no files that are made. */
function takesNext(program: string, option: CommandWord | undefined): boolean {
  return (
    program === 'install' && option !== undefined && /^(?:-[a-zA-Z]*[ogS]|--(?:owner|group|suffix))$/.test(option.value)
  );
}

/** A sticky bit keeps users from replacing each other's files: that is how /tmp is meant. */
function grantsOthersWrite(mode: string): boolean {
  if (/^[0-7]{3,4}$/.test(mode)) {
    const sticky = mode.length === 4 && (Number(mode[0]) & 1) === 1;
    return !sticky && (Number(mode.at(-1)) & 2) === 2;
  }
  if (/t/.test(mode)) return false;
  return mode.split(',').some((clause) => /^(?:[ugo]*[ao][ugoa]*)[+=][rxXs]*w/.test(clause));
}

function isTemporary(paths: readonly CommandWord[]): boolean {
  return paths.length > 0 && paths.every(({ value }) => /^\/(?:var\/)?tmp\/?$|^\/dev\//.test(value));
}

/** The same step deletes it for certain, or on the condition that it was made: a directory of `mktemp`. */
function isRemovedAgain(
  dockerfile: Dockerfile,
  { instruction, command }: PlacedCommand,
  paths: readonly CommandWord[],
) {
  const removals = dockerfile
    .commandsNamed('rm')
    .filter((other) => other.instruction === instruction && other.command.range.start > command.range.end)
    .map((other) => ({
      values: other.command.arguments.map(({ value }) => value),
      isSure: alwaysFollows(dockerfile, command, other),
    }));
  const temporary = (dockerfile.script(instruction)?.assigned ?? []).flatMap(({ name, value }) =>
    value !== undefined && /^\$\(mktemp\b/.test(value.value) ? [`$${name}`, `\${${name}}`] : [],
  );
  return (
    paths.length > 0 &&
    paths.every(({ value }) =>
      removals.some(({ values, isSure }) => values.includes(value) && (isSure || temporary.includes(value))),
    )
  );
}

/** In the same list or the outermost one, and behind no `||` that may pass it over. */
function alwaysFollows(dockerfile: Dockerfile, first: ShellCommand, { instruction, command }: PlacedCommand): boolean {
  if (command.list !== first.list && !standsAlone(command)) return false;
  if (command.place.after === ';') return true;
  const commands = dockerfile.script(instruction)?.commands ?? [];
  return !commands.some(
    ({ place, list, range }) => place.after === '||' && list === command.list && range.start > first.range.start,
  );
}

function placesOf(paths: readonly CommandWord[]): string {
  const [first, ...others] = paths;
  if (first === undefined) return 'what it is given';
  return others.length === 0 ? first.value : `${first.value} and ${others.length} more`;
}
