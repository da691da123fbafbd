import { type Commit, type CommitQuery, readCommits } from './git-commits.ts';
import { openGitObjects } from './git-objects.ts';
import { readTrees, type Trees } from './git-trees.ts';
import { openGit } from './run-git.ts';

/** A stretch of history whose trees are in memory. Nothing was checked out. */
export interface History {
  /** The top of the work tree, or the git directory of a repository that has none. */
  readonly top: string;
  /** From the top to the directory that was asked about, with a slash behind it; '' for the top itself. */
  readonly prefix: string;
  /** Oldest first. */
  readonly commits: readonly Commit[];
  readonly shallow: boolean;
  /** Whether the oldest commit is the repository's first. */
  readonly whole: boolean;
  /** The trees of these commits with all below them, and the targets of their links. */
  readonly trees: Trees;
  /** Texts of blobs by id; what is no text or larger than 8 MB is absent. Ask for all at once. */
  texts(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Ends the child process. */
  close(): void;
}

/**
 * Reads the commits and their trees. {@link History.close} must be called.
 * @throws UserError where git is missing, there is no repository or commit, or the clone is not whole.
 */
export async function openHistory(
  directory: string,
  query: CommitQuery,
  onProgress: (step: string) => void = () => {},
): Promise<History> {
  const git = openGit(directory);
  onProgress('reading the history');
  const range = await readCommits(git, query);
  const objects = openGitObjects(git);
  try {
    const trees = readTrees(objects);
    onProgress(`reading the files of ${range.commits.length} commits`);
    await trees.load(range.commits.map(({ tree }) => tree));
    return {
      ...range,
      trees,
      async texts(ids) {
        const read = await Promise.all([...new Set(ids)].map(async (id) => [id, await objects.read(id)] as const));
        return new Map(
          read.flatMap(([id, bytes]) =>
            bytes === undefined || bytes.includes(0) ? [] : [[id, bytes.toString('utf8')]],
          ),
        );
      },
      close: () => objects.close(),
    };
  } catch (error) {
    objects.close();
    throw error;
  }
}
