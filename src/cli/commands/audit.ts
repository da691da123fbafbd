import { areas } from '../../core/area.ts';
import { exitCodes } from '../../core/errors.ts';
import { clusterFlags } from '../cluster-flags.ts';
import type { Command } from '../command.ts';
import { orderFlags } from '../cost-flags.ts';
import { exitCodeOf } from '../exit-code.ts';
import { recordFlags, refuseUnrecordable } from '../history-flags.ts';
import { baseFlags, openFlags, vulnerabilityGates } from '../image-flags.ts';
import { formats } from '../report-formats.ts';

export const command: Command = {
  name: 'audit',
  summary: 'Find what makes images and their deployment large, slow, unsafe or hard to keep up',
  arguments: '[PATH|FILE…|-]',
  description:
    'Reads the Dockerfiles, build contexts, Compose files and Kubernetes manifests of a repository (default: this directory),\nlinks them, runs the rules, and reports. Takes single files too, and a Dockerfile on standard input as «-».',
  flags: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: formats,
      group: 'Output',
      description: 'How the report is written; text in a terminal, plain in a pipe',
    },
    { name: 'json', group: 'Output', description: 'The same as --format json' },
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      group: 'Output',
      description: 'Write the report to FILE instead of standard output',
    },
    {
      name: 'also',
      value: 'FORMAT=FILE',
      repeatable: true,
      group: 'Output',
      description: 'Write a further report, for instance --also sarif=plimsoll.sarif',
    },
    { name: 'all', group: 'Output', description: 'Show every finding, not only the first 20' },
    {
      name: 'color',
      value: 'WHEN',
      choices: ['auto', 'always', 'never'],
      group: 'Output',
      description: 'Colour the text report; NO_COLOR is honoured',
    },
    ...orderFlags,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line and no hints' },
    { name: 'stdin-path', value: 'PATH', group: 'Output', description: 'What standard input is called in the report' },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: ['error', 'warning', 'note', 'never'],
      group: 'Selection',
      description: 'Exit with 1 when a finding is at least this bad; default warning',
    },
    {
      name: 'preset',
      value: 'PRESET',
      choices: ['recommended', 'all'],
      group: 'Selection',
      description: 'Which rules run; default recommended',
    },
    {
      name: 'rule',
      value: 'RULE',
      repeatable: true,
      group: 'Selection',
      description: 'Run only this rule, or all of an area: cache/*',
    },
    {
      name: 'skip',
      value: 'RULE',
      repeatable: true,
      group: 'Selection',
      description: 'Do not run this rule, or none of an area',
    },
    {
      name: 'area',
      value: 'AREA',
      repeatable: true,
      choices: areas,
      group: 'Selection',
      description: 'Run only the rules of this area',
    },
    {
      name: 'since',
      value: 'REV',
      group: 'Selection',
      description: 'Report only findings in files that changed since a git revision',
    },
    {
      name: 'baseline',
      value: 'FILE',
      group: 'Selection',
      description: 'Report only findings that FILE does not know',
    },
    {
      name: 'write-baseline',
      value: 'FILE',
      group: 'Selection',
      description: 'Write the findings to FILE as the new baseline and exit with 0',
    },
    { name: 'no-ignore-comments', group: 'Selection', description: 'Report what ignore comments hide, too' },
    {
      name: 'config',
      short: 'c',
      value: 'FILE',
      group: 'Reading',
      description: 'Configuration; default plimsoll.yaml of the audited directory or above',
    },
    { name: 'no-config', group: 'Reading', description: 'Read no configuration, .hadolint.yaml neither' },
    { name: 'no-gitignore', group: 'Reading', description: 'Look at files that .gitignore leaves out, too' },
    {
      name: 'image',
      value: 'IMAGE',
      repeatable: true,
      group: 'Image',
      description: 'Look into this image, too: its findings stand at the lines of the Dockerfile that made it',
    },
    ...openFlags,
    ...baseFlags,
    ...vulnerabilityGates,
    {
      name: 'cluster',
      group: 'Cluster',
      description: 'Audit what is live in a cluster; with PATH also how it differs from the manifests there',
    },
    ...clusterFlags,
    { name: 'no-registry', group: 'Cluster', description: 'Do not ask registries how old the images are' },
    { name: 'cluster-role', group: 'Cluster', description: 'Print the role that an account needs for this, and end' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
    ...recordFlags,
  ],
  examples: [
    { call: 'plimsoll audit', meaning: 'Audit the repository in this directory' },
    { call: 'plimsoll audit web/Dockerfile deploy/', meaning: 'Audit a file and a directory' },
    {
      call: 'plimsoll audit --since origin/main --format github',
      meaning: 'In a pull request: annotate what it touches',
    },
    {
      call: 'plimsoll audit --also sarif=audit.sarif --also html=audit.html',
      meaning: 'Text on the terminal, two reports beside it',
    },
    {
      call: 'plimsoll audit --image shop/web:1',
      meaning: 'The repository together with an image that was built from it',
    },
    { call: 'plimsoll audit --cluster deploy/', meaning: 'Audit the live workloads, and what differs from deploy/' },
    {
      call: 'plimsoll audit --write-baseline .plimsoll-baseline.json',
      meaning: 'Accept what is there; then use --baseline',
    },
  ],
  async run(parsed, terminal) {
    refuseUnrecordable(parsed);
    const { refuseWithoutImage } = await import('../image-only-flags.ts');
    refuseWithoutImage(parsed);
    if (parsed.has('cluster') || parsed.has('cluster-role')) {
      const { performClusterAudit } = await import('../perform-cluster-audit.ts');
      return performClusterAudit(parsed, terminal);
    }
    const { performAudit } = await import('../perform-audit.ts');
    const { report, failOn, unread, budgetsBroken } = await performAudit(parsed, terminal);
    // A pipeline that names a file or an image must not turn green because it could not be read.
    if (unread !== undefined) return unread;
    if (parsed.has('write-baseline')) return exitCodes.clean;
    // They gate whatever else is allowed, unless the command line says that nothing does.
    if (budgetsBroken && parsed.value('fail-on') !== 'never') return exitCodes.findings;
    return exitCodeOf(report, failOn);
  },
};
