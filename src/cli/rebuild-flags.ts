import type { FlagDefinition } from './command.ts';
import { openFlags, vulnerabilityGates } from './image-flags.ts';

const severity = vulnerabilityGates.filter(({ name }) => name === 'vulnerability-severity');

/** Flags that have an effect with `--rebuild` alone. */
export const rebuildOnlyFlags: readonly FlagDefinition[] = [
  {
    name: 'rebuild',
    value: 'IMAGE',
    group: 'Rebuild',
    description: 'Tell what a build of this image without cache would change, and whether it pays',
  },
  {
    name: 'base',
    value: 'IMAGE',
    group: 'Rebuild',
    description: 'What its FROM names; default what the Dockerfile, annotations or labels say',
  },
  { name: 'same-base', group: 'Rebuild', description: 'Take the base as it is: only what its own steps would bring' },
  { name: 'any', group: 'Rebuild', description: 'Any change pays, not only one that mends a known vulnerability' },
  ...severity.map((flag) => ({ ...flag, group: 'Rebuild' })),
  {
    name: 'dockerfile',
    value: 'PATH',
    group: 'Rebuild',
    description: 'The Dockerfile or repository that made it; default ./Dockerfile where that surely did',
  },
  ...openFlags.filter(({ name }) => !['plain-http', 'ca', 'mirror', 'platform'].includes(name)),
];

/** Flags of whatever opens an image that `--rebuild` takes, too. */
export const rebuildOpenFlags: readonly FlagDefinition[] = openFlags.filter(({ name }) =>
  ['plain-http', 'ca', 'mirror', 'platform'].includes(name),
);
