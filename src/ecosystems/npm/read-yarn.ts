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
