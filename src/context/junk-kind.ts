import type { ContextEntry } from './walk.ts';

/** What a kind of junk can ask about the place where something that looks like it was found. */
export interface JunkSurroundings {
  /** Whether something is sent at this path of the context. */
  has(path: string): boolean;
  /** Whether the directory holds a sent file whose name ends so; not below it. */
  hasNamed(directory: string, suffix: string): boolean;
  /** Whether git ignores the path, by the context's own .gitignore; not where it tracks a file in a directory of that name. */
  isGitIgnored(path: string): boolean;
  /** The first bytes of a file, as Latin-1; '' when they cannot be read. */
  readStart(path: string): string;
}

/** Something that is found in contexts and belongs in no image. */
export interface JunkKind {
  readonly id: string;
  /** What it is, as the object of a sentence: `the history of git`. */
  readonly what: string;
  /** One sentence: what it does there. */
  readonly why: string;
  /** `secrets`: it lets someone in. */
  readonly area: 'context' | 'secrets';
  /** The lines for a .dockerignore. */
  readonly ignore: readonly string[];
  readonly directories?: readonly string[];
  readonly files?: readonly string[];
  readonly suffixes?: readonly string[];
  /** A further condition, which tells it from what only has its name. */
  readonly when?: (entry: ContextEntry, parent: string, around: JunkSurroundings) => boolean;
  /** Programs that need it in the build; where one is run, it is no junk. */
  readonly neededBy?: readonly string[];
}

/** `a/b` for `a` and `b`, `b` for the context itself and `b`. */
export function inDirectory(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
