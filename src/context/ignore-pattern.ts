import { matchGlob } from './go-glob.ts';
import { onlyMember } from './internal/code-point-set.ts';
import { parseGoExpression } from './internal/go-expression.ts';
import { cleanPath, trimSpace } from './internal/go-text.ts';
import { matchesSteps, type Step } from './internal/linear-matcher.ts';

/** One pattern of an ignore file, of COPY --exclude or of COPY --parents, as Docker's matcher reads it. */
export interface IgnorePattern {
  /** Cleaned, without the `!`. */
  readonly text: string;
  /** Begins with `!`: takes back what earlier patterns matched. */
  readonly exception: boolean;
  /** A pattern that Docker accepts when it reads it and refuses when it first compares it with a path; the build fails then. */
  readonly broken: boolean;
  /** Whether the path itself matches; its parents are the matcher's business. False for a broken pattern. */
  matches(path: string): boolean;
}

/** Why Docker refuses a pattern. */
export interface PatternProblem {
  readonly message: string;
}

export type ParsedPattern =
  | { readonly kind: 'pattern'; readonly pattern: IgnorePattern }
  | { readonly kind: 'empty' }
  | { readonly kind: 'problem'; readonly problem: PatternProblem };

/** Reads one pattern, as https://pkg.go.dev/github.com/moby/patternmatcher#New does. */
export function parseIgnorePattern(written: string): ParsedPattern {
  const trimmed = trimSpace(written);
  if (trimmed === '') return { kind: 'empty' };
  const cleaned = cleanPath(trimmed);
  const exception = cleaned.startsWith('!');
  const text = exception ? cleaned.slice(1) : cleaned;
  if (text === '') return problem('an exclamation mark needs a pattern after it');
  if (matchGlob(text, '.') === undefined)
    return problem('the pattern is malformed: a bracket or an escape is not complete');
  const matches = compile(text);
  return {
    kind: 'pattern',
    pattern: { text, exception, broken: matches === undefined, matches: matches ?? (() => false) },
  };
}

function problem(message: string): ParsedPattern {
  return { kind: 'problem', problem: { message } };
}

type PathTest = (path: string) => boolean;

/** Undefined when Go's expression compiler refuses what Docker makes of the pattern. */
function compile(text: string): PathTest | undefined {
  const { type, expression } = translate(text);
  if (type === 'exact') return (path) => path === text;
  if (type === 'prefix') {
    const prefix = text.slice(0, -2);
    return (path) => path.startsWith(prefix);
  }
  if (type === 'suffix') {
    const suffix = text.slice(2);
    const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
    return (path) => path.endsWith(suffix) || path === whole;
  }
  const alternatives = parseGoExpression(expression);
  if (alternatives === undefined) return undefined;
  const [only] = alternatives;
  if (only !== undefined && alternatives.length === 1) return withQuickRefusal(only);
  return (path) => alternatives.some((steps) => matchesSteps(steps, path));
}

type MatchType = 'exact' | 'prefix' | 'suffix' | 'expression';

/** Docker means to escape `|`, `{` and `}` too, but its table of characters ends before them. */
const escapedOutside = '.+()$';

/** How Docker compares the pattern, and the expression that it makes for the fourth way. */
function translate(text: string): { type: MatchType; expression: string } {
  // Go's scanner drops a byte order mark at the beginning and reads the rest by code points.
  const chars = Array.from(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const parts: string[] = ['^'];
  let type: MatchType = 'exact';
  let at = 0;
  for (let count = 0; at < chars.length; count++) {
    const char = chars[at++] ?? '';
    if (char === '*' && chars[at] === '*') {
      at++;
      if (chars[at] === '/') at++;
      if (at < chars.length) {
        parts.push('(.*/)?');
        type = 'expression';
      } else if (type === 'exact') type = 'prefix';
      else {
        parts.push('.*');
        type = 'expression';
      }
      if (count === 0) type = 'suffix';
    } else if (char === '*' || char === '?') {
      parts.push(char === '*' ? '[^/]*' : '[^/]');
      type = 'expression';
    } else if (escapedOutside.includes(char)) parts.push('\\', char);
    else if (char === '\\' && at < chars.length) {
      parts.push('\\', chars[at++] ?? '');
      type = 'expression';
    } else {
      parts.push(char);
      if (char === '[' || char === ']') type = 'expression';
    }
  }
  return { type, expression: `${parts.join('')}$` };
}

/** Most paths are told apart by the fixed text at either end, or somewhere in the pattern. */
function withQuickRefusal(steps: readonly Step[]): PathTest {
  const literals = literalRuns(steps);
  const [firstStep] = steps;
  const tied = firstStep?.kind === 'assert' && firstStep.that === 'start';
  const head = (tied && literals.find((run) => run.start === 1)?.text) || '';
  const last = steps.length - 1;
  const endStep = steps[last];
  const anchored = endStep?.kind === 'assert' && endStep.that === 'end';
  const tail = (anchored && literals.find((run) => run.end === last)?.text) || '';
  const longest = literals.reduce((best, run) => (run.text.length > best.length ? run.text : best), '');
  return (path) => path.endsWith(tail) && path.startsWith(head) && path.includes(longest) && matchesSteps(steps, path);
}

interface LiteralRun {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function literalRuns(steps: readonly Step[]): readonly LiteralRun[] {
  const runs: LiteralRun[] = [];
  let start = 0;
  let text = '';
  for (let at = 0; at <= steps.length; at++) {
    const step = steps[at];
    const code = step?.kind === 'one' ? onlyMember(step.set) : undefined;
    if (code !== undefined) {
      text += String.fromCodePoint(code);
      continue;
    }
    if (text !== '') runs.push({ start, end: at, text });
    start = at + 1;
    text = '';
  }
  return runs;
}
