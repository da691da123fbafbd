import type { FileChange } from './cause.ts';
import type { ContextLeaf } from './context-tree.ts';
import type { ExplainContext } from './explain.ts';
import type { Commit } from './git-commits.ts';
import { needlessFile } from './needless-file.ts';
import type { CommitBuild } from './replay.ts';
import { differingLeaves, type Sources } from './selection.ts';

interface TwoSelections {
  readonly before: CommitBuild;
  readonly after: CommitBuild;
  readonly was: Sources;
  readonly is: Sources;
}

/** The files that differ between what an instruction took and what it takes; those that a build needs come first. */
export function changedFiles(
  { before, after, was, is }: TwoSelections,
  { history, build }: ExplainContext,
): readonly FileChange[] {
  if (before.context === undefined || after.context === undefined) return [];
  const above = build.context === '' ? '' : `${build.context}/`;
  const rawAt = (commit: Commit, path: string) => entryAt(history.trees, commit.tree, `${above}${path}`);
  const changes: FileChange[] = [];
  const add = (path: string, change: FileChange['change']) => {
    const ignored =
      (change === 'added' || change === 'removed') &&
      rawAt(before.commit, path) !== undefined &&
      rawAt(before.commit, path) === rawAt(after.commit, path);
    const needless = needlessFile(path);
    const commit = ignored ? undefined : lastChange(history, before.commit, after.commit, `${above}${path}`);
    changes.push({
      path: `${above}${path}`,
      change,
      ...(ignored && { byIgnoreFile: true as const }),
      ...(needless !== undefined && { needless }),
      ...(commit && { commit }),
    });
  };
  for (const [known, leaf] of differingLeaves(before.context, was, after.context, is)) {
    if (known && leaf) add(leaf.path, kindOfChange(known, leaf));
    else if (leaf) add(leaf.path, 'added');
    else if (known) add(known.path, 'removed');
  }
  return changes.sort((one, other) => Number(one.needless !== undefined) - Number(other.needless !== undefined));
}

function kindOfChange(before: ContextLeaf, after: ContextLeaf): FileChange['change'] {
  if (before.kind === 'symlink' && after.kind === 'symlink') return 'link';
  if (before.kind === after.kind) return 'content';
  const isFile = ({ kind }: ContextLeaf) => kind === 'file' || kind === 'executable';
  if (!isFile(before) || !isFile(after)) return 'kind';
  const contentOf = ({ digest }: ContextLeaf) => digest.slice(digest.indexOf(' '));
  return contentOf(before) === contentOf(after) ? 'mode' : 'content';
}

/** Kind and id of what a root tree has at a path. */
function entryAt(trees: ExplainContext['history']['trees'], rootTree: string, path: string): string | undefined {
  let tree = rootTree;
  const parts = path.split('/');
  for (const [at, part] of parts.entries()) {
    const entry = trees.entries(tree).find(({ name }) => name === part);
    if (entry === undefined) return undefined;
    if (at === parts.length - 1) return `${entry.kind} ${entry.id}`;
    tree = entry.id;
  }
  return undefined;
}

/** The last commit between two that gave a path what it has now. */
export function lastChange(
  { commits, trees }: ExplainContext['history'],
  from: Commit,
  to: Commit,
  path: string,
): Commit | undefined {
  const first = commits.findIndex(({ id }) => id === from.id);
  for (let at = commits.findIndex(({ id }) => id === to.id); at > first && at > 0; at--) {
    const [commit, earlier] = [commits[at], commits[at - 1]];
    if (commit && earlier && entryAt(trees, commit.tree, path) !== entryAt(trees, earlier.tree, path)) return commit;
  }
  return undefined;
}
