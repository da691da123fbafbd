import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import {
  actionOf,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://getcomposer.org/doc/03-cli.md */
const options: OptionTable = {
  short: {
    n: 'no-interaction',
    d: 'working-dir',
    o: 'optimize-autoloader',
    a: 'classmap-authoritative',
    q: 'quiet',
    v: 'verbose',
    W: 'with-all-dependencies',
    w: 'with-dependencies',
    s: 'stability',
  },
  aliases: { optimize: 'optimize-autoloader' },
  withValue: new Set(['working-dir', 'stability', 'repository', 'ignore-platform-req', 'apcu-autoloader-prefix']),
};

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install-project',
  i: 'install-project',
  require: 'install',
  r: 'install',
  'create-project': 'install',
  update: 'upgrade',
  upgrade: 'upgrade',
  u: 'upgrade',
  remove: 'remove',
  'clear-cache': 'clean-cache',
  clearcache: 'clean-cache',
  cc: 'clean-cache',
  'run-script': 'run',
  run: 'run',
  exec: 'run',
};

export const readComposer: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const isGlobal = operands[0]?.value === 'global';
  const [subcommand, ...rest] = isGlobal ? operands.slice(1) : operands;
  const action = actionOf(actions, subcommand?.value);
  const names = subcommand?.value === 'create-project' ? rest.slice(0, 1) : rest;
  const takesPackages = action === 'install' || action === 'remove' || action === 'upgrade';
  return packageCommand({
    ecosystem: 'composer',
    tool,
    action,
    subcommand,
    packages: takesPackages ? names.map(composerPackage) : [],
    flags,
    assumeYes: switchedOn(flags, 'no-interaction'),
    noCache: switchedOn(flags, 'no-cache'),
    omitDevelopment: switchedOn(flags, 'no-dev', 'update-no-dev'),
    ignoreScripts: switchedOn(flags, 'no-scripts'),
    global: isGlobal,
    command,
  });
};

/** `vendor/name`, `vendor/name:^1.2`, `vendor/name=1.2.3`. */
function composerPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  const at = value.search(/[:= ]/);
  if (at === -1) return packageArgument(word, value);
  const version = value.slice(at + 1);
  const pin =
    /^v?\d+\.\d+(?:\.\d+)+(?:-[\w.]+)?$/.test(version) || version.startsWith('$')
      ? 'exact'
      : /^dev-|@dev|-dev$/.test(version)
        ? 'moving'
        : 'range';
  return packageArgument(word, value.slice(0, at), { version, pin });
}
