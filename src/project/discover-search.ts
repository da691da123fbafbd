import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { errorCode } from '../core/errors.ts';
import type { ReadProblem } from '../core/report.ts';
import type { DiscoveredFile, DiscoveryLimits, DiscoveryOptions } from './discover.ts';
import { type GitIgnore, gitIgnoreAbove, noGitIgnore } from './discover-gitignore.ts';
import { isApplicationFile, kindOfName, looksLike, type NamedKind } from './discover-kind.ts';
import { readStart } from './read-start.ts';

/** A discovery under way: what it was asked, and what it has found so far. */
export interface Search {
  readonly root: string;
  readonly exclude: (path: string) => boolean;
  readonly useGitIgnore: boolean;
  readonly limits: DiscoveryLimits;
  readonly files: Map<string, DiscoveredFile>;
  /** Files of charts by the chart's directory. */
  readonly charts: Map<string, string[]>;
  readonly applicationFiles: Set<string>;
  /** Templates of manifests and Compose files, which are named and not read. */
  readonly templates: string[];
  readonly problems: ReadProblem[];
  /** Links to what may be a file of interest; looked at when all else is known. */
  readonly links: { readonly path: string; readonly named: NamedKind; readonly chart: string | undefined }[];
  readonly reached: Set<keyof DiscoveryLimits>;
  entries: number;
  sniffed: number;
}

export function newSearch(root: string, options: DiscoveryOptions, limits: DiscoveryLimits): Search {
  return {
    root,
    exclude: options.exclude ?? (() => false),
    useGitIgnore: options.gitignore ?? true,
    limits: { ...limits, ...options.limits },
    files: new Map(),
    charts: new Map(),
    applicationFiles: new Set(),
    templates: [],
    problems: [],
    links: [],
    reached: new Set(),
    entries: 0,
    sniffed: 0,
  };
}

/** Directories that hold other people's files, caches, histories or what a generator made (`_site` of Jekyll and Eleventy). They are entered only when they are named. */
const notEntered: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'bower_components',
  'site-packages',
  '__pycache__',
  '.terraform',
  '.venv',
  '.tox',
  '.nox',
  '.cache',
  '.gradle',
  '.yarn',
  '.pnpm-store',
  '.next',
  '.nuxt',
  '_site',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.idea',
  '.vscode',
  '.plimsoll',
]);

/** What holds in one directory of the walk. */
interface Surroundings {
  readonly ignored: GitIgnore;
  /** The directory of the chart that it lies in. */
  readonly chart: string | undefined;
  readonly depth: number;
}

/** Searches a directory, by its path relative to the root. */
export function searchDirectory(search: Search, directory: string): void {
  const ignored = search.useGitIgnore ? gitIgnoreAbove(join(search.root, directory)) : noGitIgnore;
  enter(search, directory, directory === '' ? '' : `${directory}/`, { ignored, chart: undefined, depth: 0 });
}

/** `top`: the directory that was asked for, with a slash at its end: git's rules see paths from there. */
function enter(search: Search, directory: string, top: string, around: Surroundings): void {
  const entries = readDirectory(search, directory);
  if (entries === undefined || (`${directory}/` !== top && isVendored(directory, entries))) return;
  const here = surroundingsIn(search, directory, top, around, entries);
  for (const entry of entries) {
    if (isOver(search, 'entries', ++search.entries)) return;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const seen = path.slice(top.length);
    if (entry.isDirectory()) {
      if (notEntered.has(entry.name) || here.ignored.ignores(`${seen}/`) || search.exclude(`${path}/`)) continue;
      if (!isOver(search, 'depth', here.depth)) enter(search, path, top, { ...here, depth: here.depth + 1 });
      continue;
    }
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const named = kindOfName(path, here.chart);
    if (named === undefined || here.ignored.ignores(seen) || search.exclude(path)) continue;
    if (entry.isFile()) take(search, path, named, here.chart);
    else search.links.push({ path, named, chart: here.chart });
  }
}

/**
 * What `go mod vendor`, Composer and Bundler put there is other people's: https://go.dev/ref/mod#vendoring,
 * https://getcomposer.org/doc/06-config.md#vendor-dir, https://bundler.io/man/bundle-config.1.html (`path`).
 */
function isVendored(directory: string, entries: readonly Dirent[]): boolean {
  if (/(?:^|\/)vendor\/bundle$/.test(directory))
    return entries.some((entry) => entry.isDirectory() && /^j?ruby$/.test(entry.name));
  if (!/(?:^|\/)vendor$/.test(directory)) return false;
  return entries.some((entry) => entry.isFile() && (entry.name === 'modules.txt' || entry.name === 'autoload.php'));
}

function readDirectory(search: Search, directory: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(join(search.root, directory), { withFileTypes: true });
  } catch (error) {
    search.problems.push({
      path: directory === '' ? '.' : directory,
      message: `the directory cannot be read (${errorCode(error) ?? 'unknown error'}); what is in it was not looked at`,
      remedy: 'Give the permission to read it, or exclude it in plimsoll.yaml.',
    });
    return undefined;
  }
}

