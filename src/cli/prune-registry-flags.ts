import type { FlagDefinition } from './command.ts';

/** Flags of `plimsoll prune registry` that its other form does not have. */
export const registryFlags: readonly FlagDefinition[] = [
  {
    name: 'keep-last',
    value: 'NUMBER',
    group: 'Policy',
    description: 'Keep so many of the newest tagged images of each repository; default 10 (engine: 3)',
  },
  {
    name: 'keep-younger',
    value: 'AGE',
    group: 'Policy',
    description: 'Keep what is younger: 12h, 2w; default 30d (engine: 7d)',
  },
  {
    name: 'keep-tag',
    value: 'GLOB',
    repeatable: true,
    group: 'Policy',
    description: 'Keep these tags: latest (default), v*, release-*',
  },
  {
    name: 'keep-versions',
    value: 'TRACK=N',
    repeatable: true,
    group: 'Policy',
    description: 'Keep the newest N versions of each track: minor=2, major=3; none by default',
  },
  {
    name: 'cluster',
    group: 'Roots',
    description: 'Keep what the cluster of the current context runs or could go back to',
  },
  {
    name: 'context',
    value: 'NAME',
    repeatable: true,
    group: 'Roots',
    description: 'The same for the cluster of this context; as often as there are clusters',
  },
  {
    name: 'kubeconfig',
    value: 'FILE',
    group: 'Roots',
    description: 'Default KUBECONFIG, ~/.kube/config, the pod’s account',
  },
  {
    name: 'no-cluster',
    group: 'Roots',
    description: 'No cluster runs images of this registry: delete without asking one',
  },
  {
    name: 'no-helm-releases',
    group: 'Roots',
    description: 'Do not read the Secrets in which Helm keeps what it can go back to',
  },
  {
    name: 'resource',
    value: 'GROUP/VERSION/PLURAL',
    repeatable: true,
    group: 'Roots',
    description: 'Keep what objects of this kind name, too: argoproj.io/v1alpha1/rollouts',
  },
  {
    name: 'git',
    value: 'PATH',
    repeatable: true,
    group: 'Roots',
    description: 'Keep what files of this repository name, at the tip of any branch or tag',
  },
  { name: 'write', group: 'Deletion', description: 'Delete what the plan says' },
  {
    name: 'plan',
    value: 'ID',
    group: 'Deletion',
    description: 'With --write: only if the plan is still the one of this id, which a run without --write prints',
  },
  {
    name: 'yes-really',
    value: 'COUNT',
    group: 'Deletion',
    description: 'Delete even where nothing would be kept; COUNT is how many items the plan deletes in all',
  },
  {
    name: 'rate',
    value: 'NUMBER',
    group: 'Deletion',
    description: 'Manifests that are deleted in a second at most; default 10',
  },
  {
    name: 'state',
    value: 'DIR',
    group: 'Deletion',
    description: 'Where lock and journal are; default ~/.local/state/plimsoll/prune/HOST',
  },
  {
    name: 'storage',
    value: 'DIR',
    group: 'Registry',
    description:
      'The storage of a docker-registry on this machine (rootdirectory): tells of untagged manifests and of when all was pushed',
  },
  {
    name: 'garbage-collect',
    value: 'CONFIG',
    group: 'Registry',
    description:
      'With --write: then collect the garbage of the docker-registry on this machine that has this configuration',
  },
  {
    name: 'restart',
    value: 'COMMAND',
    group: 'Registry',
    description: 'How that registry is restarted: «systemctl restart docker-registry»',
  },
  {
    name: 'registry-program',
    value: 'FILE',
    group: 'Registry',
    description: 'The program of that registry; default docker-registry, else registry',
  },
  {
    name: 'schedule',
    value: 'SYSTEM',
    choices: ['cronjob', 'systemd', 'github', 'gitlab'],
    group: 'Schedule',
    description: 'Print what runs this command again and again, and end',
  },
  { name: 'every', value: 'TIME', choices: ['day', 'week'], group: 'Schedule', description: 'How often; default week' },
  { name: 'namespace', value: 'NAME', group: 'Schedule', description: 'Of the CronJob; default plimsoll' },
  { name: 'image', value: 'IMAGE', group: 'Schedule', description: 'The image of Plimsoll that the CronJob runs' },
  { name: 'plain-http', group: 'Registry', description: 'Ask the registry without TLS' },
  { name: 'ca', value: 'FILE', group: 'Registry', description: 'Trust the certificates (PEM) in FILE, too' },
];
