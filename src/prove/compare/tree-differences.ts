import type { FileSystemView, ImageFile } from '../../image/image-analysis.ts';

/** In what a path can differ. `there`: one tree has it and the other has not. */
export type TreeAspect = 'there' | 'kind' | 'content' | 'mode' | 'owner' | 'target';

/** A path that two final file trees do not have alike. */
export interface FoundDifference {
  /** From the root, without a leading slash. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly differs: readonly TreeAspect[];
  readonly before: ImageFile | undefined;
  readonly after: ImageFile | undefined;
}

/**
 * Every path that the trees do not have alike, in the order of the second tree, then what it has not. Times are not compared: layers of two builds never
 * have the same.
 */
export function differencesOf(before: FileSystemView, after: FileSystemView): FoundDifference[] {
  const found: FoundDifference[] = [];
  for (const file of after) {
    const old = before.find(file.path);
    if (old === undefined) {
      found.push({ path: file.path, change: 'added', differs: ['there'], before: undefined, after: file });
      continue;
    }
    const differs = aspectsOf(contentOf(old, before), contentOf(file, after));
    if (differs.length > 0) found.push({ path: file.path, change: 'changed', differs, before: old, after: file });
  }
  for (const file of before)
    if (after.find(file.path) === undefined)
      found.push({ path: file.path, change: 'removed', differs: ['there'], before: file, after: undefined });
  return found;
}

/** Which of the names of a file a layer stores as the file and which as links to it is chance: a hard link counts as what it leads to. */
function contentOf(file: ImageFile, tree: FileSystemView): ImageFile {
  if (file.kind !== 'hardlink' || file.target === undefined) return file;
  const target = tree.find(file.target.replace(/^(?:\.?\/)+/, ''));
  if (target === undefined || target.kind !== 'file') return file;
  return { ...target, path: file.path };
}

function aspectsOf(one: ImageFile, other: ImageFile): TreeAspect[] {
  const aspects: TreeAspect[] = [];
  if (one.kind !== other.kind) aspects.push('kind');
  if (one.bytes !== other.bytes || one.content !== other.content) aspects.push('content');
  // A symbolic link has no mode of its own.
  if (one.mode !== other.mode && one.kind !== 'symlink') aspects.push('mode');
  if (one.user !== other.user || one.group !== other.group) aspects.push('owner');
  if (one.target !== other.target) aspects.push('target');
  return aspects;
}
