import type { InstallInputs, ProjectFiles } from '../install-inputs.ts';
import { memberManifests } from '../internal/workspace-members.ts';
import { hasFlag, type PackageCommand } from '../package-command.ts';

/** What pip, Pipenv, Poetry and uv read when they install what a project lists. */
export function pythonInputs(
  command: PackageCommand,
  files: ProjectFiles | undefined,
  release?: string,
): InstallInputs | undefined {
  switch (command.tool) {
    case 'pip':
      return pipInputs(command, files);
    case 'uv':
      return command.subcommand?.value === 'sync' ? uvInputs(command, files, release) : pipInputs(command, files);
    case 'pipenv':
      return pipenvInputs(files);
    case 'poetry':
      return poetryInputs(command, files);
    default:
      return undefined;
  }
}

/** The requirements files named, with those that they include. */
function pipInputs(command: PackageCommand, files: ProjectFiles | undefined): InstallInputs | undefined {
  const named = command.packages.filter(({ kind }) => kind === 'requirements-file' || kind === 'constraint-file');
  if (named.length === 0 || !named.every(({ word, name }) => word.literal && !/[*?[{]|^(?:https?|\/)/.test(name)))
    return undefined;
  if (!command.packages.every(({ kind }) => kind === 'registry' || kind.endsWith('-file'))) return undefined;
  const start = named.map(({ name }) => name.replace(/^\.\//, ''));
  if (start.some((name) => name.startsWith('../'))) return undefined;
  if (files === undefined)
    return {
      files: start,
      fills: [],
      questions: [`Does ${start.join(' or ')} name no other file and nothing of the sources (-r, -c, -e ., a path)?`],
    };
  const closure = new Set<string>();
  const reason = start.map((name) => followRequirements(files, name, closure)).find(Boolean);
  const missing = [...closure].find((name) => !files.paths.includes(name));
  if (missing !== undefined) return undefined;
  return { files: [...closure], fills: [], questions: [], ...(reason !== undefined && { needsSources: reason }) };
}

/** Adds a requirements file and those that it includes; says why it needs the sources. https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
export function followRequirements(files: ProjectFiles, path: string, closure: Set<string>): string | undefined {
  if (closure.has(path) || closure.size > 50) return undefined;
  closure.add(path);
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  for (const line of (files.read(path) ?? '').replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const text = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (text === '') continue;
    const include = /^(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)$/.exec(text)?.[1];
    if (include !== undefined) {
      if (/^(?:https?:|\/|\.\.)/.test(include)) {
        if (!/^https?:/.test(include)) return `${path} includes ${include}`;
        continue;
      }
      const reason = followRequirements(files, directory + include.replace(/^\.\//, ''), closure);
      if (reason !== undefined) return reason;
    } else if (
      /^(?:-e|--editable)\b/.test(text) ||
      /^(?:\.|\/|file:)/.test(text) ||
      / @ file:/.test(text) ||
      /\.(?:whl|tar\.gz|zip)$/.test(text)
    )
      return `${path} has «${text.slice(0, 60)}»`;
    else if (/^(?:-f|--find-links)[ =]?\s*(?!https?:)/.test(text)) return `${path} has «${text.slice(0, 60)}»`;
  }
  return undefined;
}

function pipenvInputs(files: ProjectFiles | undefined): InstallInputs | undefined {
  if (files === undefined)
    return {
      files: ['Pipfile', 'Pipfile.lock*'],
      fills: [],
      questions: ['Does the Pipfile name nothing of the sources (path, editable)?'],
    };
  const text = files.read('Pipfile');
  if (text === undefined) return undefined;
  return {
    files: ['Pipfile', 'Pipfile.lock'].filter((name) => files.paths.includes(name)),
    fills: ['.venv'],
    questions: [],
    ...(/\b(?:path|file|editable)\s*=/.test(text) && { needsSources: 'the Pipfile names a package of the repository' }),
  };
}

/** Poetry and uv install the project itself, too: first all but it, then it. */
function poetryInputs(command: PackageCommand, files: ProjectFiles | undefined): InstallInputs | undefined {
  const text = files?.read('pyproject.toml');
  if (files !== undefined && text === undefined) return undefined;
  const isWithoutRoot = hasFlag(command, 'no-root') || /^package-mode\s*=\s*false/m.test(text ?? '');
  return {
    files: present(files, ['pyproject.toml', 'poetry.lock', 'poetry.toml'], ['pyproject.toml', 'poetry.lock*']),
    fills: ['.venv'],
    questions:
      files === undefined
        ? ['Does pyproject.toml name nothing of the sources (a path dependency, a script of the build)?']
        : [],
    ...(/\bpath\s*=\s*["']|\bdevelop\s*=/.test(text ?? '') && {
      needsSources: 'pyproject.toml names a package of the repository',
    }),
    ...(!isWithoutRoot && { option: '--no-root', again: 'same' }),
  };
}

function uvInputs(
  command: PackageCommand,
  files: ProjectFiles | undefined,
  release: string | undefined,
): InstallInputs | undefined {
  const text = files?.read('pyproject.toml');
  if (files !== undefined && (text === undefined || !files.paths.includes('uv.lock'))) return undefined;
  const isLocked = command.frozen;
  const questions = [
    ...(files === undefined ? ['Does pyproject.toml name nothing of the sources (a workspace, a path)?'] : []),
    ...(isLocked ? [] : ['Is uv.lock up to date, so that uv does not have to build the project to resolve it?']),
    ...(release === undefined ||
    knowsNoInstall(release) ||
    hasFlag(command, 'no-install-project', 'no-install-workspace')
      ? []
      : [
          `Is the uv of this build 0.3.3 or newer, so that it knows --no-install-project and --no-install-workspace? The Dockerfile names ${release}.`,
        ]),
  ];
  const beside = present(
    files,
    ['pyproject.toml', 'uv.lock', '.python-version', 'uv.toml'],
    ['pyproject.toml', 'uv.lock'],
  );
  const workspace = files === undefined ? undefined : workspaceOf(text ?? '');
  if (files !== undefined && workspace !== undefined)
    return uvWorkspace(command, files, text ?? '', workspace, beside, questions);
  const isWithoutProject = hasFlag(command, 'no-install-project') || /^package\s*=\s*false/m.test(text ?? '');
  const reason = namesPath.test(text ?? '')
    ? 'pyproject.toml names packages of the repository'
    : !hasFlag(command, 'frozen') && isBuiltToCheck(text ?? '', files?.read('uv.lock') ?? '')
      ? 'uv builds the project to hold what is dynamic in it against uv.lock'
      : undefined;
  return {
    files: beside,
    fills: ['.venv'],
    questions,
    ...(reason !== undefined && { needsSources: reason }),
    ...(!isWithoutProject && { option: '--no-install-project', again: 'same' }),
  };
}

/**
 * What `uv sync --locked` reads beside pyproject.toml and uv.lock: nothing; the sources, to hold dynamic metadata against the lock file, which `--frozen`
 * leaves out; or the sources in any case, as packages of the repository are installed.
 */
export function sourcesOfUv(manifest: string, lock: string): 'none' | 'to check' | 'to install' {
  if (workspaceOf(manifest) !== undefined || namesPath.test(manifest)) return 'to install';
  return isBuiltToCheck(manifest, lock) ? 'to check' : 'none';
}

/**
 * Whether uv may build the project for what `dynamic` names before it trusts the lock file. From 0.6.0 on it does not for the version, which its lock file
 * then leaves out; up to 0.5.24 it did, and failed without the sources. Requirements that are dynamic are read from the sources by every release.
 */
function isBuiltToCheck(manifest: string, lock: string): boolean {
  const mentions = manifest.match(/\bdynamic["']?[ \t]*=/g)?.length ?? 0;
  const listed = [...manifest.matchAll(/^[ \t]*["']?dynamic["']?[ \t]*=[ \t]*\[([^\]#]*)\]/gm)];
  if (listed.length < mentions) return true;
  const names = listed.flatMap(([, list = '']) => list.split(',').map((name) => name.replace(/["'\s]/g, '')));
  return names.some((name) => (name === 'version' ? !leavesOutVersion(lock) : name !== '' && !neverResolved.has(name)));
}

/** What of a project's metadata no resolution reads. */
const neverResolved = new Set(['authors', 'classifiers', 'description', 'keywords', 'license', 'readme', 'urls']);

/** Of the project itself, which lies where the lock file does. */
function leavesOutVersion(lock: string): boolean {
  return lock.split('[[package]]').some((entry) => ownEntry.test(entry) && !/^version[ \t]*=/m.test(entry));
}

const ownEntry = /^source[ \t]*=[ \t]*\{[ \t]*(?:editable|virtual)[ \t]*=[ \t]*"\."[ \t]*\}/m;

const namesPath = /\bpath["']?\s*=\s*["']|\bworkspace["']?\s*=\s*true/;

/** uv 0.2.37 stops at these options, 0.3.3 has them. Where the patch is not written, the first is meant. */
function knowsNoInstall(release: string): boolean {
  const [major = 0, minor = 0, patch = 0] = release.split('.').map(Number);
  return major > 0 || minor > 3 || (minor === 3 && patch >= 3);
}

/**
 * The patterns of the members of a workspace: undefined for a project without one, 'unknown' where it is written in any other way than as a table
 * with a plain list of members alone. Linear time, so line by line.
 */
function workspaceOf(text: string): readonly string[] | 'unknown' | undefined {
  const lines = text.split(/\r?\n/).filter((line) => !/^[ \t]*#/.test(line));
  const start = lines.findIndex((line) => /^[ \t]*\[tool\.uv\.workspace\][ \t]*(?:#.*)?$/.test(line));
  if (lines.some((line, at) => at !== start && mentionsWorkspace(line))) return 'unknown';
  if (start === -1) return undefined;
  const end = lines.findIndex((line, at) => at > start && /^[ \t]*\[/.test(line));
  const table = lines
    .slice(start + 1, end === -1 ? undefined : end)
    .join('\n')
    .trim();
  // What is left out may be part of a pattern, so nothing stands beside the members.
  const listed = /^members[ \t]*=[ \t]*\[([^\]#]*)\](?:[ \t]*#.*)?$/.exec(table)?.[1];
  if (listed === undefined) return 'unknown';
  const items = listed.split(',').map((item) => item.trim());
  if (items.at(-1) === '') items.pop();
  const patterns = items.map((item) => /^(["'])([^"']+)\1$/.exec(item)?.[2]);
  return patterns.every((pattern) => pattern !== undefined) ? patterns : 'unknown';
}

/** `workspace = { … }`, `uv.workspace.members = …`, `[ tool."uv".workspace ]`; not the `workspace = true` of a source. */
function mentionsWorkspace(line: string): boolean {
  const plain = line.replace(/[\s"']/g, '');
  return /^\[+tool\.uv\.workspace\b/.test(plain) || /(?:^|[.{,])workspace(?:\.|=(?!true|false))/.test(plain);
}

/**
 * https://docs.astral.sh/uv/concepts/projects/workspaces/: one lock file for all members, whose manifests uv holds against it unless it is frozen. Which of
 * them are installed is said by what the root, or the one that is asked for, depends on; none of them is at first.
 */
function uvWorkspace(
  command: PackageCommand,
  files: ProjectFiles,
  text: string,
  patterns: readonly string[] | 'unknown',
  beside: readonly string[],
  questions: readonly string[],
): InstallInputs {
  const manifests = patterns === 'unknown' ? undefined : memberManifests(files, patterns, 'pyproject.toml');
  const read = [text, ...(manifests ?? []).map((path) => files.read(path) ?? '')];
  const mayBuild = !hasFlag(command, 'frozen') && read.some((each) => /^[ \t]*["']?dynamic["']?[ \t]*=/m.test(each));
  const reason =
    manifests === undefined
      ? 'where the members of its workspace lie is not plain'
      : read.some((each) => /\bpath["']?\s*=\s*["']/.test(each))
        ? 'pyproject.toml names packages of the repository'
        : mayBuild
          ? 'uv may build a member to hold what is dynamic in it against uv.lock'
          : undefined;
  return {
    files: [...beside, ...(manifests ?? [])],
    fills: ['.venv'],
    questions,
    ...(reason !== undefined && { needsSources: reason }),
    ...(!hasFlag(command, 'no-install-workspace') && { option: '--no-install-workspace', again: 'same' }),
  };
}

function present(
  files: ProjectFiles | undefined,
  names: readonly string[],
  patterns: readonly string[],
): readonly string[] {
  return files === undefined ? patterns : names.filter((name) => files.paths.includes(name));
}