function surroundingsIn(
  search: Search,
  directory: string,
  top: string,
  around: Surroundings,
  entries: readonly Dirent[],
): Surroundings {
  const has = (name: string) => entries.some((entry) => entry.name === name && entry.isFile());
  const startsChart = has('Chart.yaml') && kindOfName(`${directory}/Chart.yaml`, around.chart)?.kind === 'chart';
  const text = search.useGitIgnore && has('.gitignore') ? readStart(join(search.root, directory, '.gitignore')) : '';
  return {
    ...around,
    ignored: text === '' ? around.ignored : around.ignored.below(directory.slice(top.length), text),
    chart: startsChart ? directory : around.chart,
  };
}

/** Adds a file that is known to be one. */
function take(search: Search, path: string, named: NamedKind, chart: string | undefined): void {
  const { kind } = named;
  if (kind === 'application') {
    if (!isOver(search, 'applicationFiles', search.applicationFiles.size + 1)) search.applicationFiles.add(path);
    return;
  }
  if (kind === 'chart' || kind === 'chart-file') {
    const directory = chart ?? path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const members = search.charts.get(directory);
    if (members) members.push(path);
    else search.charts.set(directory, [path]);
    return;
  }
  if (named.sniff) {
    if (isOver(search, 'sniffed', ++search.sniffed)) return;
    const start = readStart(join(search.root, path));
    if (kind === 'manifest' && named.template) {
      if (looksLike('manifest', start) || looksLike('compose', start)) search.templates.push(path);
      return;
    }
    if (!looksLike(kind === 'dockerfile' ? 'dockerfile' : 'manifest', start)) {
      // A program about Dockerfiles is a source all the same.
      if (isApplicationFile(path.slice(path.lastIndexOf('/') + 1))) take(search, path, { kind: 'application' }, chart);
      return;
    }
  }
  search.files.set(path, { path, kind, template: named.template ?? false });
}

/**
 * Takes links to files that lie in the project and were not found under their own name. An ignore file is in force where the link lies,
 * whatever it leads to.
 */
export function takeLinks(search: Search): void {
  for (const { path, named, chart } of search.links) {
    const place = realPath(join(search.root, path));
    if (place === undefined || !statSync(place, { throwIfNoEntry: false })?.isFile()) continue;
    const inside = insideOf(realPath(search.root) ?? search.root, place);
    if (inside === undefined) {
      search.problems.push({
        path,
        message: 'the link leads out of the project and was not followed',
        remedy: 'Name the file that it points at, if it is to be audited.',
      });
    } else if (named.kind === 'ignore-file' || !(search.files.has(inside) || search.applicationFiles.has(inside)))
      take(search, path, named, chart);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The path relative to the root, or nothing when it lies elsewhere. */
function insideOf(root: string, place: string): string | undefined {
  const path = relative(root, place);
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path) ? undefined : path.split(sep).join('/');
}

/** Takes what a user named: a directory is searched, a file is taken whatever its name is. `place` is absolute. */
export function searchNamed(search: Search, place: string): void {
  const path = relative(search.root, place).split(sep).join('/');
  const stats = statOf(place);
  if (stats === undefined) {
    search.problems.push({ path, message: 'there is no such file or directory', remedy: 'Check the name.' });
    return;
  }
  if (stats.isDirectory()) {
    searchDirectory(search, path);
    return;
  }
  const refusal = refusalOf(search.root, place, stats);
  if (refusal !== undefined) {
    search.problems.push({ path, message: refusal, remedy: 'Name a file of the project.' });
    return;
  }
  const named = kindOfName(path);
  const { kind, template } = named === undefined || named.sniff ? kindOfContent(place, named) : named;
  if (kind === 'application') search.applicationFiles.add(path);
  else if (kind === 'chart') take(search, path, { kind }, undefined);
  else search.files.set(path, { path, kind, template: template ?? false });
}

/** Why a named file is not opened: a pipe or device never ends, and a link may show what is not the project's. */
function refusalOf(root: string, place: string, stats: Stats): string | undefined {
  if (!stats.isFile()) return 'this is no regular file and was not read';
  const isLink = lstatSync(place).isSymbolicLink();
  if (isLink && insideOf(realpathSync(root), realpathSync(place)) === undefined)
    return 'this link leads out of the project and was not followed';
  return undefined;
}

/** What a named file is by its content; a Dockerfile when nothing else fits. */
function kindOfContent(place: string, named: NamedKind | undefined): NamedKind {
  const start = readStart(place);
  if (looksLike('manifest', start)) return { kind: 'manifest' };
  if (looksLike('compose', start)) return { kind: 'compose' };
  return named?.kind === 'manifest' ? { kind: 'manifest' } : { kind: 'dockerfile' };
}

function statOf(place: string) {
  try {
    return statSync(place);
  } catch {
    return undefined;
  }
}

const limitMessages: Readonly<Record<keyof DiscoveryLimits, string>> = {
  entries: 'files and directories were looked at, and the rest was not',
  depth: 'levels of directories were entered, and none below',
  applicationFiles: 'source files were listed, and the rest was not',
  sniffed: 'files were opened to see what they are, and the rest was not',
};

/** Whether a count is beyond its limit; the first time it is told as a problem. */
function isOver(search: Search, limit: keyof DiscoveryLimits, count: number): boolean {
  if (count <= search.limits[limit]) return false;
  if (!search.reached.has(limit)) {
    search.reached.add(limit);
    search.problems.push({
      path: '.',
      message: `${search.limits[limit]} ${limitMessages[limit]}`,
      remedy: 'Audit a smaller directory, or exclude what is not yours in plimsoll.yaml.',
    });
  }
  return true;
}
