import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorCode, exitCodes, UserError } from '../core/errors.ts';
import { harmlessGit } from './harmless-git.ts';

const run = promisify(execFile);

const mostOutput = 256 * 1024 * 1024;

/**
 * The files below a directory that differ from a revision: committed since it left the current branch's history, changed in the work
 * tree, or not tracked and not ignored. Deleted files are left out. Paths are relative to the directory, with forward slashes.
 * @throws UserError when git is missing, the directory is in no repository, or there is no such revision.
 */
export async function changedFiles(directory: string, revision: string): Promise<ReadonlySet<string>> {
  const commit = await commitOf(directory, revision);
  const base = (await tryGit(directory, ['merge-base', commit, 'HEAD'])) ?? commit;
  const [changed, untracked] = await Promise.all([
    git(directory, [
      'diff',
      '--name-only',
      '--no-ext-diff',
      '--no-textconv',
      // Git would ask in each of them, under a configuration of its own.
      '--ignore-submodules=dirty',
      '--no-renames',
      '--diff-filter=d',
      '--relative',
      '-z',
      base.trim(),
      '--',
    ]),
    git(directory, ['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  return new Set([...changed.split('\0'), ...untracked.split('\0')].filter((path) => path !== ''));
}

async function commitOf(directory: string, revision: string): Promise<string> {
  await git(directory, ['rev-parse', '--git-dir']).catch((error) => {
    if (error instanceof UserError) throw error;
    throw new UserError(`${directory} is not in a git repository`, {
      remedy: 'Leave --since out, or run inside of a clone.',
      cause: error,
    });
  });
  const commit = await tryGit(directory, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (commit) return commit.trim();
  throw new UserError(`there is no revision «${revision}» in this repository`, {
    remedy: 'Fetch it first (a CI checkout is often shallow), or name another one.',
  });
}

async function git(directory: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', [...args], {
      cwd: directory,
      env: harmlessGit(directory),
      maxBuffer: mostOutput,
    });
    return stdout;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new UserError('git is needed to find what has changed, and cannot be started', {
      remedy: 'Install git, or leave --since out.',
      exitCode: exitCodes.system,
      cause: error,
    });
  }
}

/** Undefined where git ends with an error. */
async function tryGit(directory: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git(directory, args);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return undefined;
  }
}
