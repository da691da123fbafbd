import type { CommandLine } from '../core/command-line.ts';
import type { CacheDirectory, Ecosystem } from './ecosystem.ts';
import { cachesOf, ecosystemFacts } from './facts.ts';
import { coversPath, liesBelow, removedPaths } from './internal/removed-paths.ts';
import { type PackageCommand, readPackageCommand } from './package-command.ts';

/** What stands around the commands of one RUN. */
export interface CleanupSurroundings {
  /** Targets of the RUN's cache, tmpfs and bind mounts: what is written there is not in the layer. */
  readonly mounts: readonly string[];
  /** Environment that is set for the RUN, from ENV and ARG. */
  readonly environment?: ReadonlyMap<string, string | undefined>;
  /** A step has removed what makes the official images empty a cache by themselves. */
  readonly imagesKeep?: boolean;
}

/** A cache or index that one RUN writes, and what becomes of it. */
export interface CacheTrace {
  readonly ecosystem: Ecosystem;
  readonly cache: CacheDirectory;
  /** The commands that write it, in order; never empty. */
  readonly writtenBy: readonly PackageCommand[];
  /**
   * Why it is not in the layer: a command behind the last writer removes it, a mount takes it, an option or a variable keeps
   * it from being written or puts it elsewhere, or the official images of that distribution empty it. Undefined: it stays.
   */
  readonly gone: 'removed' | 'mount' | 'option' | 'environment' | 'image' | undefined;
  /** The command that removes it. */
  readonly removedBy: CommandLine | undefined;
}

/** The caches that the commands of one RUN, in order, write, each once, with what becomes of it in that RUN. */
export function tracesOfRun(commands: readonly CommandLine[], surroundings: CleanupSurroundings): CacheTrace[] {
  const written = new Map<CacheDirectory, { command: PackageCommand; at: number }[]>();
  const read = commands.map(readPackageCommand);
  if (!read.some((command) => command !== undefined)) return [];
  read.forEach((command, at) => {
    if (!command) return;
    for (const cache of cachesOf(command.ecosystem, command.tool)) {
      if (cache.isLinked || !cache.actions.includes(command.action)) continue;
      const before = written.get(cache);
      if (before) before.push({ command, at });
      else written.set(cache, [{ command, at }]);
    }
  });
  return [...written].flatMap(([cache, writers]) => traceOf(cache, writers, commands, read, surroundings));
}

/** Commands that do nothing but empty the caches of package managers, and perhaps /tmp: without one that fills them they do nothing. */
export function onlyCleanUp(commands: readonly CommandLine[]): boolean {
  let emptiesCache = false;
  for (const command of commands) {
    if (/^(?:set|true|:)$/.test(command.name)) continue;
    if (readPackageCommand(command)?.action === 'clean-cache') {
      emptiesCache = true;
      continue;
    }
    const paths = command.redirects.length > 0 ? [] : removedPaths(command);
    const ofCaches = paths.filter(isInCache);
    if (paths.length === 0 || !paths.every((path) => ofCaches.includes(path) || isTemporary.test(path))) return false;
    emptiesCache ||= ofCaches.length > 0;
  }
  return emptiesCache;
}

const isTemporary = /^\/(?:var\/)?tmp\/(?:\*|\.\*|\.\?\?\*|\.\[[^/\]]+\]\*)?$/;

/** The directory of a cache of any package manager, or something in it. */
function isInCache(path: string): boolean {
  return Object.values(ecosystemFacts).some(({ caches }) => caches.some((cache) => liesBelow(path, cache.path)));
}

function traceOf(
  cache: CacheDirectory,
  writers: readonly { command: PackageCommand; at: number }[],
  commands: readonly CommandLine[],
  read: readonly (PackageCommand | undefined)[],
  surroundings: CleanupSurroundings,
): CacheTrace[] {
  const last = writers[writers.length - 1];
  if (!last) return [];
  const writtenBy = writers.map((writer) => writer.command);
  const known = { ecosystem: last.command.ecosystem, cache, writtenBy };
  const gone = keptAway(cache, writers, commands, surroundings);
  if (gone !== undefined) return [{ ...known, gone, removedBy: undefined }];
  const moved = movedTo(cache, writtenBy, surroundings);
  const at = commands.findIndex((command, index) => index > last.at && removes(command, read[index], cache, moved));
  if (at !== -1) return [{ ...known, gone: 'removed', removedBy: commands[at] }];
  const isEmptied = cache.emptiedByImages && surroundings.imagesKeep !== true;
  return [{ ...known, gone: isEmptied ? 'image' : undefined, removedBy: undefined }];
}

function keptAway(
  cache: CacheDirectory,
  writers: readonly { command: PackageCommand; at: number }[],
  commands: readonly CommandLine[],
  { mounts, environment }: CleanupSurroundings,
): CacheTrace['gone'] {
  const places = [cache.path, ...(ofNewerTools[cache.path] ?? [])];
  if (mounts.some((mount) => places.some((place) => coversPath(mount, place)))) return 'mount';
  if (writers.every(({ command }) => command.noCache || movedElsewhere(command))) return 'option';
  const isKept = writers.every(({ command, at }) => {
    const own = new Map(command.command.assignments.map(({ name, value }) => [name, value?.value]));
    const exported = exportedBefore(commands, at);
    const given = (name: string): string | undefined => own.get(name) ?? exported.get(name) ?? environment?.get(name);
    const off = Object.entries(cache.switchedOffBy ?? {}).some(([name, values]) => values.test(given(name) ?? ''));
    // Where it is moved to is not followed, except to what is never in a layer.
    const moved = (cache.movedBy ?? []).some((name) => isElsewhere(given(name), mounts));
    return off || moved;
  });
  return isKept ? 'environment' : undefined;
}

