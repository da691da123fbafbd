import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { recordFlags, refuseUnrecordable } from '../history-flags.ts';
import { buildFlags, selectionFlags } from '../prove-flags.ts';
import { configFlag, noConfigFlag } from '../reading-flags.ts';

export const command: Command = {
  name: 'prove',
  summary: 'Build and run the images as they are and repaired, and compare: nobody has to believe it',
  arguments: '[PATH|FILE…]',
  description:
    'Builds each image of a directory (default: this one) as it is, twice, and with its safe fixes, runs all three, and compares size, layers,\nrebuild, packages, vulnerabilities, the final files, and what the program does. Fixes that break something are withdrawn until the rest\npasses. Writes nothing but the evidence, to .plimsoll/evidence. «plimsoll fix --prove --write» writes what passed.',
  flags: [
    {
      name: 'review',
      group: 'Selection',
      description: 'Prove the fixes with an open question, too: a proof is what answers it',
    },
    ...selectionFlags,
    ...buildFlags,
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'json', 'markdown'],
      group: 'Output',
      description: 'markdown is a comment for a pull request',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    colorFlag,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    { ...configFlag, description: `${configFlag.description}: its section «prove» says how programs are tried` },
    noConfigFlag,
    { name: 'no-gitignore', group: 'Reading', description: 'Look at files that .gitignore leaves out, too' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
    ...recordFlags,
  ],
  examples: [
    { call: 'plimsoll prove', meaning: 'Prove the safe fixes of all images that are built here' },
    { call: 'plimsoll prove --review --image shop/web', meaning: 'All fixes of one image, those with a question, too' },
    {
      call: 'plimsoll prove --builder buildah --build-arg VERSION=1.2',
      meaning: 'With another builder and an argument',
    },
    { call: 'plimsoll prove --format markdown', meaning: 'A comment for a pull request' },
    { call: 'plimsoll fix --prove --write', meaning: 'Write what passed' },
  ],
  async run(parsed, terminal) {
    refuseUnrecordable(parsed);
    const { performProve } = await import('../perform-prove.ts');
    return performProve(parsed, terminal);
  },
};
