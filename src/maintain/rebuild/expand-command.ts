import type { CommandLine, CommandWord } from '../../core/command-line.ts';

/** A command as the shell would pass it where its variables are known: a word that holds several is several words. */
export function expandCommand<Command extends CommandLine>(
  command: Command,
  variables: ReadonlyMap<string, string>,
): Command {
  if (command.arguments.every(({ literal }) => literal)) return command;
  return { ...command, arguments: command.arguments.flatMap((word) => expanded(word, variables)) };
}

function expanded(word: CommandWord, variables: ReadonlyMap<string, string>): CommandWord[] {
  if (word.literal || /`|\$\(|\$\{[^}]*[^\w}]/.test(word.value)) return [word];
  const names = [...word.value.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name);
  if (names.length === 0 || names.some((name) => !variables.has(name))) return [word];
  const value = word.value.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, one?: string, other?: string) => {
    return variables.get(one ?? other ?? '') ?? '';
  });
  const isQuoted = /^["']/.test(word.raw);
  const parts = isQuoted ? [value] : value.split(/\s+/).filter(Boolean);
  return parts.map((part) => ({ ...word, raw: part, value: part, literal: true, variables: [] }));
}

/** The build arguments that a builder notes before a command: `|2 A=1 B=2 /bin/sh -c make`. */
export function notedArguments(createdBy: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const [, count = '0', rest = ''] = /^(?:RUN )?\|(\d{1,4}) (.*)$/s.exec(createdBy.slice(0, 16_000)) ?? [];
  const end = rest.search(/ \/(?:usr\/)?bin\/[a-z]{2,4} -/);
  const written = end === -1 ? '' : rest.slice(0, end);
  // A value may hold spaces: the next argument begins where a name and an equals sign follow.
  for (const part of written.split(/\s(?=[A-Za-z_]\w*=)/).slice(0, Number(count))) {
    const at = part.indexOf('=');
    if (at > 0) found.set(part.slice(0, at), part.slice(at + 1));
  }
  return found;
}
