import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { historyFlags } from '../history-flags.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';

export const command: Command = {
  name: 'trend',
  summary: 'Tell how recorded runs went: what is new, fixed, back and old; score and size over time',
  arguments: '[PATH]',
  description:
    'Compares the newest recorded run of this project, or of the one in PATH, with an earlier one, and draws score, findings and image sizes of all runs.\nA finding is followed through moved lines, renamed stages and renamed files. docs/history.md says how.',
  flags: [
    ...historyFlags,
    { name: 'all-branches', group: 'History', description: 'Runs of all branches; default those of the newest run’s' },
    {
      name: 'since',
      value: 'WHEN',
      group: 'History',
      description: 'Against the newest run of before then: a day (2026-10-01) or days (90d); default the first run',
    },
    { name: 'all', group: 'Output', description: 'Show every finding, not only the first ten of each kind' },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['text', 'json', 'csv', 'html'],
      group: 'Output',
      description: 'csv has a line for each run; html draws small figures side by side',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
    colorFlag,
    configFlag,
    noConfigFlag,
  ],
  examples: [
    { call: 'plimsoll trend', meaning: 'What is new, fixed, back and old in this project' },
    { call: 'plimsoll trend --since 90d --format html -o trend.html', meaning: 'Of the last quarter, as a page' },
    {
      call: 'plimsoll trend --kind image --subject shop/web',
      meaning: 'Of all releases of an image that were recorded',
    },
  ],
  async run(parsed, terminal) {
    const { performTrend } = await import('../perform-trend.ts');
    return performTrend(parsed, terminal);
  },
};
