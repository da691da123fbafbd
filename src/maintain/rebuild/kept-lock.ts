import type { PackageCommand } from '../../ecosystems/package-command.ts';
import { type SystemFiles, settingsWith } from './system-files.ts';

/** The lock files that a tool of Python itself keeps to: `pyproject.toml` stands beside those of others, too. */
const pythonLocks: Readonly<Record<string, string>> = {
  uv: 'uv.lock',
  poetry: 'poetry.lock',
  pipenv: 'Pipfile.lock',
};

/** Commands that read a lock file, of tools that have others which do not. Gradle keeps to one only where the build says so. */
const readers: Readonly<Record<string, ReadonlySet<string>>> = {
  uv: new Set(['sync']),
  poetry: new Set(['install', 'sync']),
  pip: new Set(),
  pipx: new Set(),
  conda: new Set(),
  mamba: new Set(),
  micromamba: new Set(),
  gradle: new Set(),
  gradlew: new Set(),
};

/** Whether a file is the lock file of this tool, of those of its ecosystem. */
export function isPythonLockOf(tool: string, path: string): boolean {
  return pythonLocks[tool] === path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a command reads its tool's lock file at all. */
export function readsLock({ tool, subcommand }: PackageCommand): boolean {
  const listed = readers[tool];
  return listed === undefined || listed.has(subcommand?.value ?? '');
}

/** Options that leave a lock file in force. */
const harmless =
  /^(?:(?:no-|prefer-)?frozen(?:-lockfile)?|pure-lockfile|locked(?:-mode)?|package-lock|shrinkwrap|lockfile|(?:no-)?update-notifier)$/;

const movers: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm_config_package_lock', 'npm_config_shrinkwrap', 'npm_config_userconfig', 'npm_config_globalconfig'],
  pnpm: ['npm_config_lockfile', 'npm_config_lockfile_dir', 'pnpm_config_lockfile', 'pnpm_config_lockfile_dir'],
  yarn: ['YARN_LOCKFILE_FILENAME', 'npm_config_lockfile', 'YARN_RC_FILENAME'],
  bundle: ['BUNDLE_GEMFILE', 'BUNDLE_LOCKFILE'],
  composer: ['COMPOSER'],
  pipenv: ['PIPENV_SKIP_LOCK', 'PIPENV_PIPFILE'],
  uv: ['UV_PROJECT', 'UV_RESOLUTION'],
};

/** The option, variable or file that may switch a command's lock file off or name another one; undefined where there is none. */
export function lockMover(
  { tool, flags, frozen }: PackageCommand,
  variable: (name: string) => string | undefined,
  files: readonly SystemFiles[],
): string | undefined {
  // https://docs.npmjs.com/cli/v11/commands/npm-ci: it takes no other way.
  if (tool === 'npm' && frozen) return undefined;
  const flag = flags.find(
    ({ name, value }) =>
      /lock|shrinkwrap|upgrade|update|resolution|evaluate|gemfile/i.test(name) &&
      !(harmless.test(name) && (value === undefined || value === 'true')),
  );
  if (flag !== undefined) return `--${flag.name}`;
  const set = movers[tool]?.find((name) => isSet(variable, name));
  if (set !== undefined) return set;
  const own = /(?:^|\/)(?:\.npmrc|etc\/npmrc|\.yarnrc(?:\.yml)?|pnpm-workspace\.yaml|bunfig\.toml|\.bundle\/config)$/;
  return settingsWith(files, own, /^[ \t]*[^#;\s]*(?:lockfile|package-lock|shrinkwrap|GEMFILE)/im);
}

/** npm takes its variables in either case. */
export function isSet(variable: (name: string) => string | undefined, name: string): boolean {
  return [name, ...(/^p?npm_/.test(name) ? [name.toUpperCase()] : [])].some((each) => variable(each) !== undefined);
}

/** A command that changes what later ones of its step keep to or ask, as `npm config set registry …`. */
export function changesSettings({ subcommand, command, tool }: PackageCommand): boolean {
  if (!['config', 'c', 'set'].includes(subcommand?.value ?? '')) return false;
  if (tool === 'pip' && command.arguments.some(({ value }) => value === 'debug' || value === 'list')) return false;
  return command.arguments.some(
    ({ value, literal }) =>
      !literal ||
      /lock|shrinkwrap|registry|index|find-links|before|constraint|gemfile|userconfig|globalconfig|(?:^|\.)pre$|^edit$/i.test(
        value,
      ),
  );
}
