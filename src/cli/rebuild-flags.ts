import { UserError } from '../core/errors.ts';
import type { FlagDefinition, ParsedArguments } from './command.ts';
import { openFlags, vulnerabilityGates } from './image-flags.ts';

/** Flags of `plimsoll bases` that have an effect with `--rebuild` alone. */
export const rebuildFlags: readonly FlagDefinition[] = [
  {
    name: 'rebuild',
    value: 'IMAGE',
    description: 'Tell what a build of this image without cache would change, and whether it pays',
  },
  {
    name: 'base',
    value: 'IMAGE',
    description: 'What its FROM names; default what the Dockerfile, annotations or labels say',
  },
  { name: 'same-base', description: 'Take the base as it is: only what its own steps would bring' },
  { name: 'any', description: 'Any change pays, not only one that mends a known vulnerability' },
  ...vulnerabilityGates.filter(({ name }) => name === 'vulnerability-severity'),
  {
    name: 'dockerfile',
    value: 'PATH',
    description: 'The Dockerfile or repository that made it; default ./Dockerfile where that surely did',
  },
  ...openFlags.filter(({ name }) => !['plain-http', 'ca', 'mirror'].includes(name)),
].map((flag) => ({ ...flag, group: 'Rebuild' }));

/** Flags of `plimsoll bases` that have an effect with and without it. */
const shared = ['plain-http', 'ca', 'mirror', 'json', 'output', 'all', 'color', 'quiet'];

/**
 * @param names of all flags of the command
 * @throws UserError where a flag is given that has no effect with, or without, `--rebuild`
 */
export function refuseBesideRebuild(parsed: ParsedArguments, names: readonly string[]): void {
  const withRebuild = parsed.has('rebuild');
  const own = new Set(rebuildFlags.map(({ name }) => name));
  const given = names.find((name) => parsed.has(name) && !shared.includes(name) && own.has(name) !== withRebuild);
  if (given === undefined) return;
  throw new UserError(`--${given} has no effect ${withRebuild ? 'with' : 'without'} --rebuild`, {
    remedy: withRebuild ? 'Leave it out.' : 'plimsoll bases --rebuild shop/web:1',
  });
}
