import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction } from '../package-command.ts';
import { npmPackage } from './npm-package.ts';
import { omitsDevelopment, projectAction } from './read-npm.ts';

/** https://bun.com/docs/cli/install */
const bunOptions: OptionTable = {
  short: { g: 'global', d: 'dev', D: 'dev', p: 'production', E: 'exact', f: 'force', c: 'config', y: 'yarn' },
  withValue: new Set([
    'cwd',
    'registry',
    'cache-dir',
    'config',
    'omit',
    'filter',
    'backend',
    'outdir',
    'outfile',
    'target',
    'cafile',
    'concurrent-scripts',
    'linker',
    'external',
    'format',
    'entry-naming',
  ]),
  endsAfter: (operands) => ['run', 'x'].includes(operands[0]?.value ?? '') && operands.length > 1,
};

const bunActions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  i: 'install',
  add: 'install',
  a: 'install',
  ci: 'install-project',
  remove: 'remove',
  rm: 'remove',
  update: 'upgrade',
  upgrade: 'other',
  build: 'build',
  run: 'run',
  x: 'run',
  test: 'run',
};

export const readBun: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, bunOptions);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(bunActions, subcommand?.value);
  const cleansCache = subcommand?.value === 'pm' && rest[0]?.value === 'cache' && rest[1]?.value === 'rm';
  const takesPackages = listed === 'install' || listed === 'remove' || listed === 'upgrade';
  return packageCommand({
    ecosystem: 'npm',
    tool,
    action: cleansCache ? 'clean-cache' : projectAction(listed, rest),
    subcommand,
    packages: takesPackages ? rest.map(npmPackage) : [],
    flags,
    omitDevelopment: omitsDevelopment(flags),
    frozen: subcommand?.value === 'ci' || switchedOn(flags, 'frozen-lockfile'),
    ignoreScripts: switchedOn(flags, 'ignore-scripts'),
    global: switchedOn(flags, 'global'),
    noCache: switchedOn(flags, 'no-cache'),
    command,
  });
};
