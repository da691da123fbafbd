import type { FlagDefinition } from './command.ts';

/** Flags of everything that opens an image. */
export const openFlags: readonly FlagDefinition[] = [
  {
    name: 'platform',
    value: 'OS/ARCH',
    group: 'Image',
    description: 'Which image of an index: linux/arm64, linux/arm/v7; default this machine’s',
  },
  { name: 'plain-http', group: 'Image', description: 'Ask the registry without TLS' },
  { name: 'ca', value: 'FILE', group: 'Image', description: 'Trust the certificates (PEM) in FILE, too' },
  { name: 'mirror', value: 'HOST', repeatable: true, group: 'Image', description: 'Ask this registry first' },
  {
    name: 'no-vulnerabilities',
    group: 'Image',
    description: 'Do not look for known vulnerabilities in the packages',
  },
];
