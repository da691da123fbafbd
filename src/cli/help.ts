import type { Command, FlagDefinition } from './command.ts';

/** The help of one command. */
export function commandHelp(command: Command): string {
  const groups = new Map<string, FlagDefinition[]>();
  for (const flag of command.flags) {
    const group = flag.group ?? 'Flags';
    groups.set(group, [...(groups.get(group) ?? []), flag]);
  }
  const width = Math.max(0, ...command.flags.map((flag) => flagUsage(flag).length));
  const sections = [
    `Usage: plimsoll ${command.name} ${command.arguments}`.trimEnd(),
    command.description,
    ...[...groups].map(([title, flags]) => flagSection(title, flags, width)),
  ];
  if (command.examples.length > 0)
    sections.push(
      `Examples:\n${command.examples.map(({ call, meaning }) => `  ${call}\n      ${meaning}`).join('\n')}`,
    );
  return `${sections.join('\n\n')}\n`;
}

function flagSection(title: string, flags: readonly FlagDefinition[], width: number): string {
  const lines = flags.map((flag) => `  ${flagUsage(flag).padEnd(width)}  ${wrapped(flag, width + 4)}`);
  return `${title}:\n${lines.join('\n')}`;
}

function flagUsage(flag: FlagDefinition): string {
  const short = flag.short ? `-${flag.short}, ` : '    ';
  return `${short}--${flag.name}${flag.value ? ` ${flag.value}` : ''}`;
}

function wrapped(flag: FlagDefinition, indent: number): string {
  const text = flag.choices ? `${flag.description} (${flag.choices.join(', ')})` : flag.description;
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last.length + word.length + 1 > 100 - indent && last !== '') lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
