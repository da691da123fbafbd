import type { Command, FlagDefinition } from './command.ts';

/** The help of one command, for a terminal of so many columns; lines are never longer than a hundred. */
export function commandHelp(command: Command, columns = 100): string {
  const groups = new Map<string, FlagDefinition[]>();
  for (const flag of command.flags) {
    const group = flag.group ?? 'Flags';
    groups.set(group, [...(groups.get(group) ?? []), flag]);
  }
  const page = {
    columns: Math.min(100, Math.max(40, columns)),
    usage: Math.max(0, ...command.flags.map((flag) => flagUsage(flag).length)),
  };
  const sections = [
    `Usage: plimsoll ${command.name} ${command.arguments}`.trimEnd(),
    wrapped(command.description, page.columns, 0),
    ...[...groups].map(([title, flags]) => flagSection(title, flags, page)),
  ];
  if (command.examples.length > 0)
    sections.push(
      `Examples:\n${command.examples.map(({ call, meaning }) => `  ${call}\n      ${wrapped(meaning, page.columns, 6)}`).join('\n')}`,
    );
  return `${sections.join('\n\n')}\n`;
}

interface HelpPage {
  readonly columns: number;
  /** Columns of the longest flag with its value. */
  readonly usage: number;
}

/** What a flag does stands beside it, or below where too little of the line is left. */
function flagSection(title: string, flags: readonly FlagDefinition[], { columns, usage }: HelpPage): string {
  const beside = usage + 4;
  const isNarrow = columns - beside < 36;
  const lines = flags.map((flag) =>
    isNarrow
      ? `  ${flagUsage(flag)}\n          ${wrapped(meaningOf(flag), columns, 10)}`
      : `  ${flagUsage(flag).padEnd(usage)}  ${wrapped(meaningOf(flag), columns, beside)}`,
  );
  return `${title}:\n${lines.join('\n')}`;
}

function flagUsage(flag: FlagDefinition): string {
  const short = flag.short ? `-${flag.short}, ` : '    ';
  return `${short}--${flag.name}${flag.value ? ` ${flag.value}` : ''}`;
}

function meaningOf({ description, choices, repeatable }: FlagDefinition): string {
  return `${description}${repeatable ? '; can be repeated' : ''}${choices ? ` (${choices.join(', ')})` : ''}`;
}

function wrapped(text: string, columns: number, indent: number): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1] ?? '';
    if (last.length + word.length + 1 > columns - indent && last !== '') lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
