import type { FlagDefinition } from './command.ts';

/** Flags of `plimsoll prune engine` that its other form does not have. */
export const engineFlags: readonly FlagDefinition[] = [
  {
    name: 'keep-image',
    value: 'GLOB',
    repeatable: true,
    group: 'Policy',
    description: 'Keep images of this name: shop/*, shop/web:1.*',
  },
  {
    name: 'keep-label',
    value: 'KEY[=VALUE]',
    repeatable: true,
    group: 'Policy',
    description: 'Keep images and containers that have this label',
  },
  {
    name: 'only',
    value: 'GLOB',
    repeatable: true,
    group: 'Policy',
    description: 'Delete only images that have no name outside of these repositories: ci/*',
  },
  { name: 'no-images', group: 'Policy', description: 'Delete no image' },
  {
    name: 'cache-older-than',
    value: 'AGE',
    group: 'Policy',
    description: 'Delete build cache that was not used for so long: 7d; none by default',
  },
  {
    name: 'cache-size',
    value: 'SIZE',
    group: 'Policy',
    description: 'Delete the build cache that was used least recently until no more than this is left: 20GB',
  },
  {
    name: 'stopped-for',
    value: 'AGE',
    group: 'Policy',
    description: 'Delete containers that ended longer ago: 1d; none by default',
  },
  {
    name: 'volume',
    value: 'NAME',
    repeatable: true,
    group: 'Policy',
    description: 'Delete this volume where nothing uses it; no other volume is ever deleted',
  },
  {
    name: 'until-free',
    value: 'SHARE|SIZE',
    group: 'Policy',
    description: 'Delete no more than is needed to have 20% or 50GB of the disk free, cheapest loss first',
  },
  {
    name: 'containerd-namespace',
    value: 'NAME',
    group: 'Engine',
    description: 'Of containerd; default k8s.io, where Kubernetes has its images',
  },
  {
    name: 'repeat',
    value: 'AGE',
    group: 'Engine',
    description: 'Do it again each time so long has passed, until it is ended: 6h (default of --daemon-set)',
  },
  {
    name: 'daemon-set',
    value: 'IMAGE',
    group: 'Engine',
    description:
      'Write the manifest by which this runs with this policy on the nodes of a cluster; IMAGE is Plimsoll’s',
  },
  {
    name: 'all',
    group: 'Output',
    description: 'Show all that stays, not only the first 20, and every name of what goes',
  },
];
