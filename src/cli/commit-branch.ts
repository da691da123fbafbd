import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeArtifact } from '../core/artifact.ts';
import { UserError } from '../core/errors.ts';
import type { ChangedFile } from '../core/fix-report.ts';
import { printable } from '../core/printable.ts';
import { harmlessGit } from '../project/harmless-git.ts';
import { trackedFiles, uncommittedFiles } from './git-status.ts';

/** A branch that was made, or that is there already with just these changes. */
export interface CommittedBranch {
  readonly commit: string;
  readonly isNew: boolean;
}

/**
 * Commits the changes of files on top of HEAD as a new branch. Neither the working tree nor the index is touched, no hook and no filter of the repository
 * runs, and the branch is made last: what is interrupted leaves nothing behind.
 * @throws UserError where there is no repository or commit, the branch is another one already, or a file is not committed as it was read
 */
export function commitBranch(
  root: string,
  branch: string,
  files: readonly ChangedFile[],
  message: string,
): CommittedBranch {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-index-'));
  const git = gitIn(root, path.join(directory, 'index'));
  try {
    if (git.try('rev-parse', '--verify', '--quiet', 'HEAD^{commit}') === undefined)
      throw new UserError('there is no git repository with a commit here', {
        where: root,
        remedy: 'Write the files with --write, or a patch with --patch FILE.',
      });
    if (branch.startsWith('-') || git.try('check-ref-format', `refs/heads/${branch}`) === undefined)
      throw new UserError(`«${printable(branch)}» is no name of a branch`);
    const paths = files.map((file) => file.path);
    refuseUncommitted(root, paths);
    const prefix = git.run(undefined, 'rev-parse', '--show-prefix').replace(/\n$/, '');
    git.run(undefined, 'read-tree', 'HEAD');
    for (const file of files) stage(git, `${prefix}${file.path}`, file);
    const tree = git.run(undefined, 'write-tree').trim();
    const head = git.run(undefined, 'rev-parse', 'HEAD').trim();
    const known = git.try('rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`)?.trim();
    if (known !== undefined) {
      const same =
        git.try('rev-parse', `${known}^{tree}`)?.trim() === tree && git.try('rev-parse', `${known}^`)?.trim() === head;
      if (same) return { commit: known, isNew: false };
      throw new UserError(`there is a branch «${printable(branch)}» already, with something else`, {
        remedy: `Give another name, or delete it: git branch -D ${branch}`,
      });
    }
    const commit = git.run(message, 'commit-tree', tree, '-p', head, '-F', '-').trim();
    git.run(undefined, 'update-ref', `refs/heads/${branch}`, commit, '0'.repeat(commit.length));
    return { commit, isNew: true };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What was read must be what HEAD has: the branch would hold other people's unfinished work. */
function refuseUncommitted(root: string, paths: readonly string[]): void {
  const tracked = new Set(trackedFiles(root, paths));
  const dirty = uncommittedFiles(root, paths);
  const refused = paths.filter((each) => dirty.has(each) || !tracked.has(each));
  if (refused.length === 0) return;
  throw new UserError(`what is in ${refused.map(printable).join(', ')} is not committed`, {
    remedy: 'Commit it first, or write the changes into the files with --write --allow-dirty.',
  });
}

interface Git {
  /** @throws UserError with git's reason */
  run(input: string | Uint8Array | undefined, ...parameters: readonly string[]): string;
  /** Undefined where git ends with an error. */
  try(...parameters: readonly string[]): string | undefined;
}

function gitIn(root: string, index: string): Git {
  const env = { ...harmlessGit(root), GIT_INDEX_FILE: index };
  const call = (input: string | Uint8Array | undefined, parameters: readonly string[]) =>
    execFileSync('git', ['-C', root, '--literal-pathspecs', ...parameters], {
      encoding: 'utf8',
      env,
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input !== undefined && { input }),
    });
  return {
    run(input, ...parameters) {
      try {
        return call(input, parameters);
      } catch (cause) {
        throw new UserError(`git ${parameters[0]} failed: ${reasonOf(cause)}`, { where: root, exitCode: 3, cause });
      }
    },
    try(...parameters) {
      try {
        return call(undefined, parameters);
      } catch {
        return undefined;
      }
    },
  };
}

function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said =
    lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines[0] ?? (error instanceof Error ? error.message : '');
  return printable(said.slice(0, 300));
}

/** Puts the new text of a file into the index, with the line ends that git keeps. */
function stage(git: Git, place: string, file: ChangedFile): void {
  const entry = /^(\d{6}) blob /.exec(git.run(undefined, 'ls-tree', '--full-tree', 'HEAD', '--', place));
  if (entry?.[1] === undefined || entry[1] === '120000')
    throw new UserError('this file is a link, or not a file of the repository', {
      where: printable(file.path),
      remedy: 'Write it with --write.',
    });
  const blob = git.run(encodeArtifact(file.after), 'hash-object', '-w', `--path=${place}`, '--stdin').trim();
  git.run(undefined, 'update-index', '--cacheinfo', `${entry[1]},${blob},${place}`);
}
