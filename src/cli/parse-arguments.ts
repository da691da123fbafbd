import { parseArgs } from 'node:util';
import { UserError } from '../core/errors.ts';
import { meantOf, nearest } from '../core/nearest.ts';
import type { Command, FlagDefinition, ParsedArguments } from './command.ts';
import { commandAs } from './command-form.ts';

/**
 * Parses what stands behind a command's name.
 * @throws UserError for an unknown flag, one that the command's form does not have, a missing value or a value that is no choice.
 */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const known = new Map(command.flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(command.flags.map((flag) => [flag.name, optionOf(flag)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const form = commandAs(command, tokens.find((token) => token.kind === 'positional')?.value);
  const positionals: string[] = [];
  const given = new Map<string, string[]>();
  const written = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = known.get(token.name);
    if (!flag) throw unknownFlag(form, token.rawName);
    written.set(flag.name, token.rawName);
    given.set(flag.name, [...(given.get(flag.name) ?? []), checkedValue(form, flag, token.rawName, token.value)]);
  }
  for (const [name, rawName] of written)
    if (!form.flags.some((flag) => flag.name === name)) throw usage(form, `${form.name} has no flag ${rawName}`);
  return {
    positionals,
    words: argv,
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
  };
}

function optionOf(flag: FlagDefinition): { type: 'string' | 'boolean'; multiple: boolean; short?: string } {
  return { type: flag.value ? 'string' : 'boolean', multiple: true, ...(flag.short && { short: flag.short }) };
}

function checkedValue(command: Command, flag: FlagDefinition, written: string, value: string | undefined): string {
  if (!flag.value) {
    if (value !== undefined) throw usage(command, `${written} takes no value`);
    return '';
  }
  if (value === undefined) throw usage(command, `${written} needs a value: ${written} ${flag.value}`);
  if (flag.choices && !flag.choices.includes(value))
    throw usage(command, `${written} takes ${flag.choices.join(', ')}; not «${value}»${meantOf(value, flag.choices)}`);
  return value;
}

function unknownFlag(command: Command, written: string): UserError {
  const suggestion = nearest(
    written.replace(/^-+/, ''),
    command.flags.map((flag) => flag.name),
  );
  return usage(command, `${command.name} has no flag ${written}${suggestion ? `; is --${suggestion} meant?` : ''}`);
}

function usage(command: Command, message: string): UserError {
  return new UserError(message, { remedy: `«plimsoll ${command.name} --help» lists the flags.` });
}
