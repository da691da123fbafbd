import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValue, valueWordOf } from '../internal/flag-lookup.ts';
import {
  actionOf,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { CommandFlag, PackageAction, PackageArgument } from '../package-command.ts';

/** https://doc.rust-lang.org/cargo/commands/ */
const options: OptionTable = {
  short: {
    j: 'jobs',
    F: 'features',
    p: 'package',
    q: 'quiet',
    v: 'verbose',
    r: 'release',
    Z: 'Z',
    f: 'force',
    C: 'directory',
  },
  aliases: { vers: 'version' },
  withValue: new Set([
    'jobs',
    'features',
    'package',
    'target',
    'target-dir',
    'manifest-path',
    'profile',
    'bin',
    'bins-dir',
    'example',
    'version',
    'git',
    'branch',
    'tag',
    'rev',
    'path',
    'root',
    'registry',
    'index',
    'color',
    'config',
    'recipe-path',
    'Z',
    'directory',
    'message-format',
    'exclude',
  ]),
};

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  binstall: 'install',
  fetch: 'install-project',
  vendor: 'install-project',
  build: 'build',
  b: 'build',
  rustc: 'build',
  zigbuild: 'build',
  update: 'upgrade',
  add: 'install',
  remove: 'remove',
  rm: 'remove',
  uninstall: 'remove',
  run: 'run',
  r: 'run',
  test: 'run',
  t: 'run',
  check: 'build',
  clippy: 'run',
  bench: 'run',
  clean: 'clean-cache',
  cache: 'clean-cache',
};

export const readCargo: ToolReader = (tool, words, command) => {
  const own = words.filter((word) => !word.value.startsWith('+'));
  const { flags, operands } = readOptions(own, options);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(actions, subcommand?.value);
  const cooks = subcommand?.value === 'chef' && rest[0]?.value === 'cook';
  const packages = listed === 'install' || listed === 'remove' ? rest.map((word) => cargoPackage(word, flags)) : [];
  const git = flags.find((flag) => flag.name === 'git');
  return packageCommand({
    ecosystem: 'cargo',
    tool,
    action: cooks ? 'install-project' : installsItself(listed, flags) ? 'build' : listed,
    subcommand,
    packages: packages.length === 0 && git ? [gitPackage(git, flags)] : packages,
    flags,
    frozen: switchedOn(flags, 'locked', 'frozen'),
    global: listed === 'install' && subcommand?.value !== 'add',
    command,
  });
};

/** `cargo install --path .` compiles the project. */
function installsItself(action: PackageAction, flags: readonly CommandFlag[]): boolean {
  return action === 'install' && flagValue(flags, 'path') !== undefined;
}

function gitPackage(git: CommandFlag, flags: readonly CommandFlag[]): PackageArgument {
  const revision = flagValue(flags, 'rev');
  const version = revision ?? flagValue(flags, 'tag') ?? flagValue(flags, 'branch');
  const pin = revision === undefined ? (version === undefined ? 'none' : 'moving') : 'exact';
  return packageArgument(valueWordOf(git), git.value ?? '', { kind: 'vcs', version, pin });
}

function cargoPackage(word: CommandWord, flags: readonly CommandFlag[]): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (flags.some((flag) => flag.name === 'git')) {
    const git = flags.find((flag) => flag.name === 'git');
    if (git) return { ...gitPackage(git, flags), name: value, word };
  }
  const at = value.indexOf('@');
  const version = at === -1 ? flagValue(flags, 'version') : value.slice(at + 1);
  const name = at === -1 ? value : value.slice(0, at);
  if (version === undefined) return packageArgument(word, name);
  return packageArgument(word, name, { version, pin: /^(?:=?\d+\.\d+\.\d+|\$)/.test(version) ? 'exact' : 'range' });
}
