import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction } from '../package-command.ts';
import { npmPackage } from './npm-package.ts';
import { isBuildScript, omitsDevelopment, projectAction } from './read-npm.ts';

/** https://classic.yarnpkg.com/en/docs/cli/ and https://yarnpkg.com/cli */
const yarnOptions: OptionTable = {
  short: {
    D: 'dev',
    P: 'peer',
    O: 'optional',
    E: 'exact',
    T: 'tilde',
    s: 'silent',
    W: 'ignore-workspace-root-check',
    A: 'all',
    f: 'force',
  },
  aliases: { prod: 'production' },
  withValue: new Set([
    'cwd',
    'registry',
    'cache-folder',
    'modules-folder',
    'network-timeout',
    'network-concurrency',
    'mutex',
    'preferred-cache-folder',
    'use-yarnrc',
    'global-folder',
    'link-folder',
    'mode',
    'otp',
    'proxy',
    'https-proxy',
    'prefix',
  ]),
  endsAfter: (operands) => ['run', 'exec', 'dlx', 'node'].includes(operands[0]?.value ?? '') && operands.length > 1,
};

const yarnActions: Readonly<Record<string, PackageAction>> = {
  install: 'install-project',
  add: 'install',
  upgrade: 'upgrade',
  up: 'upgrade',
  remove: 'remove',
  autoclean: 'other',
  run: 'run',
  exec: 'run',
  dlx: 'run',
  node: 'run',
  start: 'run',
  test: 'run',
  create: 'run',
  rebuild: 'build',
};

/** Names that are not scripts of the project. */
const yarnCommands = new Set([
  'access',
  'audit',
  'bin',
  'cache',
  'check',
  'config',
  'generate-lock-entry',
  'global',
  'help',
  'import',
  'info',
  'init',
  'licenses',
  'link',
  'list',
  'login',
  'logout',
  'outdated',
  'owner',
  'pack',
  'policies',
  'publish',
  'set',
  'tag',
  'team',
  'unlink',
  'unplug',
  'version',
  'versions',
  'why',
  'workspace',
  'workspaces',
  'plugin',
  'patch',
  'npm',
  'dedupe',
  'constraints',
  'explain',
  'search',
  'stage',
]);

export const readYarn: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, yarnOptions);
  const isGlobal = operands[0]?.value === 'global';
  const inner = isGlobal ? operands.slice(1) : operands[0]?.value === 'workspace' ? operands.slice(2) : operands;
  const focused = operands[0]?.value === 'workspaces' && operands[1]?.value === 'focus';
  const [subcommand, ...rest] = inner;
  const asksOnly =
    inner.length === 0 && flags.some(({ name }) => name === 'version' || name === 'v' || name === 'help');
  const listed = asksOnly ? 'other' : focused ? 'install-project' : yarnAction(subcommand?.value, rest[0]?.value);
  const action = listed === 'run' && subcommand?.value === 'run' ? projectAction('run', rest) : listed;
  const takesPackages = action === 'install' || action === 'remove' || action === 'upgrade';
  return packageCommand({
    ecosystem: 'npm',
    tool,
    action,
    subcommand,
    packages: takesPackages ? rest.map(npmPackage) : [],
    flags,
    omitDevelopment: omitsDevelopment(flags),
    frozen: switchedOn(flags, 'frozen-lockfile', 'immutable', 'immutable-cache', 'pure-lockfile'),
    ignoreScripts:
      switchedOn(flags, 'ignore-scripts') || flags.some((flag) => flag.name === 'mode' && flag.value === 'skip-build'),
    global: isGlobal,
    command,
  });
};

function yarnAction(name: string | undefined, next: string | undefined): PackageAction {
  if (name === undefined) return 'install-project';
  if (name === 'cache') return next === 'clean' || next === 'clear' ? 'clean-cache' : 'other';
  const listed = actionOf(yarnActions, name);
  if (listed !== 'other' || yarnCommands.has(name) || Object.hasOwn(yarnActions, name)) return listed;
  return isBuildScript(name) ? 'build' : 'run';
}
