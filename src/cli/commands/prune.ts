import { UserError } from '../../core/errors.ts';
import { meantOf, nearest } from '../../core/nearest.ts';
import { printable } from '../../core/printable.ts';
import { colorFlag } from '../color-flag.ts';
import type { Command, CommandForm, FlagDefinition } from '../command.ts';
import { engineFlags } from '../prune-engine-flags.ts';
import { registryFlags } from '../prune-registry-flags.ts';
import { configFlag } from '../reading-flags.ts';

/** Of both forms. */
const commonFlags: readonly FlagDefinition[] = [
  { name: 'json', group: 'Output', description: 'All of it, for programs' },
  { name: 'output', short: 'o', value: 'FILE', group: 'Output', description: 'Write to FILE' },
  colorFlag,
  { name: 'quiet', short: 'q', group: 'Output', description: 'No progress line' },
  configFlag,
  { name: 'no-config', group: 'Reading', description: 'Read no configuration' },
];

/** Of the form for registries, those that the form for engines takes, too. */
const alsoOfEngines = [
  'keep-last',
  'keep-younger',
  'cluster',
  'context',
  'kubeconfig',
  'no-helm-releases',
  'resource',
  'write',
  'yes-really',
];

const registry: CommandForm = {
  name: 'registry',
  arguments: 'HOST[/REPOSITORY…]',
  description:
    'Shows what of a registry nothing needs any more, with the reason for each image that is kept and each that is deleted.\nKept is what the policy keeps, what clusters run or could go back to, what git repositories name, what is part of that or\nrefers to it, and whatever nobody can tell the age of. docs/prune-registry.md says it in full.',
  flags: [...registryFlags, ...commonFlags].map(({ name }) => name),
  examples: [
    {
      call: 'plimsoll prune registry registry.example.com --context prod --git ../deploy',
      meaning: 'What could be deleted, and why the rest is kept',
    },
    {
      call: 'plimsoll prune registry registry.example.com/shop/web --keep-last 5 --keep-versions minor=1',
      meaning: 'One repository, by a policy',
    },
    {
      call: 'plimsoll prune registry registry.example.com --context prod --write --plan 3f9c2ab01d44',
      meaning: 'Delete what a plan said that was looked at',
    },
  ],
};

const engine: CommandForm = {
  name: 'engine',
  arguments: '[ENGINE[:ADDRESS]…]',
  description:
    'Shows what of Docker, Podman, Buildah or containerd nothing needs any more, with the reason for each item that is kept and each\nthat is deleted, and how many bytes that really frees: layers that several have counted once, those that stay not at all.\nKept is what runs, what the policy keeps, what that stands on, what clusters run or could go back to, and whatever nobody can\ntell the age of. Build cache, stopped containers and volumes go only where a flag or plimsoll.yaml says so. docs/prune-engine.md says it in full.\nWith --write, exit code 1 where something planned was left alone or refused, or less is free than was asked for; 2 where no rule keeps any\nimage, unless --yes-really says the count; 3 where a cluster cannot be read, or an engine that is named (DOCKER_HOST and Docker’s\ncontext name one, too), or none can; of the others one that fails is left out.',
  flags: [...alsoOfEngines, ...[...engineFlags, ...commonFlags].map(({ name }) => name)],
  examples: [
    {
      call: 'plimsoll prune engine',
      meaning: 'What of the engines of this machine could be deleted, and why the rest is kept',
    },
    {
      call: 'plimsoll prune engine docker --keep-last 2 --cache-older-than 7d --write',
      meaning: 'Images and build cache of Docker Engine, deleted',
    },
    {
      call: 'plimsoll prune engine podman --until-free 20% --write',
      meaning: 'No more than is needed, what is quickest to have again first',
    },
    {
      call: 'plimsoll prune engine --daemon-set registry.example.com/plimsoll:1 --keep-last 2',
      meaning: 'The manifest that does it on the nodes of a cluster',
    },
  ],
};

export const command: Command = {
  name: 'prune',
  summary: 'Delete what nothing needs any more, and show first what and why: of a registry, of container engines',
  arguments: 'registry HOST[/REPOSITORY…] | engine [ENGINE[:ADDRESS]…]',
  description: `${registry.description}\n«plimsoll prune engine --help» tells of container engines.`,
  flags: [...registryFlags, ...engineFlags, ...commonFlags],
  examples: [...registry.examples, ...engine.examples],
  forms: [registry, engine],
  async run(parsed, terminal) {
    const [what] = parsed.positionals;
    if (what !== 'registry' && what !== 'engine') throw whatNot(what);
    if (what === 'engine') {
      const { performPruneEngine } = await import('../perform-prune-engine.ts');
      return performPruneEngine(parsed, terminal);
    }
    const { performPruneRegistry } = await import('../perform-prune-registry.ts');
    return performPruneRegistry(parsed, terminal);
  },
};

const forms = [registry.name, engine.name];

function whatNot(what: string | undefined): UserError {
  const meant = what === undefined ? undefined : nearest(what, forms);
  return new UserError(
    what === undefined
      ? 'prune needs to be told what to clear'
      : `prune takes «registry» or «engine»; not «${printable(what)}»${meantOf(what, forms)}`,
    {
      remedy:
        meant === undefined
          ? 'plimsoll prune registry registry.example.com, or plimsoll prune engine; both show first what would go.'
          : `«plimsoll prune ${meant} --help» says how.`,
    },
  );
}
