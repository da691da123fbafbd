import type { ParsedArguments } from './command.ts';

/** The arguments of another command that `bases` takes, too. */
export interface TakenArguments {
  readonly flags: readonly string[];
  readonly values: readonly string[];
  /** That may be given several times. */
  readonly lists?: readonly string[];
}

/** What of `plimsoll bases` needs no registry, ends of support and what is given up, as the arguments of another command say. */
export function offlineBases(parsed: ParsedArguments, { flags, values, lists = [] }: TakenArguments): ParsedArguments {
  return {
    ...parsed,
    has: (flag) => flag === 'offline' || (flags.includes(flag) && parsed.has(flag)),
    value: (flag) => (values.includes(flag) ? parsed.value(flag) : undefined),
    values: (flag) => (lists.includes(flag) ? parsed.values(flag) : []),
  };
}
