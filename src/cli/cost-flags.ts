import type { FlagDefinition } from './command.ts';

/** Figures of the cost model that reports which order findings by it take, too. */
export const costFlags: readonly FlagDefinition[] = [
  {
    name: 'nodes',
    value: 'NUMBER',
    group: 'Cost model',
    description: 'Nodes of the cluster; plimsoll.yaml: cost.nodes; default as many as pods of the largest workload',
  },
  {
    name: 'deploys-per-day',
    value: 'NUMBER',
    group: 'Cost model',
    description: 'How often each image is deployed; plimsoll.yaml: cost.deploysPerDay; default 1',
  },
  {
    name: 'new-nodes-per-day',
    value: 'NUMBER',
    group: 'Cost model',
    description: 'Nodes that come without any image; plimsoll.yaml: cost.newNodesPerDay; default 0',
  },
  {
    name: 'bandwidth',
    value: 'RATE',
    group: 'Cost model',
    description: 'What a node pulls in a second: 100MB/s, 1Gbit/s; plimsoll.yaml: cost.bandwidth; default 10MB/s',
  },
];

/** For reports that order findings by the model, with the figures that it takes. */
export const orderFlags: readonly FlagDefinition[] = [
  {
    name: 'order',
    value: 'BY',
    choices: ['severity', 'cost'],
    group: 'Output',
    description: 'What comes first: the most severe (default), or what costs most in a day (docs/cost.md)',
  },
  ...costFlags,
];
