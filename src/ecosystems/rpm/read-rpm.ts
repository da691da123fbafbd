import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValues } from '../internal/flag-lookup.ts';
import {
  actionOf,
  isPath,
  isUrl,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://dnf.readthedocs.io/en/latest/command_ref.html; yum, microdnf and tdnf read the same. */
const options: OptionTable = {
  short: {
    y: 'yes',
    q: 'quiet',
    v: 'verbose',
    c: 'config',
    d: 'debuglevel',
    e: 'errorlevel',
    C: 'cacheonly',
    b: 'best',
    R: 'randomwait',
    x: 'exclude',
    h: 'help',
  },
  aliases: { assumeyes: 'yes', excludepkgs: 'exclude', repoid: 'repo' },
  withValue: new Set([
    'config',
    'debuglevel',
    'errorlevel',
    'randomwait',
    'exclude',
    'enablerepo',
    'disablerepo',
    'repo',
    'repofrompath',
    'setopt',
    'installroot',
    'releasever',
    'disableplugin',
    'enableplugin',
    'downloaddir',
    'destdir',
    'forcearch',
    'comment',
    'advisory',
    'rpmverbosity',
  ]),
};

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  in: 'install',
  localinstall: 'install',
  reinstall: 'install',
  rei: 'install',
  downgrade: 'install',
  dg: 'install',
  groupinstall: 'install',
  group: 'install',
  groups: 'install',
  grp: 'install',
  module: 'install',
  builddep: 'install',
  update: 'upgrade',
  upgrade: 'upgrade',
  up: 'upgrade',
  'update-minimal': 'upgrade',
  'upgrade-minimal': 'upgrade',
  'up-min': 'upgrade',
  'distro-sync': 'dist-upgrade',
  distrosync: 'dist-upgrade',
  dsync: 'dist-upgrade',
  'system-upgrade': 'dist-upgrade',
  makecache: 'update-index',
  mc: 'update-index',
  'check-update': 'update-index',
  remove: 'remove',
  erase: 'remove',
  rm: 'remove',
  autoremove: 'remove',
  groupremove: 'remove',
  clean: 'clean-cache',
};

export const readDnf: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const isGroup = /^(?:group|groups|grp)$/.test(operands[0]?.value ?? '');
  const isModule = operands[0]?.value === 'module';
  const [subcommand, ...rest] = operands;
  let action = actionOf(actions, subcommand?.value);
  if ((isGroup || isModule) && rest[0]?.value !== 'install') action = 'other';
  const packages = (isGroup || isModule ? rest.slice(1) : rest).map((word) =>
    isModule
      ? rpmModule(word)
      : isGroup || subcommand?.value === 'groupinstall'
        ? packageArgument(word, word.value, { kind: 'group' })
        : rpmPackage(word),
  );
  return packageCommand({
    ecosystem: 'rpm',
    tool,
    action,
    subcommand,
    packages: action === 'clean-cache' || action === 'other' || action === 'update-index' ? [] : packages,
    flags,
    assumeYes:
      switchedOn(flags, 'yes') || flagValues(flags, 'setopt').some((value) => /^assumeyes=(?:1|true)/i.test(value)),
    noCache: flagValues(flags, 'setopt').some((value) => /^keepcache=(?:0|false)/i.test(value)),
    noRecommends: flagValues(flags, 'setopt').some((value) =>
      /^(?:\*\.)?install_weak_deps=(?:0|false|no)/i.test(value),
    ),
    command,
  });
};

/** `nodejs:20/development`: a stream is a release that goes on getting updates. https://dnf.readthedocs.io/en/latest/modularity.html */
function rpmModule(word: CommandWord): PackageArgument {
  if (nameIsUnknown(word)) return unknownPackage(word);
  const [name = word.value, stream] = (word.value.split('/', 1)[0] ?? '').split(':', 2);
  return packageArgument(word, name, stream ? { version: stream, pin: 'range' } : {});
}

/** `yum-builddep` and `dnf-builddep` have no subcommand. */
export const readBuilddep: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  return packageCommand({
    ecosystem: 'rpm',
    tool,
    action: 'install',
    packages: operands.map(rpmPackage),
    flags,
    assumeYes: switchedOn(flags, 'yes'),
    command,
  });
};

const versionAtEnd = /^(.+?)-(\d[\w.~^+:]*\.[\w.~^+]+)(?:-(\d[\w.~^+]*))?$/;

