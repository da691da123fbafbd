import { type ContextUse, copiedPlaces, localSources } from './context-use.ts';
import { inContext } from './follow-links.ts';
import { type IgnoreFile, readIgnoreFile } from './ignorefile.ts';
import type { JunkFound } from './junk.ts';
import type { ListingIndex } from './listing-index.ts';
import { type IgnoreMatcher, ignoreMatcher } from './matcher.ts';

/** What a suggestion for an ignore file is made of. */
export interface IgnoreSuggestionInput {
  readonly index: ListingIndex;
  readonly uses: readonly ContextUse[];
  readonly junk: readonly JunkFound[];
  /** What the ignore file says already. */
  readonly ignore: IgnoreFile;
  /** Paths that must stay in the context for another reason: `.git`, where a step runs git. */
  readonly keep?: readonly string[];
}

export interface IgnoreSuggestion {
  /** The lines to add, with a comment before each group; '' when there is nothing to add. Ends with a line feed. */
  readonly text: string;
  /** The patterns among them. */
  readonly patterns: readonly string[];
  /** What is then no longer sent. */
  readonly files: number;
  readonly bytes: number;
}

/**
 * Suggests what to add to an ignore file, from what lies in the context. No line is suggested that takes away what an instruction
 * names, by itself or as a part of something larger, or what is to be kept.
 */
export function suggestIgnoreLines(input: IgnoreSuggestionInput): IgnoreSuggestion {
  const needed = neededPaths(input);
  const known = new Set(input.ignore.lines.map(({ pattern }) => pattern.text));
  const groups: { readonly comment: string; readonly patterns: readonly string[] }[] = [];
  for (const { comment, patterns } of candidates(input)) {
    const safe = patterns.filter((pattern) => !known.has(pattern) && !takesOneOf(pattern, needed));
    for (const pattern of safe) known.add(pattern);
    if (safe.length > 0) groups.push({ comment, patterns: safe });
  }
  const patterns = groups.flatMap((group) => group.patterns);
  const text = groups.map((group) => [`# ${group.comment}`, ...group.patterns, ''].join('\n')).join('\n');
  return { text, patterns, ...removedBy(patterns, input.index) };
}

function candidates(input: IgnoreSuggestionInput): readonly { comment: string; patterns: readonly string[] }[] {
  const { junk, uses, index } = input;
  const wanted = junk.filter(({ namedBy }) => namedBy.length === 0);
  const isWanted = (path: string) => wanted.some((found) => path === found.path || path.startsWith(`${found.path}/`));
  const found = [...new Set(wanted.map(({ kind }) => kind))].map((kind) => ({
    comment: capitalized(kind.what),
    patterns: linesFor(
      kind.ignore,
      wanted.filter((one) => one.kind === kind).map(({ path }) => path),
      (pattern) => takesOnly(pattern, index, isWanted),
    ),
  }));
  const copiesAll = uses.some((use) => localSources(use).some((source) => inContext(source) === ''));
  const own = { comment: 'What the build reads itself', patterns: readByTheBuild(input) };
  return copiesAll && found.some(({ patterns }) => patterns.length > 0) ? [...found, own] : found;
}

/** The patterns of a kind that take nothing else away, only those that something was found for; for the rest the paths themselves. */
function linesFor(
  patterns: readonly string[],
  paths: readonly string[],
  takesNothingElse: (pattern: string) => boolean,
): readonly string[] {
  const general = patterns.filter((pattern) => takesOneOf(pattern, paths) && takesNothingElse(pattern));
  const matcher = matcherOfLines(general);
  const rest = paths.filter((path) => matcher.verdict(path) !== 'ignored' && isPlain(path));
  return [...general, ...rest];
}

/** Whether a line would take away only what is to be left out. Directories that hold something else too are not taken. */
function takesOnly(pattern: string, { entries }: ListingIndex, isWanted: (path: string) => boolean): boolean {
  const matcher = matcherOfLine(pattern);
  return entries.every(
    ({ path, kind }) => kind === 'directory' || matcher.verdict(path) !== 'ignored' || isWanted(path),
  );
}

/** A path that stands for itself in an ignore file. */
function isPlain(path: string): boolean {
  return !/[*?[\]\\]|^[!#\s]|\s$/.test(path);
}

/** The Dockerfiles that are built with the context and lie at its top, and its ignore file. */
function readByTheBuild({ uses, index }: IgnoreSuggestionInput): readonly string[] {
  const names = new Set(uses.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
  return [...[...names].filter((name) => index.ranges.has(name) && isPlain(name)).sort(), '.dockerignore'];
}

/** What instructions name, other than the whole context: the sources, and each file that a wildcard among them stands for. */
function neededPaths({ index, uses, junk, keep }: IgnoreSuggestionInput): readonly string[] {
  const paths = new Set(keep ?? []);
  const isJunk = (path: string) =>
    junk.some((found) => found.namedBy.length === 0 && (path === found.path || path.startsWith(`${found.path}/`)));
  for (const use of uses) {
    for (const source of localSources(use).map(inContext)) {
      if (source === '') continue;
      paths.add(source);
      copiedPlaces(index, { ...use, sources: [source] }).forEach((copied, place) => {
        const path = index.entries[place]?.path;
        if (copied === 1 && path !== undefined && !isJunk(path)) paths.add(path);
      });
    }
  }
  return [...paths];
}

function takesOneOf(pattern: string, paths: readonly string[]): boolean {
  const matcher = matcherOfLine(pattern);
  return paths.some((path) => matcher.verdict(path) === 'ignored');
}

/** Each line is asked for several times, and most are the same in every context. */
const matchers = new Map<string, IgnoreMatcher>();
const mostMatchers = 500;

function matcherOfLine(pattern: string): IgnoreMatcher {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    matcher = matcherOfLines([pattern]);
    if (matchers.size < mostMatchers) matchers.set(pattern, matcher);
  }
  return matcher;
}

function matcherOfLines(lines: readonly string[]): IgnoreMatcher {
  return ignoreMatcher(readIgnoreFile(lines.join('\n')).lines.map(({ pattern }) => pattern));
}

function removedBy(patterns: readonly string[], index: ListingIndex): { files: number; bytes: number } {
  const matcher = matcherOfLines(patterns);
  const removed = index.entries.filter(
    (entry) => entry.kind !== 'directory' && matcher.verdict(entry.path) === 'ignored',
  );
  return { files: removed.length, bytes: removed.reduce((sum, entry) => sum + entry.size, 0) };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
