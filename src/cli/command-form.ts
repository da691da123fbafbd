import type { Command } from './command.ts';

/** The command as it is with this word behind its name: that form's name, help and flags; without such a form the command itself. */
export function commandAs(command: Command, word: string | undefined): Command {
  const form = command.forms?.find(({ name }) => name === word);
  if (!form) return command;
  return {
    ...command,
    ...form,
    name: `${command.name} ${form.name}`,
    flags: command.flags.filter(({ name }) => form.flags.includes(name)),
    forms: [],
  };
}
