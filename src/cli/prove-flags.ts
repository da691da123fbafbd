import { areas } from '../core/area.ts';
import { builderKinds } from '../core/evidence.ts';
import type { FlagDefinition } from './command.ts';

/** How the images are built: of `plimsoll prove` and of `plimsoll fix --prove`. */
export const buildFlags: readonly FlagDefinition[] = [
  {
    name: 'builder',
    value: 'KIND[:WHERE]',
    group: 'Building',
    description: `What builds: ${builderKinds.join(', ')}, with an address or a name behind a colon; default the first that answers`,
  },
  {
    name: 'dockerfile',
    short: 'f',
    value: 'FILE',
    repeatable: true,
    group: 'Building',
    description: 'Prove the images of this Dockerfile only',
  },
  {
    name: 'image',
    value: 'NAME',
    repeatable: true,
    group: 'Building',
    description: 'Prove this image only, by its name in Compose, bake, skaffold or CI files, or its directory',
  },
  {
    name: 'target',
    value: 'STAGE',
    group: 'Building',
    description: 'The stage to build; default what the project says',
  },
  { name: 'platform', value: 'PLATFORM', group: 'Building', description: 'linux/arm64; default the builder’s own' },
  {
    name: 'network',
    value: 'MODE',
    choices: ['default', 'host', 'none'],
    group: 'Building',
    description: 'The network of RUN steps',
  },
  {
    name: 'build-arg',
    value: 'NAME[=VALUE]',
    repeatable: true,
    group: 'Building',
    description: 'A build argument; without a value that of the environment. It is not recorded',
  },
  {
    name: 'secret',
    value: 'id=NAME,src=FILE',
    repeatable: true,
    group: 'Building',
    description: 'A secret of the build, from a file or with env=VARIABLE. It is not recorded',
  },
  {
    name: 'build-context',
    value: 'NAME=PLACE',
    repeatable: true,
    group: 'Building',
    description: 'A named context: a directory, or docker-image://IMAGE',
  },
  {
    name: 'timeout',
    value: 'SECONDS',
    group: 'Building',
    description: 'Of one build; default 1800',
  },
  {
    name: 'most-builds',
    value: 'NUMBER',
    group: 'Building',
    description: 'Builds to find out which fixes fail, where some do; default 16 for each image',
  },
  {
    name: 'cluster',
    group: 'Trial',
    description: 'Run the images as pods of a cluster, in a namespace that is removed afterwards',
  },
  {
    name: 'push',
    value: 'REPOSITORY',
    group: 'Trial',
    description: 'With --cluster: where the images are pushed to, for its nodes to pull; else they have to have them',
  },
  {
    name: 'kubeconfig',
    value: 'FILE',
    group: 'Trial',
    description: 'With --cluster: default KUBECONFIG, then ~/.kube/config',
  },
  { name: 'context', value: 'NAME', group: 'Trial', description: 'With --cluster: a context of the kubeconfig' },
  {
    name: 'namespace',
    value: 'NAME',
    group: 'Trial',
    description: 'With --cluster: a namespace that is there, where none may be made',
  },
  { name: 'no-run', group: 'Trial', description: 'Build and compare the images, and run nothing' },
  {
    name: 'keep-images',
    group: 'Trial',
    description: 'Leave the images that were built, and say what they are called',
  },
  {
    name: 'no-vulnerabilities',
    group: 'Trial',
    description: 'Do not look for known vulnerabilities of the packages',
  },
];

/** Which fixes are proved. */
export const selectionFlags: readonly FlagDefinition[] = [
  {
    name: 'rule',
    value: 'RULE',
    repeatable: true,
    group: 'Selection',
    description: 'Prove only the fixes of this rule, or of all of an area: cache/*',
  },
  {
    name: 'area',
    value: 'AREA',
    repeatable: true,
    choices: areas,
    group: 'Selection',
    description: 'Prove only the fixes of the rules of this area',
  },
  {
    name: 'skip',
    value: 'RULE',
    repeatable: true,
    group: 'Selection',
    description: 'Leave out the fixes of this rule, or of all of an area',
  },
  {
    name: 'preset',
    value: 'PRESET',
    choices: ['recommended', 'all'],
    group: 'Selection',
    description: 'Which rules run; default recommended',
  },
];
