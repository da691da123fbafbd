import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValue, flagValues } from '../internal/flag-lookup.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { CommandFlag, PackageAction } from '../package-command.ts';
import { npmPackage } from './npm-package.ts';

/** https://docs.npmjs.com/cli/v10/using-npm/config */
const options: OptionTable = {
  short: {
    g: 'global',
    D: 'save-dev',
    P: 'save-prod',
    O: 'save-optional',
    E: 'save-exact',
    B: 'save-bundle',
    S: 'save',
    f: 'force',
    s: 'silent',
    d: 'verbose',
    q: 'quiet',
    C: 'prefix',
    w: 'workspace',
    y: 'yes',
    c: 'call',
    p: 'package',
    h: 'help',
    v: 'version',
    L: 'location',
  },
  aliases: { reg: 'registry', prod: 'production', 'store-dir': 'cache' },
  withValue: new Set([
    'prefix',
    'workspace',
    'registry',
    'cache',
    'userconfig',
    'globalconfig',
    'omit',
    'include',
    'only',
    'loglevel',
    'tag',
    'otp',
    'access',
    'script-shell',
    'fetch-retries',
    'fetch-retry-factor',
    'fetch-retry-mintimeout',
    'fetch-retry-maxtimeout',
    'fetch-timeout',
    'maxsockets',
    'cpu',
    'os',
    'libc',
    'install-strategy',
    'node-options',
    'python',
    'location',
    'call',
    'package',
    'https-proxy',
    'proxy',
    'noproxy',
    'cafile',
    'user',
    'before',
    'install-links',
  ]),
  spacedBooleans: true,
  endsAfter: (operands) => runs.has(operands[0]?.value ?? '') && operands.length > 1,
};

const runs = new Set(['run', 'run-script', 'rum', 'urn', 'exec', 'x']);

const actions: Readonly<Record<string, PackageAction>> = {
  ...Object.fromEntries(
    ['install', 'i', 'add', 'in', 'ins', 'inst', 'insta', 'instal', 'isnt', 'isntal', 'isntall'].map((name) => [
      name,
      'install' as const,
    ]),
  ),
  ci: 'install-project',
  'clean-install': 'install-project',
  'install-clean': 'install-project',
  ic: 'install-project',
  'install-ci-test': 'install-project',
  cit: 'install-project',
  'install-test': 'install-project',
  it: 'install-project',
  update: 'upgrade',
  up: 'upgrade',
  upgrade: 'upgrade',
  udpate: 'upgrade',
  uninstall: 'remove',
  un: 'remove',
  unlink: 'remove',
  remove: 'remove',
  rm: 'remove',
  r: 'remove',
  prune: 'remove',
  rebuild: 'build',
  rb: 'build',
  test: 'run',
  t: 'run',
  start: 'run',
  stop: 'run',
  restart: 'run',
  run: 'run',
  'run-script': 'run',
  exec: 'run',
  x: 'run',
};

const frozen = new Set(['ci', 'clean-install', 'install-clean', 'ic', 'install-ci-test', 'cit']);

export const readNpm: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const [subcommand, ...rest] = operands;
  const name = subcommand?.value;
  const listed = actionOf(actions, name);
  const takesPackages = listed === 'install' || listed === 'remove' || listed === 'upgrade';
  return packageCommand({
    ecosystem: 'npm',
    tool,
    action: name === 'cache' ? cacheAction(rest) : projectAction(listed, rest),
    subcommand,
    packages: takesPackages ? rest.map(npmPackage) : [],
    flags,
    omitDevelopment: omitsDevelopment(flags),
    frozen: frozen.has(name ?? ''),
    ignoreScripts: switchedOn(flags, 'ignore-scripts'),
    global: switchedOn(flags, 'global') || flagValue(flags, 'location') === 'global',
    command,
  });
};

function cacheAction(rest: readonly CommandWord[]): PackageAction {
  return ['clean', 'clear', 'rm'].includes(rest[0]?.value ?? '') ? 'clean-cache' : 'other';
}

/** An install without packages is the project's; a script whose name says build is a build. */
export function projectAction(listed: PackageAction, rest: readonly CommandWord[]): PackageAction {
  if (listed === 'install') return rest.length === 0 ? 'install-project' : 'install';
  if (listed === 'run') return isBuildScript(rest[0]?.value) ? 'build' : 'run';
  return listed;
}

export function isBuildScript(name: string | undefined): boolean {
  return name !== undefined && /(?:^|[:_-])(?:build|compile|bundle|dist)(?:$|[:_-])/.test(name);
}

export function omitsDevelopment(flags: readonly CommandFlag[]): boolean {
  return (
    switchedOn(flags, 'production') ||
    flagValues(flags, 'omit').some((value) => value === 'dev') ||
    flagValues(flags, 'only').some((value) => /^prod/.test(value)) ||
    flags.some((flag) => flag.name === 'dev' && flag.value === 'false')
  );
}

/** `npx name args`: runs, and fetches first what is not there. */
export const readNpx: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, { ...options, endsAfter: (found) => found.length > 0 });
  const packages = flags.flatMap((flag) =>
    flag.name === 'package' && flag.valueWord ? [npmPackage(flag.valueWord)] : [],
  );
  const first = operands[0];
  return packageCommand({
    ecosystem: 'npm',
    tool,
    action: 'run',
    packages: packages.length > 0 || !first ? packages : [npmPackage(first)],
    flags,
    assumeYes: switchedOn(flags, 'yes'),
    command,
  });
};
