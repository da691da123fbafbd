import type { ParsedArguments, Terminal } from './command.ts';

/** Whether text on standard output is coloured: `--color`, else on a terminal unless NO_COLOR is set (https://no-color.org/). */
export function isColored(parsed: ParsedArguments, { stdout, environment }: Terminal): boolean {
  const asked = parsed.value('color') ?? 'auto';
  return asked === 'always' || (asked === 'auto' && stdout.isTTY && !environment.NO_COLOR);
}
