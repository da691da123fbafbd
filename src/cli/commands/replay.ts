import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'replay',
  summary: 'Which instructions the last commits would have rebuilt, from BuildKit’s cache rules, without building',
  arguments: '',
  description:
    'Replays the builds of the last commits of this repository over BuildKit’s cache rules: which instructions would have been\nrebuilt, how often and why, what that takes, and which fix would have saved most. Nothing is built or checked out. What only a\nbuild can decide is counted as unknown.',
  flags: [
    { name: 'last', value: 'N', group: 'History', description: 'How many commits; default 50' },
    { name: 'to', value: 'COMMIT', group: 'History', description: 'The newest of them; default HEAD' },
    {
      name: 'every-parent',
      group: 'History',
      description: 'Also the commits that merges brought in, not only first parents',
    },
    {
      name: 'as-it-was',
      group: 'History',
      description: 'With the Dockerfile and the ignore file that each commit had, not with those of today',
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
    {
      name: 'seconds',
      value: 'LINE=SECONDS',
      repeatable: true,
      group: 'Work',
      description: 'What the instruction at a line of the Dockerfile takes',
    },
    {
      name: 'timings',
      value: 'FILE',
      group: 'Work',
      description: 'The log of a build with --progress=plain or rawjson, which says what each instruction takes',
    },
    { name: 'no-fixes', group: 'Output', description: 'Do not replay the fixes' },
    { name: 'all', group: 'Output', description: 'All reasons, fixes and commits that were left out' },
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
    { call: 'plimsoll replay', meaning: 'The last 50 commits, with what would have saved most' },
    { call: 'plimsoll replay --last 200 --timings build.log', meaning: 'With the seconds that a real build took' },
    { call: 'plimsoll replay --as-it-was --json', meaning: 'What was really rebuilt, for a program to read' },
  ],
  async run(parsed, terminal) {
    const { performReplay } = await import('../perform-replay.ts');
    return performReplay(parsed, terminal);
  },
};
