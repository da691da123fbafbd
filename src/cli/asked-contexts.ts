import type { ParsedArguments } from './command.ts';

/** The contexts whose clusters are asked; undefined among them: the current one. None where neither `--cluster` nor `--context` is there. */
export function askedContexts(parsed: ParsedArguments): readonly (string | undefined)[] {
  return [...(parsed.has('cluster') ? [undefined] : []), ...parsed.values('context')];
}
