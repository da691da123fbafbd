import { areas } from '../../core/area.ts';
import type { Command } from '../command.ts';
import { buildFlags } from '../prove-flags.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';

export const command: Command = {
  name: 'fix',
  summary: 'Repair what the audit finds: show the changes as a diff, write them when told to',
  arguments: '[PATH|FILE…|-]',
  description:
    'Repairs Dockerfiles, ignore files, Compose files and Kubernetes manifests in place, changing nothing that it need not change.\nShows the changes and asks in a terminal; in a pipe nothing is written without --write. «-» reads a Dockerfile from standard\ninput and prints it repaired.',
  flags: [
    { name: 'write', short: 'w', group: 'Action', description: 'Write the changes without asking' },
    {
      name: 'diff',
      group: 'Action',
      description: 'Print the changes as a patch for «git apply», without those whose lines hold a secret',
    },
    { name: 'check', group: 'Action', description: 'Write nothing, and exit with 1 when something would change' },
    { name: 'interactive', short: 'i', group: 'Action', description: 'Ask about each fix' },
    {
      name: 'prove',
      group: 'Action',
      description:
        'Build and run the images before and after, first: what breaks something is left out, and what passed needs no answer',
    },
    { name: 'json', group: 'Action', description: 'Print every edit, assumption and question as JSON' },
    {
      name: 'review',
      group: 'Selection',
      description: 'Make the fixes with an open question, too: read the questions first',
    },
    {
      name: 'rule',
      value: 'RULE',
      repeatable: true,
      group: 'Selection',
      description: 'Make only the fixes of this rule, or of all of an area: cache/*',
    },
    {
      name: 'area',
      value: 'AREA',
      repeatable: true,
      choices: areas,
      group: 'Selection',
      description: 'Make only the fixes of the rules of this area',
    },
    {
      name: 'skip',
      value: 'RULE',
      repeatable: true,
      group: 'Selection',
      description: 'Do not make the fixes of this rule, or of any of an area',
    },
    {
      name: 'preset',
      value: 'PRESET',
      choices: ['recommended', 'all'],
      group: 'Selection',
      description: 'Which rules run; default recommended',
    },
    {
      name: 'secrets-as',
      value: 'FORM',
      choices: ['env', 'files'],
      group: 'Selection',
      description: 'How containers get secrets that are taken out of manifests; default env',
    },
    {
      name: 'allow-dirty',
      group: 'Writing',
      description: 'Write files, too, that have changes which are not committed',
    },
    {
      name: 'color',
      value: 'WHEN',
      choices: ['auto', 'always', 'never'],
      group: 'Output',
      description: 'Colour the diff; NO_COLOR is honoured',
    },
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line and no hints' },
    {
      name: 'stdin-path',
      value: 'PATH',
      group: 'Output',
      description: 'What standard input is called; a patch calls it Dockerfile without',
    },
    configFlag,
    {
      name: 'online',
      group: 'Reading',
      description:
        'Ask registries for digests of images, and versions of images and packages that have none, and servers for checksums of what ADD downloads, and pin them',
    },
    noConfigFlag,
    { name: 'no-gitignore', group: 'Reading', description: 'Look at files that .gitignore leaves out, too' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
    ...buildFlags,
  ],
  examples: [
    { call: 'plimsoll fix', meaning: 'Show what can be repaired safely in this directory, and ask' },
    { call: 'plimsoll fix --write', meaning: 'Repair it' },
    { call: 'plimsoll fix --review --interactive', meaning: 'Answer the open questions one by one' },
    {
      call: 'plimsoll fix --diff | git apply',
      meaning: 'The same by way of a patch, without the fixes whose lines hold a secret',
    },
    {
      call: 'plimsoll fix --prove --write',
      meaning: 'Build and run it as it is and repaired, and write what does the same',
    },
    { call: 'plimsoll fix --check', meaning: 'In CI: fail when something could be repaired safely' },
    { call: 'plimsoll fix - < Dockerfile', meaning: 'For editors: print the repaired file' },
  ],
  async run(parsed, terminal) {
    const { performFix } = await import('../perform-fix.ts');
    return performFix(parsed, terminal);
  },
};
