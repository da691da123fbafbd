import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { RunSource } from '../core/history.ts';
import { harmlessGitAndOrigin } from '../project/harmless-git.ts';
import { repositoryTop } from '../project/repository-top.ts';
import { ciBranch } from './ci-branch.ts';
import { askGit, uncommittedFiles } from './git-status.ts';

/** What git is asked of a work tree, and tells while the process goes on. */
export interface AskedSource {
  /** What the directory's project is called, as {@link projectName} says. */
  project(): string;
  /**
   * The commit and branch; nothing outside of a git repository and without git.
   * @param found where something was found, relative to the directory: what is there in a file that git does not know came with no commit
   */
  of(found: readonly string[]): Promise<RunSource>;
}

/** Asks git, and waits for nothing. */
export function askSource(directory: string, environment: Readonly<Record<string, string | undefined>>): AskedSource {
  const { status, tracked, origin } = askWorkTree(directory);
  return {
    project: () => nameOf(directory, origin),
    async of(found) {
      const lines = (await status)?.split('\n');
      const header = (name: string) =>
        lines?.find((line) => line.startsWith(`# branch.${name} `))?.slice(10 + name.length);
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
          (lines.some((line) => line !== '' && !line.startsWith('#')) || hasUnknown(directory, found, await tracked)),
      };
    },
  };
}

function askWorkTree(directory: string) {
  const none = Promise.resolve(undefined);
  let git: ReturnType<typeof harmlessGitAndOrigin>;
  try {
    git = harmlessGitAndOrigin(directory);
  } catch {
    return { status: none, tracked: none, origin: undefined };
  }
  const { env, origin } = git;
  // https://git-scm.com/docs/git-status#_branch_headers
  const status = ['status', '--porcelain=v2', '--branch', '--untracked-files=no', '--ignore-submodules=all'];
  return {
    status: askGit(directory, status, env),
    tracked: askGit(directory, ['ls-files', '-z'], env),
    origin,
  };
}

/**
 * Whether one of the places where something was found is a file that git does not know: that came with no commit.
 * @param tracked as `git ls-files -z` tells; undefined where it does not
 */
function hasUnknown(directory: string, found: readonly string[], tracked: string | undefined): boolean {
  const known = new Set(tracked?.split('\0'));
  const unknown = [...new Set(found)].filter((file) => isBelow(file) && !known.has(file));
  return unknown.length > 0 && uncommittedFiles(directory, unknown).size > 0;
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
  return nameOf(directory, plainGit(directory, ['config', '--get', 'remote.origin.url']));
}

function nameOf(directory: string, url: string | undefined): string {
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
