import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument, PackageCommand } from '../package-command.ts';
import { optionPackages, pipPackage } from './pip-package.ts';

/** https://pip.pypa.io/en/stable/cli/pip_install/ */
export const pipOptions: OptionTable = {
  short: {
    r: 'requirement',
    c: 'constraint',
    e: 'editable',
    t: 'target',
    i: 'index-url',
    f: 'find-links',
    q: 'quiet',
    v: 'verbose',
    U: 'upgrade',
    I: 'ignore-installed',
    y: 'yes',
    w: 'wheel-dir',
    d: 'dest',
    b: 'build',
    p: 'python',
  },
  aliases: { requirements: 'requirement', constraints: 'constraint', pypi: 'index-url' },
  withValue: new Set([
    'requirement',
    'constraint',
    'editable',
    'target',
    'index-url',
    'extra-index-url',
    'default-index',
    'index',
    'find-links',
    'wheel-dir',
    'dest',
    'build',
    'prefix',
    'root',
    'src',
    'timeout',
    'retries',
    'trusted-host',
    'cert',
    'client-cert',
    'proxy',
    'cache-dir',
    'log',
    'python',
    'platform',
    'python-version',
    'implementation',
    'abi',
    'no-binary',
    'only-binary',
    'progress-bar',
    'upgrade-strategy',
    'global-option',
    'install-option',
    'config-settings',
    'use-feature',
    'use-deprecated',
    'report',
    'exists-action',
    'root-user-action',
    'group',
    'extra',
    'resolution',
    'link-mode',
    'keyring-provider',
    'override',
    'exclude-newer',
    'torch-backend',
  ]),
};

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  uninstall: 'remove',
  wheel: 'build',
  download: 'other',
  cache: 'other',
};

export const readPip: ToolReader = (tool, words, command) => pipCommand(tool, words, command, actions);

export function pipCommand(
  tool: string,
  words: readonly CommandWord[],
  command: PackageCommand['command'],
  table: Readonly<Record<string, PackageAction>>,
): PackageCommand {
  const { flags, operands } = readOptions(words, pipOptions);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(table, subcommand?.value);
  const cleans = subcommand?.value === 'cache' && ['purge', 'remove', 'clean'].includes(rest[0]?.value ?? '');
  const packages = listed === 'other' ? [] : [...rest.map(pipPackage), ...optionPackages(flags)];
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: cleans ? 'clean-cache' : listed === 'install' ? installAction(packages) : listed,
    subcommand,
    packages,
    flags,
    assumeYes: listed !== 'remove' || switchedOn(flags, 'yes'),
    // Without an index there is nothing to download: what lies in a directory is not cached.
    noCache:
      switchedOn(flags, 'no-cache-dir', 'no-cache', 'no-index') ||
      flags.some((flag) => flag.name === 'cache-dir' && flag.value === 'false'),
    frozen: switchedOn(flags, 'require-hashes'),
    command,
  });
}

/** Only requirement files and directories: what the project's own manifests list. */
export function installAction(packages: readonly PackageArgument[]): PackageAction {
  const own = packages.filter((each) => each.kind !== 'constraint-file');
  const isProject =
    own.length > 0 && own.every((each) => each.kind === 'requirements-file' || each.kind === 'directory');
  return isProject ? 'install-project' : 'install';
}

/** `easy_install name` and `pipx install name`. */
export const readEasyInstall: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, pipOptions);
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: 'install',
    packages: operands.map(pipPackage),
    flags,
    command,
  });
};

export const readPipx: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, pipOptions);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(
    { install: 'install', inject: 'install', uninstall: 'remove', run: 'run', upgrade: 'upgrade' },
    subcommand?.value,
  );
  const takesPackages = listed === 'install' || listed === 'remove';
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: listed,
    subcommand,
    packages: takesPackages ? rest.map(pipPackage) : [],
    flags,
    global: listed === 'install',
    command,
  });
};
