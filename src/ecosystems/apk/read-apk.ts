import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValue } from '../internal/flag-lookup.ts';
import {
  actionOf,
  isPath,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://man.archlinux.org/man/extra/apk-tools/apk.8.en and `apk add --help` */
const options: OptionTable = {
  short: {
    t: 'virtual',
    X: 'repository',
    p: 'root',
    U: 'update-cache',
    u: 'upgrade',
    l: 'latest',
    q: 'quiet',
    v: 'verbose',
    i: 'interactive',
    f: 'force',
    r: 'rdepends',
  },
  aliases: { update: 'update-cache' },
  withValue: new Set([
    'virtual',
    'repository',
    'root',
    'arch',
    'cache-dir',
    'cache-max-age',
    'keys-dir',
    'repositories-file',
    'wait',
    'progress-fd',
    'timeout',
  ]),
};

const actions: Readonly<Record<string, PackageAction>> = {
  add: 'install',
  update: 'update-index',
  upgrade: 'upgrade',
  del: 'remove',
  cache: 'clean-cache',
};

export const readApk: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const [subcommand, ...rest] = operands;
  let action = actionOf(actions, subcommand?.value);
  if (action === 'clean-cache' && !['clean', 'purge', '-a'].includes(rest[0]?.value ?? '')) action = 'other';
  return packageCommand({
    ecosystem: 'apk',
    tool,
    action,
    subcommand,
    packages: action === 'clean-cache' || action === 'other' ? [] : rest.filter(isWanted).map(apkPackage),
    flags,
    assumeYes: !switchedOn(flags, 'interactive'),
    // Without network nothing is fetched that could be kept.
    noCache: switchedOn(flags, 'no-cache', 'no-network'),
    virtual: flagValue(flags, 'virtual'),
    command,
  });
};

/** `!name` says that a package must not be there. */
function isWanted(word: CommandWord): boolean {
  return !word.value.startsWith('!');
}

/** `name`, `name=1.2-r0`, `name~1.2`, `name>1`, `name@repository`, `file.apk`. */
function apkPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (isPath(value) || value.endsWith('.apk')) return packageArgument(word, value, { kind: 'file' });
  const at = value.search(/[=<>~]/);
  const name = (at === -1 ? value : value.slice(0, at)).replace(/@.*$/, '');
  if (at === -1) return packageArgument(word, name);
  const constraint = value.slice(at);
  if (/^=[^=~<>]/.test(constraint)) return packageArgument(word, name, { version: constraint.slice(1), pin: 'exact' });
  return packageArgument(word, name, { version: constraint, pin: 'range' });
}
