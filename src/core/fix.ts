import type { SourceRange } from './text.ts';

/** Replaces `range` of the artifact at `path` by `replacement`. An empty range inserts. */
export interface TextEdit {
  readonly path: string;
  readonly range: SourceRange;
  readonly replacement: string;
}

/** A file that a fix adds. It must not exist yet. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Holds a secret: only its owner may read it, git must not know it, and no report shows it. */
  readonly secret?: true;
}

export interface Changes {
  readonly edits: readonly TextEdit[];
  readonly newFiles?: readonly NewFile[];
}

/** `unknown` carries what a person is asked; `fails` means that the fix must not be offered. */
export type AssumptionState = 'holds' | 'fails' | 'unknown';

/** Something that must be true for the program to behave as before, with what the code that checked it found. */
export interface Assumption {
  readonly statement: string;
  readonly state: AssumptionState;
  /** What would settle it. Required when `state` is `unknown`. */
  readonly question?: string;
}

export interface Fix {
  /** What the change does, in the imperative: «Pass --no-cache to apk add». */
  readonly title: string;
  readonly changes: Changes;
  readonly assumptions: readonly Assumption[];
  /** What it writes holds a secret: it can be applied, but no report may show its edits. Set where findings are made. */
  readonly holdsSecret?: true;
}

export type FixClass = 'safe' | 'review' | 'proved';

/**
 * The class of a fix, computed from its assumptions (DESIGN.md section 3), or undefined when one of them fails and the
 * fix must not be offered. `proved` comes from evidence, which a fix alone does not have.
 */
export function fixClass(fix: Fix): Exclude<FixClass, 'proved'> | undefined {
  if (fix.assumptions.some((assumption) => assumption.state === 'fails')) return undefined;
  return fix.assumptions.every((assumption) => assumption.state === 'holds') ? 'safe' : 'review';
}

/**
 * Applies the edits for one artifact to its text.
 * @throws RangeError when edits overlap or lie outside the text: a bug of the rule that made them.
 */
export function applyEdits(text: string, edits: readonly Pick<TextEdit, 'range' | 'replacement'>[]): string {
  const ordered = [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  let result = '';
  let at = 0;
  for (const { range, replacement } of ordered) {
    if (range.start < at || range.end < range.start || range.end > text.length)
      throw new RangeError(`edit ${range.start}..${range.end} overlaps another or lies outside the text`);
    result += text.slice(at, range.start) + replacement;
    at = range.end;
  }
  return result + text.slice(at);
}
