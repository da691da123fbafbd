import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { buildFlags } from '../prove-flags.ts';
import { configFlag } from '../reading-flags.ts';

const building = ['builder', 'target', 'network', 'build-arg', 'secret', 'timeout'];

export const command: Command = {
  name: 'bisect-size',
  summary: 'Which commit, which instruction and which files made an image grow',
  arguments: '[PATH]',
  description:
    'Looks at the image that PATH (default: this directory) is the build context of, at each commit: what is copied is known from git, and only\ncommits that decide are built. With a budget, exits with 1 where the newest image is larger, and says which commit crossed it.',
  flags: [
    {
      name: 'budget',
      value: 'SIZE',
      group: 'Question',
      description: 'What the image may have: 300MB, 250MiB; default that of plimsoll.yaml: sizeBudgets',
    },
    { name: 'since', value: 'REV', group: 'Question', description: 'What made it grow since this revision' },
    {
      name: 'last',
      value: 'NUMBER',
      group: 'Question',
      description: 'Look at so many commits, with --budget; default 100',
    },
    {
      name: 'dockerfile',
      short: 'f',
      value: 'FILE',
      group: 'Building',
      description: 'The Dockerfile; default that in PATH',
    },
    ...buildFlags.filter(({ name }) => building.includes(name)),
    {
      name: 'image',
      value: 'IMAGE',
      group: 'Building',
      description: 'The image of the newest commit, where it is built already',
    },
    {
      name: 'most-builds',
      value: 'NUMBER',
      group: 'Building',
      description: 'Builds that may be made; default 16',
    },
    { name: 'no-build', group: 'Building', description: 'Build nothing: say what files tell, and what they do not' },
    { name: 'json', group: 'Output', description: 'All of it, for programs' },
    colorFlag,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    configFlag,
    { name: 'no-config', group: 'Reading', description: 'Read no configuration' },
  ],
  examples: [
    { call: 'plimsoll bisect-size --budget 300MB', meaning: 'Which commit made the image larger than that' },
    { call: 'plimsoll bisect-size web --since v1.4 --no-build', meaning: 'What files tell, at once' },
    { call: 'plimsoll bisect-size --image shop/web:ci', meaning: 'In CI, with the budget of plimsoll.yaml' },
  ],
  async run(parsed, terminal) {
    const { performBisectSize } = await import('../perform-bisect-size.ts');
    return performBisectSize(parsed, terminal);
  },
};
