import type { IgnorePattern } from './ignore-pattern.ts';

/** What a walk has to remember of a directory: which patterns it matches, one byte a pattern. Absent for the root. */
export type DirectoryMatch = Uint8Array | undefined;

/** Whether a path is ignored; `refused` when Docker gives up because it had to compare a pattern that is not valid. */
export type IgnoreVerdict = 'kept' | 'ignored' | 'refused';

/** Applies patterns in order: the last one that matches a path, or a directory above it, decides. */
export interface IgnoreMatcher {
  readonly patterns: readonly IgnorePattern[];
  /**
   * Decides on one path by itself. Paths have forward slashes and no leading one. This is Docker's
   * `MatchesOrParentMatches` (https://pkg.go.dev/github.com/moby/patternmatcher).
   */
  verdict(path: string): IgnoreVerdict;
  /**
   * Decides on an entry during a walk, as BuildKit does when it sends a context. For a directory, give `match` an array of
   * as many bytes as there are patterns: it is filled with what its entries need. The two ways differ where a later pattern repeats
   * or takes back a directory above: the walk does not compare a pattern again with the directories above.
   */
  verdictBelow(path: string, parent: DirectoryMatch, match?: Uint8Array): IgnoreVerdict;
  /** For a directory that is ignored: false when no exception can match below it, so that a walk need not enter it. */
  mayHoldException(directory: string): boolean;
}

/** With `effects`, each time that a pattern changes the verdict during a walk is counted there, by the pattern's place. */
export function ignoreMatcher(patterns: readonly IgnorePattern[], effects?: Uint32Array): IgnoreMatcher {
  const exceptions = patterns
    .filter((pattern) => pattern.exception)
    .map((pattern) => withoutTrailingGlob(pattern.text));
  const someAreGlobs = exceptions.some((text) => /[*[\]?^\\]/.test(text));
  const prefixes = exceptions.map((text) => `${text}/`);
  return {
    patterns,
    verdict: (path) => verdict(patterns, path),
    verdictBelow: (path, parent, match) => verdictBelow(patterns, path, parent, match, effects),
    mayHoldException(directory) {
      const inside = `${directory}/`;
      return someAreGlobs || prefixes.some((prefix) => prefix.startsWith(inside));
    },
  };
}

function withoutTrailingGlob(text: string): string {
  const shorter = text.endsWith('/**') ? text.slice(0, -3) : text;
  return shorter.endsWith('/*') ? shorter.slice(0, -2) : shorter;
}

function verdict(patterns: readonly IgnorePattern[], path: string): IgnoreVerdict {
  const parents = parentsOf(path);
  let ignored = false;
  for (const pattern of patterns) {
    if (pattern.exception !== ignored) continue;
    if (pattern.broken) return 'refused';
    if (pattern.matches(path) || parents.some((parent) => pattern.matches(parent))) ignored = !pattern.exception;
  }
  return ignored ? 'ignored' : 'kept';
}

/** The directories above, the topmost first. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}

function verdictBelow(
  patterns: readonly IgnorePattern[],
  path: string,
  parent: DirectoryMatch,
  match: Uint8Array | undefined,
  effects: Uint32Array | undefined,
): IgnoreVerdict {
  let ignored = false;
  for (let at = 0; at < patterns.length; at++) {
    const pattern = patterns[at];
    if (pattern === undefined) break;
    if (parent?.[at] !== 1) {
      if (pattern.exception !== ignored) continue;
      if (pattern.broken) return 'refused';
      if (!pattern.matches(path)) continue;
      if (effects) effects[at] = (effects[at] ?? 0) + 1;
    }
    if (match) match[at] = 1;
    ignored = !pattern.exception;
  }
  return ignored ? 'ignored' : 'kept';
}
