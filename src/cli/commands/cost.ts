import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';
import { costFlags } from '../cost-flags.ts';
import { openFlags } from '../image-flags.ts';
import { configFlag } from '../reading-flags.ts';

const opening = ['platform', 'plain-http', 'ca', 'mirror'];

export const command: Command = {
  name: 'cost',
  summary: 'What images cost to deploy: bytes pulled on all nodes in a day, and how long a pod takes to start',
  arguments: '[PATH|IMAGE…]',
  description:
    'Takes images, and from the manifests of a repository (default: this directory) how many pods run them; without an image,\nthose that the manifests name. Layers that nodes hold already, of the previous version or of each other, are not counted.\nEvery figure that goes into the result is shown with where it comes from. docs/cost.md has the formula.',
  flags: [
    {
      name: 'previous',
      value: 'IMAGE',
      repeatable: true,
      group: 'Cost model',
      description: 'The version that nodes run now: what it shares with the image is not pulled',
    },
    ...costFlags,
    {
      name: 'replicas',
      value: 'NUMBER',
      group: 'Cost model',
      description: 'Pods that run each image, whatever the manifests say',
    },
    {
      name: 'latency',
      value: 'SECONDS',
      group: 'Cost model',
      description: 'Until a registry begins to answer; default 0.02',
    },
    {
      name: 'parallel-downloads',
      value: 'NUMBER',
      group: 'Cost model',
      description: 'Layers that a node downloads at once; default 3, as in containerd',
    },
    {
      name: 'unpack-rate',
      value: 'RATE',
      group: 'Cost model',
      description: 'What a node unpacks in a second; plimsoll.yaml: cost.unpackRate',
    },
    {
      name: 'program-start',
      value: 'SECONDS',
      group: 'Cost model',
      description: 'What the program takes until it is ready; default what its probes wait for',
    },
    {
      name: 'sharing',
      value: 'HOW',
      choices: ['digest', 'chain'],
      group: 'Cost model',
      description: 'When nodes do not pull a layer again: digest (containerd, CRI-O; default), chain (Docker Engine)',
    },
    {
      name: 'no-layers',
      group: 'Cost model',
      description: 'Read manifests only: what layers unpack to is estimated, and nothing is downloaded',
    },
    ...openFlags.filter(({ name }) => opening.includes(name)),
    { name: 'json', group: 'Output', description: 'All of it, for programs' },
    { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
    { name: 'all', group: 'Output', description: 'Show every layer' },
    colorFlag,
    { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
    configFlag,
    { name: 'no-config', group: 'Reading', description: 'Read no configuration' },
    { name: 'no-helm', group: 'Reading', description: 'Do not run helm to render charts' },
  ],
  examples: [
    { call: 'plimsoll cost shop/web:2 --previous shop/web:1', meaning: 'What this release pulls on the nodes of ./' },
    { call: 'plimsoll cost deploy/ --nodes 12 --deploys-per-day 5', meaning: 'All images that the manifests name' },
    {
      call: 'plimsoll cost web.tar --replicas 20 --nodes 20 --bandwidth 100MB/s --json',
      meaning: 'Without manifests, for programs',
    },
  ],
  async run(parsed, terminal) {
    const { performCost } = await import('../perform-cost.ts');
    return performCost(parsed, terminal);
  },
};
