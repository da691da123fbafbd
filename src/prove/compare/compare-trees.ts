import type { TreeComparison, TreeDifference } from '../../core/evidence.ts';
import { printable } from '../../core/printable.ts';
import type { FileSystemView, ImageFile } from '../../image/image-analysis.ts';
import { noiseOf } from './noise.ts';
import { differencesOf, type FoundDifference, type TreeAspect } from './tree-differences.ts';

/** What one fix says that it changes in the final file tree. */
export interface Declaration {
  /** The fix's rule. */
  readonly by: string;
  /** Those of the aspects that the fix declares of this path. */
  covers(difference: FoundDifference): ReadonlySet<TreeAspect>;
}

/** The file systems that containers of the three images see. */
export interface ComparedTrees {
  readonly original: FileSystemView;
  /** Of another build of the original; undefined where there is none: then nothing is noise. */
  readonly again: FileSystemView | undefined;
  readonly repaired: FileSystemView;
}

/** So many are listed. */
export const mostDifferences = 500;

/**
 * Compares final file trees by path, kind, mode, owner, content and link target. What two builds of the original do not have alike, either, is noise; what
 * a fix declares is declared; all else is undeclared. An aspect counts by itself: a log with another content (noise) and another owner is a difference of
 * the owner.
 */
export function compareTrees(trees: ComparedTrees, declarations: readonly Declaration[]): TreeComparison {
  const noise = noiseOf(trees.original, trees.again);
  const counts = { declared: 0, noise: 0, undeclared: 0 };
  const listed: TreeDifference[] = [];
  const found = differencesOf(trees.original, trees.repaired);
  for (const difference of found) {
    const placed = placeDifference(difference, noise(difference), declarations);
    counts[placed.standing] += 1;
    listed.push(placed);
  }
  listed.sort(byWeight);
  return {
    same: sameOf(trees, found),
    ...counts,
    differences: listed.slice(0, mostDifferences),
    omitted: Math.max(0, listed.length - mostDifferences),
  };
}

function sameOf({ original }: ComparedTrees, found: readonly FoundDifference[]): number {
  return original.size - found.filter(({ before }) => before !== undefined).length;
}

function placeDifference(
  difference: FoundDifference,
  noisy: ReadonlySet<TreeAspect>,
  declarations: readonly Declaration[],
): TreeDifference {
  let left = difference.differs.filter((aspect) => !noisy.has(aspect));
  if (left.length === 0) return placed(difference, difference.differs, 'noise', undefined);
  const rest = left;
  let by: string | undefined;
  for (const declaration of declarations) {
    const covered = declaration.covers(difference);
    const remaining = left.filter((aspect) => !covered.has(aspect));
    if (remaining.length === left.length) continue;
    by ??= declaration.by;
    left = remaining;
    if (left.length === 0) return placed(difference, rest, 'declared', by);
  }
  return placed(difference, left, 'undeclared', undefined);
}

function placed(
  { path, change, before, after }: FoundDifference,
  differs: readonly TreeAspect[],
  standing: TreeDifference['standing'],
  by: string | undefined,
): TreeDifference {
  return {
    path: printable(path),
    change,
    differs: change === 'changed' ? differs : [],
    bytes: Math.max(bytesOf(before), bytesOf(after)),
    standing,
    by,
  };
}

function bytesOf(file: ImageFile | undefined): number {
  return file?.bytes ?? 0;
}

const order: readonly TreeDifference['standing'][] = ['undeclared', 'declared', 'noise'];

function byWeight(one: TreeDifference, other: TreeDifference): number {
  return (
    order.indexOf(one.standing) - order.indexOf(other.standing) ||
    other.bytes - one.bytes ||
    (one.path < other.path ? -1 : 1)
  );
}
