import { severities } from '../../core/severity.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { openFlags } from '../image-flags.ts';
import { configFlag } from '../reading-flags.ts';
import { rebuildFlags, refuseBesideRebuild } from '../rebuild-flags.ts';

const asking = ['plain-http', 'ca', 'mirror'];

export const command: Command = {
  name: 'bases',
  summary: 'Whether what is built on is current: newer tags, moved digests, ends of support, images given up',
  arguments: '[PATH…]',
  description:
    'Looks at every image that Dockerfiles, Compose files, manifests, kustomizations, values of charts and pipelines name, and asks their\nregistries for tags and digests. Without a network what needs none is told, and the rest is «unknown»; a registry that\ndoes not answer makes the exit code 3 where it would be 0.\nWith --rebuild it looks at one image instead: which of its packages a build without cache would change, and whether that pays.',
  flags: [
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severities, 'never'],
      group: 'Selection',
      description: 'Exit with 1 when something is at least this bad; default warning',
    },
    {
      name: 'only',
      value: 'IMAGE',
      repeatable: true,
      group: 'Selection',
      description: 'Look at this image only, by its name without a tag: node, ghcr.io/acme/*',
    },
    {
      name: 'days',
      value: 'DAYS',
      group: 'Selection',
      description: 'Tell of ends of support from so many days before on; default 90',
    },
    { name: 'fix', group: 'Update', description: 'Show the update to the newest tags and digests as a diff' },
    { name: 'write', short: 'w', group: 'Update', description: 'Write it into the files' },
    { name: 'patch', value: 'FILE', group: 'Update', description: 'Write it to FILE for «git apply»; - prints it' },
    {
      name: 'branch',
      value: 'NAME',
      group: 'Update',
      description:
        'Commit it as a new branch, whose message says from what to what and from which sources; touches no file',
    },
    {
      name: 'allow-dirty',
      group: 'Update',
      description: 'Write files, too, that have changes which are not committed',
    },
    { name: 'offline', group: 'Registries', description: 'Ask no registry' },
    ...openFlags.filter(({ name }) => asking.includes(name)).map((flag) => ({ ...flag, group: 'Registries' })),
    {
      name: 'built',
      value: 'IMAGE',
      repeatable: true,
      group: 'Selection',
      description: 'An image that was built from these files: whether its base is still the one that its tag names',
    },
    { name: 'cluster', group: 'Cluster', description: 'The images of running pods, too' },
    ...clusterFlags,
    { name: 'json', group: 'Output', description: 'All of it, for programs: schemas/bases.schema.json' },
    { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
    { name: 'all', group: 'Output', description: 'Name the images that are current, and every place' },
    colorFlag,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    configFlag,
    { name: 'no-config', group: 'Reading', description: 'Read no configuration' },
    { name: 'no-gitignore', group: 'Reading', description: 'Look at files that .gitignore leaves out, too' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
    ...rebuildFlags,
  ],
  examples: [
    { call: 'plimsoll bases', meaning: 'What is old, what moved and what ends soon in this directory' },
    { call: 'plimsoll bases --fix', meaning: 'What an update of all of it would change' },
    { call: 'plimsoll bases --branch bases --only node', meaning: 'Node.js alone, as a branch' },
    { call: 'plimsoll bases --cluster', meaning: 'The same with what pods run' },
    {
      call: 'plimsoll bases --rebuild shop/web:1 --dockerfile web/Dockerfile',
      meaning: 'What a build of this image without cache would change, and whether that pays',
    },
    { call: 'plimsoll bases --offline --fail-on error', meaning: 'In CI without a network: what has ended long ago' },
  ],
  async run(parsed, terminal) {
    refuseBesideRebuild(
      parsed,
      command.flags.map(({ name }) => name),
    );
    const image = parsed.value('rebuild');
    if (image !== undefined) {
      const { performRebuild } = await import('../perform-rebuild.ts');
      return performRebuild(image, parsed, terminal);
    }
    const { performBases } = await import('../perform-bases.ts');
    return performBases(parsed, terminal);
  },
};
