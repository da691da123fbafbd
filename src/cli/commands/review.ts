import { clusterFlags } from '../cluster-flags.ts';
import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { storeFlag } from '../history-flags.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';

export const command: Command = {
  name: 'review',
  summary:
    'What to talk about at the quarterly review: what got worse, is old, ends soon, and which fixes are worth most',
  arguments: '[DIRECTORY]',
  description:
    'Audits a directory (default: this one), and puts together what its recorded runs, its evidence, the ends of support of what it builds on and its\nbudgets say, in order, each point with its command. «measured», «estimated» and «not measured» are said of each. The exit code is 0, and 3 where an\naccount may not read all of a cluster.',
  flags: [
    {
      name: 'days',
      value: 'NUMBER',
      group: 'Review',
      description: 'How far back and ahead it looks, and from when on a finding is old; default 90',
    },
    storeFlag,
    {
      name: 'record',
      group: 'History',
      description: 'With --cluster: keep this run in the history, and look back from it',
    },
    { name: 'offline', group: 'Review', description: 'Ask nothing of the network: always so, but with --cluster' },
    { name: 'cluster', group: 'Cluster', description: 'Review what runs in a cluster, not a directory' },
    ...clusterFlags,
    { name: 'all', group: 'Output', description: 'Every point, not only the first eight of each kind' },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['text', 'markdown', 'html', 'json'],
      group: 'Output',
      description: 'markdown is for an issue or a wiki',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
    colorFlag,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    configFlag,
    noConfigFlag,
    { name: 'no-gitignore', group: 'Reading', description: 'Look at files that .gitignore leaves out, too' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
  ],
  examples: [
    { call: 'plimsoll review', meaning: 'Of this directory, against the runs of before 90 days' },
    {
      call: 'plimsoll review --cluster --record --store cluster.db',
      meaning: 'What runs in a cluster, against the runs of before',
    },
    { call: 'plimsoll review --days 30 --format markdown -o review.md', meaning: 'Of the last month, for an issue' },
  ],
  async run(parsed, terminal) {
    const { performReview } = await import('../perform-review.ts');
    return performReview(parsed, terminal);
  },
};
