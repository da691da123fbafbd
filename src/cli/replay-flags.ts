import type { FlagDefinition } from './command.ts';

/** What is replayed: of the commands that go by BuildKit's cache rules. `replay-target.ts` reads them. */
export const replayFlags: readonly FlagDefinition[] = [
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
];
