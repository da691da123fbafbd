import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { historyFlags } from '../history-flags.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';

export const command: Command = {
  name: 'history',
  summary: 'List recorded runs, show one with all that is kept of it, export them as JSON or CSV',
  arguments: '[PATH] [RUN…]',
  description:
    'Runs of audit, image and prove are recorded with --record, or always where plimsoll.yaml says «history: {record: always}».\nWithout RUN those of this project, or of the one in PATH, are listed, the newest first. docs/history.md says what is kept.',
  flags: [
    ...historyFlags,
    { name: 'all-projects', group: 'History', description: 'Runs of every project in the store' },
    { name: 'last', value: 'NUMBER', group: 'History', description: 'So many of the newest; default 20' },
    { name: 'all', group: 'Output', description: 'All runs; of one run all findings' },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['text', 'json', 'csv'],
      group: 'Output',
      description: 'csv has a line for each run, with RUN or --details for each finding',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    { name: 'details', group: 'Output', description: 'In json and csv everything that is kept of each run' },
    { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
    colorFlag,
    configFlag,
    noConfigFlag,
  ],
  examples: [
    { call: 'plimsoll history', meaning: 'The last runs of this project' },
    { call: 'plimsoll history services/web', meaning: 'Those of «plimsoll audit services/web --record»' },
    { call: 'plimsoll history 12', meaning: 'Score with its derivation, findings, layers and packages of run 12' },
    { call: 'plimsoll history --all --details --json -o history.json', meaning: 'Export everything of this project' },
    {
      call: 'plimsoll history --store /srv/plimsoll.db --all-projects --format csv',
      meaning: 'A line for each run of a shared store',
    },
  ],
  async run(parsed, terminal) {
    const { performHistory } = await import('../perform-history.ts');
    return performHistory(parsed, terminal);
  },
};
