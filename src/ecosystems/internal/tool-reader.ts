import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { PackageAction, PackageArgument, PackageCommand } from '../package-command.ts';

/** Reads the arguments of one tool. `tool` is the plain name; `words` may be fewer than the command's (python -m pip). */
export type ToolReader = (tool: string, words: readonly CommandWord[], command: CommandLine) => PackageCommand;

type Required = Pick<PackageCommand, 'ecosystem' | 'tool' | 'action' | 'flags' | 'command'>;

/** A package command of which only what is special needs saying. */
export function packageCommand(known: Required & Partial<PackageCommand>): PackageCommand {
  return {
    subcommand: undefined,
    packages: [],
    assumeYes: true,
    noCache: false,
    noRecommends: false,
    omitDevelopment: false,
    frozen: false,
    ignoreScripts: false,
    global: false,
    virtual: undefined,
    ...known,
  };
}

/** The action of a subcommand by a table that may hold any name. */
export function actionOf(
  table: Readonly<Record<string, PackageAction>>,
  subcommand: string | undefined,
): PackageAction {
  return subcommand !== undefined && Object.hasOwn(table, subcommand) ? (table[subcommand] ?? 'other') : 'other';
}

export function packageArgument(
  word: CommandWord,
  name: string,
  details: Partial<Omit<PackageArgument, 'word' | 'name'>> = {},
): PackageArgument {
  return { name, version: undefined, pin: 'none', kind: 'registry', word, ...details };
}

/** A word of which the shell decides what it holds: `$PACKAGES`, `$(cat list)`. */
export function unknownPackage(word: CommandWord): PackageArgument {
  return { name: word.value, version: undefined, pin: 'unknown', kind: 'unknown', word };
}

/** Whether the package's very name comes from an expansion. */
export function nameIsUnknown(word: CommandWord): boolean {
  return !word.literal && /^[^=<>~!@]*[$`]/.test(word.value);
}

export function isUrl(value: string): boolean {
  return /^(?:https?|ftp|file):\/\//i.test(value);
}

export function isPath(value: string): boolean {
  return value === '.' || value === '..' || /^(?:\.{1,2}\/|\/|~\/)/.test(value);
}
