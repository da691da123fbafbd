import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction } from '../package-command.ts';
import { npmPackage } from './npm-package.ts';
import { isBuildScript, omitsDevelopment } from './read-npm.ts';

/** https://pnpm.io/pnpm-cli */
const pnpmOptions: OptionTable = {
  short: {
    g: 'global',
    D: 'dev',
    P: 'production',
    O: 'save-optional',
    E: 'save-exact',
    r: 'recursive',
    w: 'workspace-root',
    C: 'dir',
    F: 'filter',
    s: 'silent',
  },
  aliases: { prod: 'production' },
  withValue: new Set([
    'dir',
    'filter',
    'registry',
    'store-dir',
    'virtual-store-dir',
    'modules-dir',
    'lockfile-dir',
    'reporter',
    'loglevel',
    'network-concurrency',
    'workspace-concurrency',
    'package-import-method',
    'node-linker',
    'global-dir',
    'cpu',
    'os',
    'libc',
    'config',
    'allow-build',
  ]),
  endsAfter: (operands) => ['run', 'exec', 'dlx'].includes(operands[0]?.value ?? '') && operands.length > 1,
};

const pnpmActions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  i: 'install',
  add: 'install',
  fetch: 'install-project',
  ci: 'install-project',
  'install-test': 'install-project',
  it: 'install-project',
  update: 'upgrade',
  up: 'upgrade',
  upgrade: 'upgrade',
  remove: 'remove',
  rm: 'remove',
  uninstall: 'remove',
  un: 'remove',
  prune: 'remove',
  deploy: 'install-project',
  rebuild: 'build',
  rb: 'build',
  run: 'run',
  'run-script': 'run',
  exec: 'run',
  dlx: 'run',
  start: 'run',
  test: 'run',
  t: 'run',
};

const pnpmCommands = new Set([
  'approve-builds',
  'audit',
  'bin',
  'cache',
  'cat-file',
  'config',
  'c',
  'create',
  'dedupe',
  'doctor',
  'env',
  'help',
  'import',
  'init',
  'licenses',
  'link',
  'ln',
  'list',
  'ls',
  'outdated',
  'pack',
  'patch',
  'publish',
  'root',
  'self-update',
  'server',
  'set',
  'setup',
  'store',
  'unlink',
  'why',
]);

export const readPnpm: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, pnpmOptions);
  const [subcommand, ...rest] = operands;
  const name = subcommand?.value;
  const action = pnpmAction(
    name,
    rest.map((word) => word.value),
  );
  const listed = actionOf(pnpmActions, name);
  const takesPackages = listed === 'install' || listed === 'remove' || listed === 'upgrade';
  return packageCommand({
    ecosystem: 'npm',
    tool,
    action,
    subcommand,
    packages: takesPackages ? rest.map(npmPackage) : [],
    flags,
    omitDevelopment: omitsDevelopment(flags),
    frozen: name === 'ci' || name === 'fetch' || switchedOn(flags, 'frozen-lockfile'),
    ignoreScripts: switchedOn(flags, 'ignore-scripts'),
    global: switchedOn(flags, 'global'),
    command,
  });
};

function pnpmAction(name: string | undefined, rest: readonly string[]): PackageAction {
  if (name === undefined) return 'other';
  if (name === 'store') return rest[0] === 'prune' ? 'clean-cache' : 'other';
  const listed = actionOf(pnpmActions, name);
  if (listed === 'install') return rest.length === 0 ? 'install-project' : 'install';
  if (listed === 'run') return isBuildScript(rest[0]) ? 'build' : 'run';
  if (listed !== 'other' || pnpmCommands.has(name)) return listed;
  return isBuildScript(name) ? 'build' : 'run';
}
