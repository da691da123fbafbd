import type { RunReference } from '../core/trend-report.ts';

/** What is in no commit is not said to be in one. */
export function commitText({ commit, at, dirty }: Pick<RunReference, 'commit' | 'at' | 'dirty'>): string {
  if (commit === undefined) return `the run of ${at.slice(0, 10)}`;
  return `${dirty ? 'uncommitted changes on' : 'commit'} ${shortCommit(commit)}`;
}

/** So many digits as tell commits apart. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
