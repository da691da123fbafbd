import type { FlagDefinition } from './command.ts';

/** Of commands that obey `plimsoll.yaml`; `load-configuration.ts` reads both. */
export const configFlag: FlagDefinition = {
  name: 'config',
  short: 'c',
  value: 'FILE',
  group: 'Reading',
  description: 'Configuration; default plimsoll.yaml of the directory or above',
};

/** Of those that run rules, too. */
export const noConfigFlag: FlagDefinition = {
  name: 'no-config',
  group: 'Reading',
  description: 'Read no configuration, .hadolint.yaml neither',
};
