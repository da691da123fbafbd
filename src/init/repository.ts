import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type GitIgnore, gitIgnoreAbove } from '../project/discover-gitignore.ts';
import { harmlessGit } from '../project/harmless-git.ts';
import { readArtifact } from '../project/read-artifact.ts';

/** The files of a repository that git would keep, read on demand. Paths are relative, with forward slashes. */
export interface Repository {
  readonly root: string;
  /** The name of its directory. */
  readonly name: string;
  readonly files: readonly string[];
  has(file: string): boolean;
  /** The text of a file; undefined when it is not there, no text, or too large to be meant. */
  read(file: string): string | undefined;
}

const maximumEntries = 200_000;
const maximumBytes = 4 * 1024 * 1024;
const leftOut = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.hg', '.svn']);

/** No name that a person gives a file, and in a Dockerfile, a manifest or a terminal it would be more than a name. */
const noName = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Opens the directory at an absolute path. Links are not followed; what git ignores is not there. */
export function openRepository(root: string): Repository {
  const files: string[] = [];
  walk(root, '', gitIgnoreAbove(root), files, { left: maximumEntries });
  for (const file of trackedAndIgnored(root)) if (!files.includes(file)) files.push(file);
  return repositoryOf(root, files, (file) => {
    const result = readArtifact(root, file, maximumBytes);
    return result.kind === 'read' ? result.artifact.text : undefined;
  });
}

/** A repository of given files: for tests, and the middle of {@link openRepository}. */
export function repositoryOf(
  root: string,
  files: readonly string[],
  read: (file: string) => string | undefined,
): Repository {
  const known = new Set(files);
  const texts = new Map<string, string | undefined>();
  return {
    root,
    name: path.basename(root) || root,
    files: [...files].sort(),
    has: (file) => known.has(file),
    read(file) {
      if (!known.has(file)) return undefined;
      if (!texts.has(file)) texts.set(file, read(file));
      return texts.get(file);
    },
  };
}

/** The files that lie below a directory, at any depth; '' is the repository itself. */
export function filesBelow({ files }: Pick<Repository, 'files'>, directory: string): readonly string[] {
  return directory === '' ? files : files.filter((file) => file.startsWith(`${directory}/`));
}

/** What was committed although .gitignore covers it, as `cmd/shop` is by a line for the program `shop`: git keeps it. */
function trackedAndIgnored(root: string): string[] {
  if (!isInRepository(root)) return [];
  try {
    const output = execFileSync('git', ['ls-files', '--cached', '--ignored', '--exclude-standard', '-z'], {
      cwd: root,
      env: harmlessGit(root),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    return output
      .split('\0')
      .filter((file) => file !== '' && !noName.test(file) && !file.split('/').some((name) => leftOut.has(name)))
      .filter((file) => lstatSync(path.join(root, file), { throwIfNoEntry: false })?.isFile());
  } catch {
    return [];
  }
}

/** An application may be given by its own directory, and git's lies above it. */
function isInRepository(directory: string): boolean {
  if (existsSync(path.join(directory, '.git'))) return true;
  const above = path.dirname(directory);
  return above !== directory && isInRepository(above);
}

function walk(root: string, directory: string, above: GitIgnore, files: string[], bound: { left: number }): void {
  const entries = readEntries(path.join(root, directory));
  const own = entries.some(({ name }) => name === '.gitignore')
    ? readArtifact(root, join(directory, '.gitignore'))
    : undefined;
  const ignore = own?.kind === 'read' ? above.below(directory, own.artifact.text) : above;
  for (const entry of entries) {
    if (bound.left-- <= 0) return;
    if (noName.test(entry.name)) continue;
    const file = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!leftOut.has(entry.name) && !ignore.ignores(`${file}/`)) walk(root, file, ignore, files, bound);
    } else if (entry.isFile() && !ignore.ignores(file)) files.push(file);
  }
}

function readEntries(place: string) {
  try {
    return readdirSync(place, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** `directory/name`, or the name alone at the root. */
export function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** The directory of a path; '' at the root. */
export function directoryOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

export function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Where in a file something stands: `src/config.js:12`; the path alone when it is not found. */
export function placeIn(file: string, text: string | undefined, what: string | RegExp | number): string {
  const at = typeof what === 'number' ? what : typeof what === 'string' ? text?.indexOf(what) : text?.search(what);
  if (text === undefined || at === undefined || at < 0) return file;
  return `${file}:${text.slice(0, at).split('\n').length}`;
}
