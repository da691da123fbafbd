import { colorFlag } from '../color-flag.ts';
import type { Command, CommandForm, FlagDefinition } from '../command.ts';
import { registryFlags } from '../prune-registry-flags.ts';
import { configFlag } from '../reading-flags.ts';

/** Of both forms. */
const commonFlags: readonly FlagDefinition[] = [
  { name: 'json', group: 'Output', description: 'All of it, for programs' },
  { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
  colorFlag,
  { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
  configFlag,
  { name: 'no-config', group: 'Reading', description: 'Read no configuration' },
];

const registry: CommandForm = {
  name: 'registry',
  arguments: 'HOST[/REPOSITORY…]',
  description:
    'Shows what of a registry nothing needs any more, with the reason for each image that is kept and each that is deleted.\nKept is what the policy keeps, what clusters run or could go back to, what git repositories name, what is part of that or\nrefers to it, and whatever nobody can tell the age of. docs/prune-registry.md says it in full.',
  flags: [...registryFlags, ...commonFlags].map(({ name }) => name),
  examples: [
    {
      call: 'plimsoll prune registry registry.example.com --context prod --git ../deploy',
      meaning: 'What could be deleted, and why the rest is kept',
    },
    {
      call: 'plimsoll prune registry registry.example.com/shop/web --keep-last 5 --keep-versions minor=1',
      meaning: 'One repository, by a policy',
    },
  ],
};

export const command: Command = {
  name: 'prune',
  summary: 'Delete what nothing needs any more, and show first what and why: images of a registry',
  arguments: 'registry HOST[/REPOSITORY…]',
  description: registry.description,
  flags: [...registryFlags, ...commonFlags],
  examples: registry.examples,
  forms: [registry],
  async run(parsed, terminal) {
    const { performPruneRegistry } = await import('../perform-prune-registry.ts');
    return performPruneRegistry(parsed, terminal);
  },
};