/** `name`, `name-1.2-3.el9`, `@group`, a file or an address. */
export function rpmPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (isUrl(value)) return packageArgument(word, value, { kind: 'url', pin: 'unknown' });
  if (isPath(value) || value.endsWith('.rpm')) return packageArgument(word, value, { kind: 'file' });
  if (value.startsWith('@')) return packageArgument(word, value, { kind: 'group' });
  const constraint = /^([^\s<>=]+)\s*(=|[<>]=?)\s*(\S+)$/.exec(value);
  if (constraint)
    return packageArgument(word, constraint[1] ?? value, {
      version: constraint[3],
      pin: constraint[2] === '=' ? 'exact' : 'range',
    });
  const expanded = /^(.*)-\$/.exec(value);
  if (!word.literal && expanded)
    return packageArgument(word, expanded[1] ?? value, {
      version: value.slice((expanded[1]?.length ?? 0) + 1),
      pin: 'exact',
    });
  if (value.length > 300) return packageArgument(word, value);
  const prefix = /^(.+?)-(\d[\w.~^+:-]*)?\*$/.exec(value);
  if (prefix) return packageArgument(word, prefix[1] ?? value, { version: `${prefix[2] ?? ''}*`, pin: 'range' });
  const found = versionAtEnd.exec(value);
  if (!found) return packageArgument(word, value);
  return packageArgument(word, found[1] ?? value, { version: value.slice((found[1]?.length ?? 0) + 1), pin: 'exact' });
}

/** https://en.opensuse.org/SDB:Zypper_manual */
const zypperOptions: OptionTable = {
  short: {
    n: 'non-interactive',
    y: 'no-confirm',
    q: 'quiet',
    R: 'root',
    t: 'type',
    r: 'repo',
    f: 'force',
    l: 'auto-agree-with-licenses',
    D: 'dry-run',
    p: 'plus-repo',
    x: 'xmlout',
    v: 'verbose',
    h: 'help',
    s: 'settings',
  },
  aliases: { 'no-confirm': 'no-confirm', 'agree-to-third-party-licenses': 'auto-agree-with-licenses' },
  withValue: new Set([
    'root',
    'type',
    'repo',
    'plus-repo',
    'config',
    'installroot',
    'reposd-dir',
    'cache-dir',
    'from',
    'releasever',
    'download-in-advance',
    'settings',
    'plus-content',
  ]),
};

const zypperActions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  in: 'install',
  'source-install': 'install',
  si: 'install',
  refresh: 'update-index',
  ref: 'update-index',
  update: 'upgrade',
  up: 'upgrade',
  patch: 'upgrade',
  'dist-upgrade': 'dist-upgrade',
  dup: 'dist-upgrade',
  remove: 'remove',
  rm: 'remove',
  clean: 'clean-cache',
  cc: 'clean-cache',
};

export const readZypper: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, zypperOptions);
  const [subcommand, ...rest] = operands;
  const action = actionOf(zypperActions, subcommand?.value);
  const takesPackages = action === 'install' || action === 'upgrade' || action === 'remove';
  return packageCommand({
    ecosystem: 'rpm',
    tool,
    action,
    subcommand,
    packages: takesPackages && subcommand?.value !== 'patch' ? rest.map(rpmPackage) : [],
    flags,
    assumeYes: switchedOn(flags, 'non-interactive', 'no-confirm'),
    noRecommends: switchedOn(flags, 'no-recommends'),
    command,
  });
};

/** `rpm -i file` and `rpm -Uvh address`. */
export const readRpm: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, {
    short: { i: 'install', U: 'upgrade', F: 'freshen', e: 'erase', q: 'query', v: 'verbose', h: 'hash', V: 'verify' },
    withValue: new Set(['root', 'dbpath', 'prefix', 'import', 'rebuild']),
  });
  const query = switchedOn(flags, 'query', 'verify');
  const installs = !query && switchedOn(flags, 'install', 'upgrade', 'freshen');
  const action: PackageAction = installs ? 'install' : !query && switchedOn(flags, 'erase') ? 'remove' : 'other';
  return packageCommand({
    ecosystem: 'rpm',
    tool,
    action,
    packages: action === 'other' ? [] : operands.map(rpmPackage),
    flags,
    command,
  });
};
