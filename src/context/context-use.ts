import type { SourceRange } from '../core/text.ts';
import { followLinks, hasWildcard, inContext } from './follow-links.ts';
import { matchGlob } from './go-glob.ts';
import { type IgnorePattern, parseIgnorePattern } from './ignore-pattern.ts';
import type { EntryRange, ListingIndex } from './listing-index.ts';
import { type DirectoryMatch, type IgnoreMatcher, ignoreMatcher } from './matcher.ts';

/** An instruction that copies from a context: COPY, ADD, or RUN with a bind mount. */
export interface ContextUse {
  /** The Dockerfile, relative to the project's root, and the instruction in it. */
  readonly path: string;
  readonly range: SourceRange;
  /** Relative to the context, variables expanded; for a bind mount its `source`, `.` when it has none. Addresses are passed over. */
  readonly sources: readonly string[];
  /** The patterns of `--exclude`. */
  readonly excludes: readonly string[];
  /** `COPY --parents`. */
  readonly parents: boolean;
  /** False where a source holds a variable whose value is not known: it may then be anything. */
  readonly known: boolean;
}

/** What one use copies: 1 at the place of each entry of the listing. https://docs.docker.com/reference/dockerfile/#copy */
export function copiedPlaces(index: ListingIndex, use: ContextUse): Uint8Array {
  const places = new Uint8Array(index.entries.length);
  const exclude = use.excludes.length > 0 ? matcherOf(use.excludes) : undefined;
  for (const source of localSources(use)) {
    for (const { range, directory, include } of use.parents
      ? takenParents(index, source)
      : takenRanges(index, source)) {
      const isIncluded = include && directory !== undefined ? walkVerdicts(include, directory) : () => true;
      const isExcluded = exclude && directory !== undefined ? walkVerdicts(exclude, directory) : () => false;
      for (let place = range.start; place < range.end; place++) {
        const path = index.entries[place]?.path ?? '';
        if (path === directory || (isIncluded(path) && !isExcluded(path))) places[place] = 1;
      }
    }
  }
  return places;
}

/** The sources that are paths in the context, not addresses. */
export function localSources(use: ContextUse): readonly string[] {
  return use.sources.filter((source) => !/^(?:https?|git|ssh):\/\/|^git@/i.test(source));
}

/** The directory or file at a path, links followed. Absent when it is not sent. */
export function rangeAt(index: ListingIndex, path: string): Taken | undefined {
  const followed = followLinks(index.links, path);
  const range = followed === undefined ? undefined : index.ranges.get(followed);
  if (followed === undefined || range === undefined) return undefined;
  const first = index.entries[range.start];
  const isFile = first !== undefined && first.path === followed && first.kind !== 'directory';
  return { range, directory: isFile ? undefined : followed };
}

/** A match of a source. */
interface Taken {
  readonly range: EntryRange;
  /** What `--exclude` and `--parents` look at paths from; absent for a file, which is copied whatever they say. */
  readonly directory: string | undefined;
  readonly include?: IgnoreMatcher;
}

function takenRanges(index: ListingIndex, source: string): readonly Taken[] {
  return matchedPaths(index, inContext(source)).flatMap((path) => rangeAt(index, path) ?? []);
}

/** `COPY --parents base/./pattern`: the pattern is one of Docker's matcher, below the base. */
function takenParents(index: ListingIndex, source: string): readonly Taken[] {
  const pivot = source.indexOf('/./');
  const pattern = inContext(pivot === -1 ? source : source.slice(pivot + 3));
  const bases = takenRanges(index, pivot === -1 ? '' : source.slice(0, pivot));
  return pattern === '' ? bases : bases.map((base) => ({ ...base, include: matcherOf([pattern]) }));
}

/** The paths that a source with wildcards stands for; the source itself when it has none. */
function matchedPaths(index: ListingIndex, source: string): readonly string[] {
  const parts = source.split('/');
  const firstWild = parts.findIndex(hasWildcard);
  if (firstWild === -1) return [source];
  const base = rangeAt(index, parts.slice(0, firstWild).join('/'));
  if (base?.directory === undefined) return [];
  const glob = parts.slice(firstWild).join('/');
  const paths: string[] = [];
  for (let place = base.range.start; place < base.range.end; place++) {
    const path = index.entries[place]?.path ?? '';
    const relative = below(base.directory, path);
    if (relative !== undefined && matchGlob(glob, relative) === true) paths.push(path);
  }
  return paths;
}

/** A path as seen from a directory; undefined for the directory itself. */
function below(directory: string, path: string): string | undefined {
  if (path === directory) return undefined;
  return directory === '' ? path : path.slice(directory.length + 1);
}

/** Whether a matcher takes a path, seen from a directory, in a walk from there: what a directory above matched is kept in mind. */
function walkVerdicts(matcher: IgnoreMatcher, directory: string): (path: string) => boolean {
  const matches = new Map<string, Uint8Array>();
  const matchOf = (path: string): DirectoryMatch => {
    if (path === '') return undefined;
    const known = matches.get(path);
    if (known) return known;
    const match = new Uint8Array(matcher.patterns.length);
    matcher.verdictBelow(path, matchOf(parentOf(path)), match);
    matches.set(path, match);
    return match;
  };
  return (path) => {
    const seen = below(directory, path) ?? '';
    return matcher.verdictBelow(seen, matchOf(parentOf(seen))) === 'ignored';
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A matcher of patterns that are not from an ignore file. Patterns that Docker refuses are passed over. */
export function matcherOf(patterns: readonly string[]): IgnoreMatcher {
  const parsed = patterns.map(parseIgnorePattern);
  return ignoreMatcher(
    parsed.flatMap((one): readonly IgnorePattern[] => (one.kind === 'pattern' ? [one.pattern] : [])),
  );
}
