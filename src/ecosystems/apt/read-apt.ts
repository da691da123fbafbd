import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import {
  actionOf,
  isPath,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { CommandFlag, PackageAction, PackageArgument } from '../package-command.ts';

/** https://manpages.debian.org/bookworm/apt/apt-get.8.en.html */
const options: OptionTable = {
  short: {
    y: 'yes',
    q: 'quiet',
    o: 'option',
    c: 'config-file',
    t: 'target-release',
    a: 'host-architecture',
    f: 'fix-broken',
    d: 'download-only',
    s: 'simulate',
    m: 'fix-missing',
    u: 'show-upgraded',
    V: 'verbose-versions',
    b: 'build',
    P: 'build-profiles',
    h: 'help',
    R: 'no-install-recommends',
  },
  aliases: {
    'assume-yes': 'yes',
    'allow-yes': 'yes',
    'default-release': 'target-release',
    'without-recommends': 'no-install-recommends',
    'dry-run': 'simulate',
    'just-print': 'simulate',
    'no-act': 'simulate',
    recon: 'simulate',
    compile: 'build',
    'ignore-missing': 'fix-missing',
  },
  withValue: new Set(['option', 'config-file', 'target-release', 'host-architecture', 'build-profiles']),
};

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  reinstall: 'install',
  satisfy: 'install',
  'build-dep': 'install',
  update: 'update-index',
  upgrade: 'upgrade',
  'safe-upgrade': 'upgrade',
  'dist-upgrade': 'dist-upgrade',
  'full-upgrade': 'dist-upgrade',
  'dselect-upgrade': 'dist-upgrade',
  remove: 'remove',
  purge: 'remove',
  autoremove: 'remove',
  autopurge: 'remove',
  'auto-remove': 'remove',
  clean: 'clean-cache',
  autoclean: 'clean-cache',
  'auto-clean': 'clean-cache',
  distclean: 'clean-cache',
  'dist-clean': 'clean-cache',
};

export const readApt: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const [subcommand, ...rest] = operands;
  const known = actionOf(actions, subcommand?.value);
  // A simulation changes nothing; it reads the lists.
  const action = known !== 'update-index' && switchedOn(flags, 'simulate') ? 'other' : known;
  return packageCommand({
    ecosystem: 'apt',
    tool,
    action,
    subcommand,
    packages: action === 'clean-cache' || action === 'other' ? [] : rest.map(aptPackage),
    flags,
    assumeYes: assumesYes(flags),
    noRecommends:
      switchedOn(flags, 'no-install-recommends') || configured(flags, 'apt::install-recommends', /^(?:0|false|no)$/i),
    command,
  });
};

/** `-qq` implies yes, as apt-get(8) says. */
function assumesYes(flags: readonly CommandFlag[]): boolean {
  const quiet = flags.filter((flag) => flag.name === 'quiet');
  return (
    switchedOn(flags, 'yes', 'force-yes') ||
    quiet.length > 1 ||
    quiet.some((flag) => flag.value === '2') ||
    configured(flags, 'apt::get::assume-yes', /^(?:1|true|yes)$/i)
  );
}

/** Whether `-o NAME=value` is given with such a value. */
function configured(flags: readonly CommandFlag[], name: string, value: RegExp): boolean {
  return flags.some((flag) => {
    if (flag.name !== 'option' || flag.value === undefined) return false;
    const at = flag.value.indexOf('=');
    return (
      flag.value.slice(0, at).toLowerCase() === name && value.test(flag.value.slice(at + 1).replaceAll(/["']/g, ''))
    );
  });
}

/** `name`, `name=version`, `name/release`, `name:arch`, `./file.deb`. */
export function aptPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (isPath(value) || (value.endsWith('.deb') && !value.includes('=')))
    return packageArgument(word, value, { kind: 'file' });
  const at = value.search(/[=/]/);
  const name = (at === -1 ? value : value.slice(0, at)).replace(/[+-]$/, (sign) => (value.includes('++') ? sign : ''));
  if (at === -1) return packageArgument(word, withoutArchitecture(name));
  const version = value.slice(at + 1);
  const pin = value[at] === '/' ? 'moving' : /[*?]/.test(version) ? 'range' : 'exact';
  return packageArgument(word, withoutArchitecture(name), { version, pin });
}

function withoutArchitecture(name: string): string {
  const at = name.indexOf(':');
  return at === -1 ? name : name.slice(0, at);
}

/** https://manpages.debian.org/bookworm/dpkg/dpkg.1.en.html */
export const readDpkg: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, {
    short: { i: 'install', r: 'remove', P: 'purge', l: 'list', L: 'listfiles', s: 'status' },
    withValue: new Set(['root', 'admindir', 'instdir', 'log', 'add-architecture', 'remove-architecture']),
  });
  const installs = switchedOn(flags, 'install', 'unpack');
  const action: PackageAction = installs ? 'install' : switchedOn(flags, 'remove', 'purge') ? 'remove' : 'other';
  const packages = operands.map((word) => packageArgument(word, word.value, { kind: installs ? 'file' : 'registry' }));
  return packageCommand({
    ecosystem: 'apt',
    tool,
    action,
    packages: action === 'other' ? [] : packages,
    flags,
    command,
  });
};
