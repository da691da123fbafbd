import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';
import { replayFlags } from '../replay-flags.ts';

export const command: Command = {
  name: 'replay',
  summary: 'Which instructions the last commits would have rebuilt, from BuildKit’s cache rules, without building',
  arguments: '[PATH]',
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
    ...replayFlags,
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
    configFlag,
    noConfigFlag,
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
