import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValue, flagValues } from '../internal/flag-lookup.ts';
import {
  actionOf,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://guides.rubygems.org/command-reference/ */
const gemOptions: OptionTable = {
  short: {
    v: 'version',
    i: 'install-dir',
    n: 'bindir',
    N: 'no-document',
    f: 'force',
    s: 'source',
    a: 'all',
    x: 'executables',
    q: 'quiet',
    P: 'trust-policy',
    p: 'http-proxy',
    g: 'file',
    E: 'env-shebang',
    V: 'verbose',
    u: 'update-sources',
  },
  aliases: { 'no-doc': 'no-document', 'no-ri': 'no-document', 'no-rdoc': 'no-document' },
  withValue: new Set([
    'version',
    'install-dir',
    'bindir',
    'source',
    'trust-policy',
    'platform',
    'build-root',
    'without',
    'host',
    'key',
    'config-file',
  ]),
};

const gemActions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  i: 'install',
  update: 'upgrade',
  uninstall: 'remove',
  cleanup: 'clean-cache',
  sources: 'other',
  build: 'build',
};

export const readGem: ToolReader = (tool, words, command) => {
  // What stands behind `--` is for the compiler of native extensions.
  const end = words.findIndex(({ value }) => value === '--');
  const { flags, operands } = readOptions(end === -1 ? words : words.slice(0, end), gemOptions);
  const [subcommand, ...rest] = operands;
  const action = actionOf(gemActions, subcommand?.value);
  const version = flagValue(flags, 'version');
  const takesPackages = action === 'install' || action === 'upgrade' || action === 'remove';
  return packageCommand({
    ecosystem: 'gem',
    tool,
    action,
    subcommand,
    packages: takesPackages ? rest.map((word) => gemPackage(word, version)) : [],
    flags,
    assumeYes: action !== 'remove' || switchedOn(flags, 'executables', 'all', 'force'),
    noCache: false,
    global: action === 'install',
    command,
  });
};

/** `name`, `name:1.2`, `./file.gem`; `-v 1.2` holds for all. */
function gemPackage(word: CommandWord, given: string | undefined): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (value.endsWith('.gem')) return packageArgument(word, value, { kind: 'file' });
  const at = value.indexOf(':');
  const version = at === -1 ? given : value.slice(at + 1);
  const name = at === -1 ? value : value.slice(0, at);
  if (version === undefined) return packageArgument(word, name);
  return packageArgument(word, name, { version, pin: /^[\d$]/.test(version.trim()) ? 'exact' : 'range' });
}

/** https://bundler.io/man/bundle-install.1.html */
const bundleOptions: OptionTable = {
  short: { j: 'jobs', r: 'retry', P: 'trust-policy' },
  withValue: new Set([
    'jobs',
    'retry',
    'path',
    'without',
    'with',
    'gemfile',
    'binstubs',
    'shebang',
    'trust-policy',
    'target-rbconfig',
    'group',
    'version',
    'source',
  ]),
  endsAfter: (operands) => operands[0]?.value === 'exec',
};

const bundleActions: Readonly<Record<string, PackageAction>> = {
  install: 'install-project',
  i: 'install-project',
  add: 'install',
  update: 'upgrade',
  clean: 'clean-cache',
  remove: 'remove',
  exec: 'run',
  e: 'run',
  package: 'other',
};

export const readBundle: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, bundleOptions);
  const [subcommand, ...rest] = operands;
  const action = subcommand ? actionOf(bundleActions, subcommand.value) : 'install-project';
  const without = [
    ...flagValues(flags, 'without'),
    ...(flags.some((flag) => flag.name === 'without') ? rest.map((word) => word.value) : []),
  ];
  return packageCommand({
    ecosystem: 'gem',
    tool,
    action:
      action === 'run' && rest[0]?.value === 'rake' && rest.some((word) => word.value.includes('assets:precompile'))
        ? 'build'
        : action,
    subcommand,
    packages:
      action === 'install' || action === 'remove'
        ? rest.map((word) => gemPackage(word, flagValue(flags, 'version')))
        : [],
    flags,
    noCache: switchedOn(flags, 'no-cache'),
    omitDevelopment: without.some((value) => value.split(/[\s:,]+/).includes('development')),
    frozen: switchedOn(flags, 'deployment', 'frozen'),
    command,
  });
};
