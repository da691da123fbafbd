import { UserError } from '../../core/errors.ts';
import type { Git } from './run-git.ts';

/** One commit, as far as a build cares. */
export interface Commit {
  readonly id: string;
  /** The root tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  /** Seconds since 1970, of the committer. */
  readonly time: number;
  /** The first line of the message, as written by whoever: control characters are not taken out. */
  readonly subject: string;
}

/** A stretch of a repository's history. */
export interface CommitRange {
  /** The top of the work tree, or the git directory of a repository that has none. */
  readonly top: string;
  /** From the top to the directory that was asked about, with a slash behind it; '' for the top itself. */
  readonly prefix: string;
  /** Oldest first. */
  readonly commits: readonly Commit[];
  /** The clone was cut off: what came before its oldest commit is not there. */
  readonly shallow: boolean;
  /** Whether the oldest commit is the repository's first, so that nothing came before it. */
  readonly whole: boolean;
}

export interface CommitQuery {
  /** What the newest commit is; `HEAD` when not given. */
  readonly revision?: string;
  /** At most this many commits, the newest. */
  readonly most: number;
  /** Also the commits that merges brought in; else only first parents are followed. */
  readonly everyParent?: boolean;
  /** Only what this revision does not have, and the revision itself. */
  readonly since?: string;
}

const fields = ['%H', '%T', '%P', '%ct', '%s'];

/**
 * The last commits up to a revision.
 * @throws UserError where git is missing, the directory is in no repository, or there is no such revision.
 */
export async function readCommits(git: Git, query: CommitQuery): Promise<CommitRange> {
  const { top, prefix } = await repositoryOf(git);
  const newest = await resolveCommit(git, query.revision ?? 'HEAD');
  const since = query.since === undefined ? undefined : await resolveCommit(git, query.since);
  const newer = await log(git, [
    `--max-count=${query.most}`,
    ...(query.everyParent ? ['--topo-order'] : ['--first-parent']),
    newest,
    ...(since === undefined ? [] : [`^${since}`]),
  ]);
  const commits = since === undefined ? newer : [...(await log(git, ['--max-count=1', since])), ...newer];
  return {
    top,
    prefix,
    commits,
    shallow: (await git.ask('rev-parse', '--is-shallow-repository'))?.trim() === 'true',
    whole: commits[0]?.parents.length === 0,
  };
}

/** The full id of a commit. @throws UserError where there is none of that name. */
export async function resolveCommit(git: Git, revision: string): Promise<string> {
  const id = await git.ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  if (id !== undefined) return id.trim();
  if (revision === 'HEAD')
    throw new UserError('this repository has no commit yet', {
      where: git.directory,
      remedy: 'Commit something first.',
    });
  throw new UserError(`there is no commit «${revision}» in this repository`, {
    where: git.directory,
    remedy: 'Fetch it first (a CI checkout is often shallow), or name another one.',
  });
}

async function log(git: Git, parameters: readonly string[]): Promise<Commit[]> {
  const format = `--format=${fields.join('%x00')}`;
  const output = await git.ask('log', '-z', '--no-show-signature', '--no-color', format, ...parameters, '--');
  if (output !== undefined) return commitsFrom(output).reverse();
  throw new UserError('git could not read the history: some of its commits are not there', {
    remedy: 'Fetch them: git fetch --unshallow, or git fetch --refetch in a partial clone.',
  });
}

async function repositoryOf(git: Git): Promise<Pick<CommitRange, 'top' | 'prefix'>> {
  const top = await git.ask('rev-parse', '--show-toplevel');
  if (top !== undefined && top.trim() !== '') {
    const prefix = await git.ask('rev-parse', '--show-prefix');
    return { top: withoutLineEnd(top), prefix: withoutLineEnd(prefix ?? '') };
  }
  const bare = await git.ask('rev-parse', '--absolute-git-dir');
  if (bare !== undefined) return { top: withoutLineEnd(bare), prefix: '' };
  throw new UserError(`${git.directory} is not in a git repository`, {
    remedy: 'Run inside of a clone: the history says what each build would have had.',
  });
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function commitsFrom(log: string): Commit[] {
  const values = log.split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + fields.length <= values.length; at += fields.length) {
    const [id = '', tree = '', parents = '', time = '', subject = ''] = values.slice(at, at + fields.length);
    if (id === '') break;
    commits.push({ id, tree, parents: parents === '' ? [] : parents.split(' '), time: Number(time), subject });
  }
  return commits;
}