/** `export PIP_NO_CACHE_DIR=1` in front of the command, in the same RUN. */
function exportedBefore(commands: readonly CommandLine[], at: number): ReadonlyMap<string, string> {
  const exported = new Map<string, string>();
  for (const { name, arguments: words } of commands.slice(0, at)) {
    if (name !== 'export') continue;
    for (const { value } of words) {
      const equals = value.indexOf('=');
      if (equals > 0) exported.set(value.slice(0, equals), value.slice(equals + 1));
    }
  }
  return exported;
}

/** `npm install --cache /tmp/x`, `dnf --installroot`, `apk --root`: what is written lies somewhere else. */
function movedElsewhere(command: PackageCommand): boolean {
  return command.flags.some(
    (flag) =>
      ['installroot', 'root', 'cache', 'cache-dir', 'cache-folder', 'store-dir'].includes(flag.name) &&
      flag.value !== undefined,
  );
}

function isElsewhere(value: string | undefined, mounts: readonly string[]): boolean {
  if (value === undefined || value === '') return false;
  return value === '/dev/null' || value.startsWith('/dev/shm') || mounts.some((mount) => coversPath(mount, value));
}

/** Directories that variables name in place of the usual one. */
function movedTo(
  cache: CacheDirectory,
  writers: readonly PackageCommand[],
  { environment }: CleanupSurroundings,
): string[] {
  return (cache.movedBy ?? []).flatMap((name) => {
    const own = writers.flatMap((writer) => writer.command.assignments.filter((each) => each.name === name));
    const values = [...own.map((each) => each.value?.value), environment?.get(name)];
    return values.flatMap((value) => (value?.startsWith('/') && value.length > 1 ? [value] : []));
  });
}

function removes(
  command: CommandLine,
  read: PackageCommand | undefined,
  cache: CacheDirectory,
  moved: readonly string[],
): boolean {
  if (read?.action === 'clean-cache' && cache.tools.includes(read.tool)) return cleansAll(read, cache);
  if (sameFamilyCleans(read, cache)) return true;
  return removedPaths(command).some(
    (path) =>
      coversPath(path, cache.path) ||
      movedCovers(path, cache) ||
      moved.some((other) => coversPath(path, other) || path.startsWith(`${other}/`)),
  );
}

/** `apt-get clean` empties the downloads only, `distclean` the lists too, `autoclean` only what is outdated. */
function cleansAll(command: PackageCommand, cache: CacheDirectory): boolean {
  if (command.ecosystem === 'apt') {
    const name = command.subcommand?.value;
    return name === 'distclean' || name === 'dist-clean' || (name === 'clean' && cache.kind === 'downloads');
  }
  // yum and dnf can empty parts; their lists stay with these.
  if (command.ecosystem === 'rpm' && cache.kind === 'lists')
    return !command.command.arguments.some(({ value }) => /^(?:packages|expire-cache|plugins)$/.test(value));
  if (command.ecosystem === 'go')
    return command.flags.some((flag) => flag.name === (cache.kind === 'build' ? 'cache' : 'modcache'));
  return true;
}

/** `yum clean all` empties what dnf wrote where yum is dnf, and the reverse. */
function sameFamilyCleans(read: PackageCommand | undefined, cache: CacheDirectory): boolean {
  const family = ['yum', 'dnf', 'dnf5', 'microdnf'];
  return (
    read?.action === 'clean-cache' && family.includes(read.tool) && cache.tools.some((tool) => family.includes(tool))
  );
}

/** Where dnf5, to which the command `dnf` leads in newer distributions, writes what dnf wrote elsewhere. */
const ofNewerTools: Readonly<Record<string, readonly string[]>> = {
  '/var/cache/dnf': ['/var/cache/libdnf5'],
  '/var/cache/yum': ['/var/cache/libdnf5'],
};

/** Paths that tools use in place of the usual one, in images where they are set up so. */
const others: Readonly<Record<string, readonly string[]>> = {
  '/var/cache/dnf': ['/var/cache/yum', '/var/cache/libdnf5'],
  '/var/cache/yum': ['/var/cache/dnf', '/var/cache/libdnf5'],
  '~/.cache/yarn': ['/usr/local/share/.cache', '~/.yarn', '~/.yarn-cache'],
  '~/.composer/cache': ['~/.cache/composer', '/tmp/cache'],
  '/opt/conda/pkgs': ['~/.conda', '/root/miniconda3/pkgs'],
  '~/.npm': ['/tmp/npm-*'],
  '/go/pkg/mod': ['~/go/pkg', '/go/src'],
};

function movedCovers(path: string, cache: CacheDirectory): boolean {
  return (others[cache.path] ?? []).some((other) => coversPath(path, other)) || coversVariable(path, cache);
}

/** `rm -rf $GOPATH/pkg`, `rm -rf "$CARGO_HOME/registry"`: the variable that moves the cache is named. */
function coversVariable(path: string, cache: CacheDirectory): boolean {
  const variable = /^\$\{?(\w+)\}?(?:\/|$)/.exec(path)?.[1];
  return variable !== undefined && (cache.movedBy ?? []).includes(variable);
}
