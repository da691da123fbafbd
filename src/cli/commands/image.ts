import { colorFlag } from '../color-flag.ts';
import type { Command, CommandForm } from '../command.ts';
import { orderFlags } from '../cost-flags.ts';
import { recordFlags, refuseUnrecordable } from '../history-flags.ts';
import { baseFlags, diveFlags, openFlags, vulnerabilityGates } from '../image-flags.ts';
import { formats } from '../report-formats.ts';

const opening = ['platform', 'plain-http', 'ca', 'mirror', 'quiet'];

const diff: CommandForm = {
  name: 'diff',
  arguments: 'BEFORE AFTER',
  description:
    'Tells in what the second image differs from the first: size, layers, configuration, packages, vulnerabilities, files. The exit code is 0, whatever\ndiffers.',
  flags: [
    ...opening,
    ...['json', 'output', 'all', 'color'],
    // A scanner's report is of one image, and what scanners disagree on would be written twice to one file.
    ...['no-vulnerabilities', 'vex', 'accept', 'scanner', 'clair'],
  ],
  examples: [
    { call: 'plimsoll image diff web:1 web:2', meaning: 'What the second has otherwise' },
    { call: 'plimsoll image diff web:1 web.tar --json', meaning: 'All of it, for programs' },
  ],
};

const compare: CommandForm = {
  name: 'compare',
  arguments: 'IMAGE IMAGE…',
  description:
    'Tells what images share and what each holds alone, what a node stores that has all of them, and what a common base would save. The exit code is 0.',
  flags: [...opening, 'json', 'output', 'all', 'color'],
  examples: [
    { call: 'plimsoll image compare web:1 api:1 job:1', meaning: 'What they share, and what a common base would save' },
  ],
};

const browse: CommandForm = {
  name: 'browse',
  arguments: 'IMAGE',
  description:
    'Looks through layers and files in the terminal: tab changes between them, arrows move, space folds a directory, / searches, q leaves.',
  flags: opening,
  examples: [{ call: 'plimsoll image browse web:1', meaning: 'Look through layers and files in the terminal' }],
};

export const command: Command = {
  name: 'image',
  summary: 'Look inside an image: layers, waste, packages, vulnerabilities, secrets, and what to change',
  arguments: 'IMAGE | diff BEFORE AFTER | compare IMAGE IMAGE… | browse IMAGE',
  description:
    'Takes an image from a registry, an OCI layout, an archive, Docker, Podman or a directory, looks through its layers once, and reports.\nWhere the Dockerfile that made it is at hand, findings stand at its lines. An image that is called diff,\ncompare or browse is named with its tag.\n«plimsoll image diff --help» says which flags that takes; so do compare and browse.',
  flags: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: formats,
      group: 'Output',
      description: 'How the report is written; default text',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    { name: 'markdown', group: 'Output', description: 'The same as --format markdown' },
    { name: 'sarif', group: 'Output', description: 'The same as --format sarif' },
    {
      name: 'sbom',
      value: 'FORMAT',
      choices: ['cyclonedx', 'spdx', 'attested'],
      group: 'Output',
      description:
        'The list of packages instead of the report, as CycloneDX 1.6, SPDX 2.3, or the one that is attached',
    },
    { name: 'html', value: 'FILE', group: 'Output', description: 'Write the report with its pictures to FILE as well' },
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      group: 'Output',
      description: 'Write to FILE instead of standard output',
    },
    { name: 'all', group: 'Output', description: 'Show everything, not only what matters most' },
    { name: 'layers', group: 'Output', description: 'Only the layers, all of them' },
    {
      name: 'files',
      group: 'Output',
      description: 'Only the files that a container sees, with the layer that brought each',
    },
    { name: 'packages', group: 'Output', description: 'Only the packages' },
    { name: 'vulnerabilities', group: 'Output', description: 'Only the known vulnerabilities' },
    colorFlag,
    ...orderFlags,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    ...openFlags,
    {
      name: 'dockerfile',
      value: 'PATH',
      group: 'Image',
      description: 'The Dockerfile or repository that made it; default ./Dockerfile where that surely did',
    },
    ...baseFlags,
    ...vulnerabilityGates,
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: ['error', 'warning', 'note', 'never'],
      group: 'Gates',
      description: 'Exit with 1 when a finding is at least this bad; default warning',
    },
    { name: 'ci', group: 'Gates', description: 'Exit with 1 by the rules of .dive-ci, and by them alone' },
    { name: 'ci-config', value: 'FILE', group: 'Gates', description: 'The same, by the rules of FILE' },
    ...diveFlags,
    {
      name: 'preset',
      value: 'PRESET',
      choices: ['recommended', 'all'],
      group: 'Gates',
      description: 'Which rules run; default recommended',
    },
    {
      name: 'rule',
      value: 'RULE',
      repeatable: true,
      group: 'Gates',
      description: 'Run only this rule, or all of an area',
    },
    { name: 'skip', value: 'RULE', repeatable: true, group: 'Gates', description: 'Do not run this rule' },
    { name: 'baseline', value: 'FILE', group: 'Gates', description: 'Report only findings that FILE does not know' },
    { name: 'no-ignore-comments', group: 'Gates', description: 'Report what ignore comments hide, too' },
    {
      name: 'config',
      short: 'c',
      value: 'FILE',
      group: 'Gates',
      description: 'Configuration; default plimsoll.yaml here or above',
    },
    { name: 'no-config', group: 'Gates', description: 'Read no configuration' },
    ...recordFlags,
  ],
  examples: [
    {
      call: 'plimsoll image registry.example/shop/web:1',
      meaning: 'What it is, what is worst, what it costs, what to change',
    },
    {
      call: 'plimsoll image web.tar --dockerfile web/Dockerfile',
      meaning: 'An archive, its findings at the Dockerfile’s lines',
    },
    { call: 'plimsoll image web:1 --ci', meaning: 'In CI, by the rules of .dive-ci' },
    {
      call: 'plimsoll image diff web:1 web:2',
      meaning: 'What the second has otherwise: files, packages, vulnerabilities, configuration',
    },
    { call: 'plimsoll image compare web:1 api:1 job:1', meaning: 'What they share, and what a common base would save' },
    { call: 'plimsoll image browse web:1', meaning: 'Look through layers and files in the terminal' },
    {
      call: 'plimsoll image web:1 --compare-base node:24-slim',
      meaning: 'How many vulnerabilities go away with another base, which are new',
    },
    { call: 'plimsoll image web:1 --packages', meaning: 'Every package with version, licence and layer' },
  ],
  forms: [diff, compare, browse],
  async run(parsed, terminal) {
    const [first] = parsed.positionals;
    if (first === 'diff' || first === 'compare') {
      const { performImageCompare, performImageDiff } = await import('../perform-image-diff.ts');
      return first === 'diff' ? performImageDiff(parsed, terminal) : performImageCompare(parsed, terminal);
    }
    if (first === 'browse') {
      const { performImageBrowse } = await import('../perform-image-browse.ts');
      return performImageBrowse(parsed, terminal);
    }
    refuseUnrecordable(parsed);
    const { performImage } = await import('../perform-image.ts');
    return performImage(parsed, terminal);
  },
};
