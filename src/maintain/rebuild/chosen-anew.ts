import { manifestOf } from '../../ecosystems/facts.ts';
import { lockNames } from '../../ecosystems/npm/lock-names.ts';
import { calledAs, type PackageCommand } from '../../ecosystems/package-command.ts';
import { isPythonLockOf, lockMover, readsLock } from './kept-lock.ts';
import type { SystemFiles } from './system-files.ts';

/** What a command of a step finds. */
export interface CommandPlace {
  /** Before the step; undefined: of another stage, whose files are not in the image. */
  readonly before: SystemFiles | undefined;
  readonly after: SystemFiles | undefined;
  /** The layer holds what other steps made, too: which files were there before is not known. */
  readonly shared: boolean;
  /** Where `node_modules` lie that the step brought, from the root. */
  readonly folders: readonly string[];
  /** The value of a variable of the step's environment. */
  readonly variable: (name: string) => string | undefined;
}

/**
 * Whether a command chooses versions anew: `no` where what it has to keep to was there before the step and is as it was, a text where that is not known.
 * A lock file that the step itself wrote holds nothing: a build without cache writes another.
 */
export function choosesAnew(read: PackageCommand, place: CommandPlace): 'yes' | 'no' | { readonly unknown: string } {
  const { action, frozen, packages, ecosystem } = read;
  if (ecosystem === 'go') return goChooses(read, place) ? 'yes' : 'no';
  if (action === 'run') return 'no';
  if (action === 'upgrade' || action === 'dist-upgrade') return 'yes';
  // What is added is held by no lock file that was there before.
  if (action === 'install') return frozen && packages.length > 0 && packages.every(isExact) ? 'no' : 'yes';
  const found = place.before;
  const words = calledAs(read);
  const mover = lockMover(
    read,
    place.variable,
    [found, place.after].flatMap((each) => (each ? [each] : [])),
  );
  const moved = { unknown: `${mover} may keep ${words} from its lock file: what it would bring now is not followed` };
  if (frozen || (read.tool === 'bundle' && keepsByVariable(place))) return mover === undefined ? 'no' : moved;
  if (found === undefined || !readsLock(read)) return 'yes';
  if (ecosystem === 'pip' && packages.some(({ kind }) => kind === 'requirements-file')) return 'yes';
  const [before, after] = [locksOf(read, found), place.after ? locksOf(read, place.after) : new Map()];
  if (before.size === 0 && (after.size === 0 || !place.shared)) return 'yes';
  if (mover !== undefined) return before.size === 0 && after.size === 0 ? 'yes' : moved;
  if (before.size === 0) return { unknown: `whether ${words} wrote its lock file or found it is not known` };
  const changed = [...before].find(([path, bytes]) => after.get(path)?.equals(bytes) === false);
  if (changed) return { unknown: `${words} changed ${changed[0]}: what else it would choose now is not followed` };
  const folders = ecosystem === 'npm' ? place.folders : manifestFolders(read, found);
  const without = folders.find((folder) => !isLocked(folder, before, found));
  return without === undefined
    ? 'no'
    : {
        unknown: `which lock file ${words} keeps to in /${without} is not known: what it would bring now is not followed`,
      };
}

function isExact({ pin }: PackageCommand['packages'][number]): boolean {
  return pin === 'exact';
}

/** https://bundler.io/man/bundle-config.1.html */
function keepsByVariable({ variable }: CommandPlace): boolean {
  return ['BUNDLE_DEPLOYMENT', 'BUNDLE_FROZEN'].some((name) => /^(?:1|true|t|yes|y|on)$/i.test(variable(name) ?? ''));
}

/**
 * `go.mod` names one version of each module, of those that others need the highest one, and since Go 1.16 a build changes nothing of it
 * (https://go.dev/ref/mod#minimal-version-selection, https://go.dev/ref/mod#build-commands). The same holds for a program that is named with its version.
 */
function goChooses(
  { action, subcommand, packages, flags, command }: PackageCommand,
  { variable }: CommandPlace,
): boolean {
  const mode = flags.findLast(({ name }) => name === 'mod')?.value;
  if (mode === 'mod' || (mode === undefined && /(?:^|\s)-?-mod[= ]mod\b/.test(variable('GOFLAGS') ?? ''))) return true;
  if (variable('GO111MODULE') === 'off') return true;
  if (action === 'build') return subcommand?.value === 'generate';
  if (action === 'run') return packages.some((one) => !isOneVersion(one.version));
  if (subcommand?.value === 'mod') return command.arguments.some(({ value }) => value === 'tidy');
  return subcommand?.value !== 'install' || !packages.every((one) => isOneVersion(one.version));
}

function isOneVersion(version: string | undefined): boolean {
  return version !== undefined && /^(?:v\d+\.\d+\.\d+(?:[-+][\w.+-]+)?|[0-9a-f]{40})$/.test(version);
}

function locksOf(read: PackageCommand, { contents }: SystemFiles): Map<string, Buffer> {
  return new Map([...contents].filter(([path]) => isLockOf(read, path)));
}

function isLockOf({ ecosystem, tool }: PackageCommand, path: string): boolean {
  if (ecosystem === 'npm') return lockNames[tool]?.includes(path.slice(path.lastIndexOf('/') + 1)) === true;
  if (ecosystem === 'pip') return isPythonLockOf(tool, path);
  const found = manifestOf(path);
  return found?.isLock === true && found.ecosystem === ecosystem && found.manifest.tools.includes(tool);
}

/** Of the manifests that can have a lock file beside them. */
function manifestFolders({ ecosystem, tool }: PackageCommand, { contents }: SystemFiles): string[] {
  return [...contents.keys()].flatMap((path) => {
    const found = manifestOf(path);
    const isOwn = found?.isLock === false && found.ecosystem === ecosystem && found.manifest.tools.includes(tool);
    return isOwn && found.manifest.locks.length > 0 ? [folderOf(path)] : [];
  });
}

/** By a lock file beside it, or by that of the workspace that it belongs to. */
function isLocked(folder: string, locks: ReadonlyMap<string, Buffer>, { contents }: SystemFiles): boolean {
  const lockFolders = new Set([...locks.keys()].map(folderOf));
  if (lockFolders.has(folder)) return true;
  for (let at = folder; at !== ''; ) {
    at = folderOf(at);
    const manifest = contents.get(at === '' ? 'package.json' : `${at}/package.json`)?.toString('utf8') ?? '';
    if (lockFolders.has(at) && (/"workspaces"\s*:/.test(manifest) || [...locks.keys()].some(isPnpm))) return true;
  }
  return false;
}

function isPnpm(path: string): boolean {
  return path.endsWith('pnpm-lock.yaml');
}

function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at === -1 ? '' : path.slice(0, at);
}
