import type { FileSystemView } from '../../image/image-analysis.ts';
import { differencesOf, type FoundDifference, type TreeAspect } from './tree-differences.ts';

const none: ReadonlySet<TreeAspect> = new Set();
const thereOnly: ReadonlySet<TreeAspect> = new Set(['there']);

/**
 * What of a difference is noise, because two builds of the original differ in it, too: the same aspect of the same path; or a path that is there or not, of a
 * name that changes from build to build (`npm-1764-debug.log`, `tmp.h3Kd9s`), where both builds of the original have one of that shape in that directory.
 */
export function noiseOf(
  original: FileSystemView,
  again: FileSystemView | undefined,
): (difference: FoundDifference) => ReadonlySet<TreeAspect> {
  if (again === undefined) return () => none;
  const aspects = new Map<string, ReadonlySet<TreeAspect>>();
  const shapes = { added: new Set<string>(), removed: new Set<string>() };
  for (const { path, change, differs } of differencesOf(original, again)) {
    aspects.set(path, new Set(differs));
    if (change !== 'changed') shapes[change].add(shapeOf(path));
  }
  return ({ path, change, before, after }) => {
    const known = aspects.get(path);
    if (known !== undefined) {
      // A path that only one of the builds of the original has may have any content where it is there.
      if (change === 'changed' || known.has('there')) return known.has('there') ? allAspects : known;
    }
    if (change === 'changed' || (before ?? after) === undefined) return none;
    const shape = shapeOf(path);
    return shapes.added.has(shape) && shapes.removed.has(shape) ? thereOnly : none;
  };
}

const allAspects: ReadonlySet<TreeAspect> = new Set(['there', 'kind', 'content', 'mode', 'owner', 'target']);

/** A path with what is random in its names taken out: digits, and words that mix letters with digits or cases. */
export function shapeOf(path: string): string {
  return path
    .split('/')
    .map((name) => name.replace(uuid, '*').replace(/[A-Za-z0-9]+/g, (word) => (isRandom(word) ? '*' : word)))
    .join('/');
}

/** https://www.rfc-editor.org/rfc/rfc9562#section-4 */
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

function isRandom(word: string): boolean {
  if (/^\d+$/.test(word)) return true;
  if (word.length < 6) return false;
  return /\d/.test(word) ? /[A-Za-z]/.test(word) : /[a-z][A-Z]/.test(word) && /[A-Z][a-z]?[A-Z]|[A-Z]$/.test(word);
}
