import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

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
    {
      name: 'path',
      value: 'PATH',
      group: 'Build',
      description: 'The directory or the Dockerfile; default this directory',
    },
    {
      name: 'context',
      value: 'DIR',
      group: 'Build',
      description:
        'The build context, from the directory; default what Compose, bake or CI files say, or where the files lie',
    },
    { name: 'target', value: 'STAGE', group: 'Build', description: 'The stage that is built; default the last' },
    {
      name: 'with-git',
      group: 'Build',
      description:
        'The context is a work tree, whose .git changes with each commit, and no address or archive of sources',
    },
    {
      name: 'build-arg',
      value: 'NAME=VALUE',
      repeatable: true,
      group: 'Build',
      description: 'A build argument, the same at each commit',
    },
    { name: 'all', group: 'Output', description: 'All files, not only the first' },
    { name: 'json', group: 'Output', description: 'Print everything as JSON' },
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    colorFlag,
    {
      name: 'config',
      short: 'c',
      value: 'FILE',
      group: 'Reading',
      description: 'Configuration; default plimsoll.yaml of the directory or above',
    },
    { name: 'no-config', group: 'Reading', description: 'Read no configuration, .hadolint.yaml neither' },
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
