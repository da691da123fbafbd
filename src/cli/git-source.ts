import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { RunSource } from '../core/history.ts';
import { repositoryTop } from '../project/repository-top.ts';
import { ciBranch } from './ci-branch.ts';
import { git, uncommittedFiles } from './git-status.ts';

/**
 * The commit and branch of a directory's work tree; nothing outside of a git repository and without git.
 * @param found where something was found, relative to the directory: what is there in a file that git does not know came with no commit
 */
export function sourceOf(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
  found: readonly string[] = [],
): RunSource {
  // https://git-scm.com/docs/git-status#_branch_headers
  const lines = git(directory, [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=no',
    '--ignore-submodules=all',
  ])?.split('\n');
  const header = (name: string) => lines?.find((line) => line.startsWith(`# branch.${name} `))?.slice(10 + name.length);
  const commit = header('oid');
  const head = header('head');
  const told = ciBranch(environment);
  // What a fork calls `main` may have been checked out under that name.
  const isTold = head === '(detached)' || (head !== undefined && head === told.foreign);
  return {
    commit: commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined,
    branch: isTold ? told.branch : head,
    dirty:
      lines !== undefined &&
      (lines.some((line) => line !== '' && !line.startsWith('#')) ||
        uncommittedFiles(directory, [...new Set(found)].filter(isBelow)).size > 0),
  };
}

/** Git refuses to say anything where one of many is not. */
function isBelow(file: string): boolean {
  return !path.isAbsolute(file) && !path.normalize(file).startsWith('..');
}

/** The branches that a run may be held against. */
export interface BaseBranches {
  /** The one that the pull request goes into; undefined where there is none. */
  readonly target: string | undefined;
  /** Where that one has no history, the likeliest first. */
  readonly others: readonly string[];
}

/**
 * The branch that the pull request goes into, as the CI system says; and, as most histories are of that one alone, the default branch, as the remote `origin` or the
 * CI system tells it, else `main` or `master`.
 */
export function baseBranches(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): BaseBranches {
  const { target, defaultBranch } = ciBranch(environment);
  // Set by `git clone`: https://git-scm.com/docs/git-clone#_description
  const head = plainGit(directory, ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']);
  const ofRemote = head?.replace(/^origin\//, '') ?? defaultBranch;
  return { target, others: ofRemote === undefined ? ['main', 'master'] : [ofRemote] };
}

/**
 * What a directory's project is called in a history: its git remote `origin` without scheme, credentials and `.git`, with the path below the repository's
 * top; the directory's name where there is none.
 */
export function projectName(directory: string): string {
  const url = plainGit(directory, ['config', '--get', 'remote.origin.url']);
  const remote = url === undefined ? undefined : remoteName(url);
  if (remote === undefined) return path.basename(directory) || directory;
  const real = realpathSync(directory);
  const prefix = path
    .relative(repositoryTop(real) ?? real, real)
    .split(path.sep)
    .join('/');
  return prefix === '' ? remote : `${remote}/${prefix}`;
}

/** `github.com/acme/shop` of `https://user:token@github.com/acme/shop.git` and `git@github.com:acme/shop.git`; undefined for a path. */
export function remoteName(url: string): string | undefined {
  const [, host = '', file = ''] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/@:]+)(?::\d+)?\/+(.+)$/i.exec(url) ??
    /^(?:[^/@:]+@)?([^/@:]{2,}):(?!\/\/)\/*(.+)$/.exec(url) ??
    [];
  const name = file
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return host === '' || name === '' || name.includes('@') ? undefined : `${host.toLowerCase()}/${name}`;
}

/** For questions that start no program of the repository's choice. */
function plainGit(directory: string, parameters: readonly string[]): string | undefined {
  try {
    const output = execFileSync('git', ['-C', directory, ...parameters], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}
