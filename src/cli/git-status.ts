import { execFile, execFileSync } from 'node:child_process';
import { harmlessGit } from '../project/harmless-git.ts';

/**
 * Of files below a directory those that git would lose without a trace: changed and not committed, or not known to git at all. Empty
 * outside of a git repository and without git; what git ignores is nobody's loss.
 * @param paths relative to the directory
 */
export function uncommittedFiles(directory: string, paths: readonly string[]): ReadonlySet<string> {
  const uncommitted = new Set<string>();
  // Command lines have an end.
  for (let at = 0; at < paths.length; at += 500)
    for (const path of statusOf(directory, paths.slice(at, at + 500))) uncommitted.add(path);
  return uncommitted;
}

/** Of paths below a directory those that git tracks, whether they are there or not: ignoring them would change nothing. */
export function trackedFiles(directory: string, paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  const output = git(directory, ['--literal-pathspecs', 'ls-files', '-z', '--', ...paths]);
  return (output ?? '').split('\0').filter((path) => path !== '');
}

function statusOf(directory: string, paths: readonly string[]): string[] {
  const prefix = git(directory, ['rev-parse', '--show-prefix'])?.replace(/\n$/, '');
  if (prefix === undefined) return [];
  const output = git(directory, [
    '--literal-pathspecs',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    // Git would ask in each of them, under a configuration of its own.
    '--ignore-submodules=all',
    '--',
    ...paths,
  ]);
  // From the repository's top, whatever the directory.
  return (output ?? '')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3))
    .flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
}

/** Undefined where git ends with an error, or is not there. */
function git(directory: string, parameters: readonly string[]): string | undefined {
  try {
    return execFileSync('git', argumentsOf(directory, parameters), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer,
      env: harmlessGit(directory),
    });
  } catch {
    return undefined;
  }
}

/**
 * The same, while this process goes on.
 * @param env of `harmlessGit`
 */
export function askGit(
  directory: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', argumentsOf(directory, parameters), { encoding: 'utf8', maxBuffer, env }, (error, output) =>
      resolve(error === null ? output : undefined),
    );
  });
}

const maxBuffer = 1 << 28;

function argumentsOf(directory: string, parameters: readonly string[]): string[] {
  return ['-C', directory, '--no-optional-locks', ...parameters];
}
