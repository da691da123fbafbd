import { exitCodes } from '../../core/errors.ts';
import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'init',
  summary: 'Write Dockerfile, .dockerignore and Kubernetes manifests for an application that has none',
  arguments: '[PATH]',
  description:
    'Finds the applications in a directory (default: this one), what they are written in and how they start, and writes what\nthey lack: a Dockerfile, a .dockerignore, Kubernetes manifests. Files that exist are never overwritten, unless asked.',
  flags: [
    { name: 'port', value: 'PORT', group: 'Answers', description: 'The port that the program listens on' },
    {
      name: 'start',
      value: 'COMMAND',
      group: 'Answers',
      description: 'What starts the program; for Go the directory of its main package',
    },
    {
      name: 'name',
      value: 'NAME',
      group: 'Answers',
      description: 'What the application is called; default its directory',
    },
    {
      name: 'image',
      value: 'IMAGE',
      group: 'Answers',
      description: 'The image with registry and tag, as it will be pushed',
    },
    {
      name: 'data',
      value: 'DIR',
      repeatable: true,
      group: 'Answers',
      description:
        'Where the program keeps data, absolute, in the container: a volume is mounted there, and there is one pod',
    },
    { name: 'stateless', group: 'Answers', description: 'The program keeps no data in files' },
    {
      name: 'here',
      group: 'Answers',
      description: 'Only the application in PATH itself, not those in directories below it',
    },
    {
      name: 'base',
      value: 'KIND',
      choices: ['slim', 'alpine', 'distroless'],
      group: 'Answers',
      description: 'The kind of base image, where the language has it',
    },
    {
      name: 'runtime-version',
      value: 'VERSION',
      group: 'Answers',
      description: 'The version of the language, against what the project says',
    },
    { name: 'no-manifests', group: 'Writing', description: 'No Kubernetes manifests' },
    {
      name: 'dry-run',
      short: 'n',
      group: 'Writing',
      description: 'Show what was found and would be written, and write nothing',
    },
    { name: 'diff', group: 'Writing', description: 'Print a patch that «git apply» takes, and write nothing' },
    { name: 'force', group: 'Writing', description: 'Replace files that exist' },
    {
      name: 'json',
      group: 'Output',
      description: 'The plan, with the evidence for each decision, for programs: schemas/init.schema.json',
    },
    colorFlag,
  ],
  examples: [
    { call: 'plimsoll init', meaning: 'Write what the applications of this repository lack' },
    { call: 'plimsoll init --dry-run', meaning: 'Show what was detected, from what, and what would be written' },
    { call: 'plimsoll init services/api --port 8080', meaning: 'One application of several, with an answer' },
    { call: 'plimsoll init --diff | git apply', meaning: 'As a patch' },
  ],
  async run(parsed, terminal) {
    const { performInit } = await import('../perform-init.ts');
    const decided = await performInit(parsed, terminal);
    return decided ? exitCodes.clean : exitCodes.usage;
  },
};
