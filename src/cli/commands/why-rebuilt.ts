import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';
import { replayFlags } from '../replay-flags.ts';

export const command: Command = {
  name: 'why-rebuilt',
  summary: 'Why a commit’s build is not found in BuildKit’s cache: the instruction, the file and the commit',
  arguments: '[COMMIT]',
  description:
    'Names the instruction of a commit’s build (default: of HEAD) with which rebuilding begins, what of it is another one than before\n(a file, a variable, the base, the instruction itself) and the commit that changed it. Nothing is built or checked out.\nExits with 1 where something is rebuilt.',
  flags: [
    {
      name: 'since',
      value: 'COMMIT',
      group: 'History',
      description: 'The build that is in the cache, and no other; default those of the commits before',
    },
    {
      name: 'last',
      value: 'N',
      group: 'History',
      description: 'How many commits before it are in the cache; default 20',
    },
    ...replayFlags,
    { name: 'all', group: 'Output', description: 'All files, not only the first' },
    { name: 'json', group: 'Output', description: 'Print everything as JSON' },
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    colorFlag,
    configFlag,
    noConfigFlag,
  ],
  examples: [
    { call: 'plimsoll why-rebuilt', meaning: 'Why the build of the last commit is not found in the cache' },
    { call: 'plimsoll why-rebuilt 3f2ab1c --since v1.4', meaning: 'Seen from the last release, which was built last' },
  ],
  async run(parsed, terminal) {
    const { performWhyRebuilt } = await import('../perform-why-rebuilt.ts');
    return performWhyRebuilt(parsed, terminal);
  },
};
