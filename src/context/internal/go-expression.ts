import { setOfRanges } from './code-point-set.ts';
import { type Read, readCharacterSet } from './go-character-set.ts';
import type { Step } from './linear-matcher.ts';

const directories = '(.*/)?';
/** Go's own limit of a repetition. */
const mostRepetitions = 1000;
/** Far above any expression that is meant; Go refuses what grows much larger, too. */
const mostSteps = 100_000;

const assertions: ReadonlyMap<string, 'start' | 'end' | 'boundary' | 'no-boundary'> = new Map([
  ['\\A', 'start'],
  ['\\z', 'end'],
  ['\\b', 'boundary'],
  ['\\B', 'no-boundary'],
]);

/**
 * Reads the expressions that Docker's matcher makes of patterns, in the syntax of https://pkg.go.dev/regexp/syntax, as a list of
 * alternatives. The only group is `(.*\/)?` and the only operators that Docker writes are `*` and that `?`; but it leaves
 * `|`, `{2,3}` and what stands after a backslash or in brackets as the user wrote it. Undefined where Go refuses it.
 */
export function parseGoExpression(source: string): readonly (readonly Step[])[] | undefined {
  let steps: Step[] = [];
  const alternatives = [steps];
  let size = 0;
  let repeated = false;
  for (let at = 0; at < source.length; ) {
    if (source[at] === '|') {
      steps = [];
      alternatives.push(steps);
      repeated = false;
      at++;
      continue;
    }
    const repetition = readRepetition(source, at);
    if (repetition) {
      const last = steps.pop();
      if (repeated || last === undefined || !isAllowed(repetition.value)) return undefined;
      for (const step of repeat(last, repetition.value)) steps.push(step);
      size += repetition.value.most ?? repetition.value.least;
      repeated = true;
      at = repetition.next;
    } else {
      const read = readSteps(source, at);
      if (read === undefined) return undefined;
      for (const step of read.value) steps.push(step);
      size += read.value.length;
      repeated = read.value.some((step) => step.kind === 'directories');
      at = read.next;
    }
    if (size > mostSteps) return undefined;
  }
  return alternatives;
}

function readSteps(source: string, at: number): Read<readonly Step[]> | undefined {
  const char = source[at];
  if (char === '^') return { value: [{ kind: 'assert', that: 'start' }], next: at + 1 };
  if (char === '$') return { value: [{ kind: 'assert', that: 'end' }], next: at + 1 };
  if (char === '(') return { value: [{ kind: 'directories' }], next: at + directories.length };
  const quoted = char === '\\' ? readQuotedOrAssertion(source, at) : undefined;
  if (quoted !== undefined) return quoted;
  const set = readCharacterSet(source, at);
  return set && { value: [{ kind: 'one', set: set.value }], next: set.next };
}

function readQuotedOrAssertion(source: string, at: number): Read<readonly Step[]> | undefined {
  const that = assertions.get(source.slice(at, at + 2));
  if (that !== undefined) return { value: [{ kind: 'assert', that }], next: at + 2 };
  if (source[at + 1] !== 'Q') return undefined;
  const end = source.indexOf('\\E', at + 2);
  const literal = source.slice(at + 2, end === -1 ? source.length : end);
  const value = Array.from(literal, (char): Step => {
    const code = char.codePointAt(0) ?? 0;
    return { kind: 'one', set: setOfRanges([code, code]) };
  });
  return { value, next: end === -1 ? source.length : end + 2 };
}

interface Repetition {
  readonly least: number;
  /** Undefined: without end. */
  readonly most: number | undefined;
}

const repetitionPattern = /\{(0|[1-9][0-9]{0,15})(,(0|[1-9][0-9]{0,15})?)?\}/y;

/** Absent where none is written: a brace that begins no repetition stands for itself. */
function readRepetition(source: string, at: number): Read<Repetition> | undefined {
  if (source[at] === '*') return { value: { least: 0, most: undefined }, next: at + 1 };
  if (source[at] !== '{') return undefined;
  repetitionPattern.lastIndex = at;
  const match = repetitionPattern.exec(source);
  if (!match) return undefined;
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === undefined ? undefined : Number(match[3]);
  return { value: { least, most }, next: at + match[0].length };
}

function isAllowed({ least, most }: Repetition): boolean {
  return least <= mostRepetitions && (most === undefined || (most <= mostRepetitions && least <= most));
}

function repeat(step: Step, { least, most }: Repetition): readonly Step[] {
  if (most === 0) return [];
  // An assertion that need not hold says nothing; one that must hold several times holds once.
  if (step.kind === 'assert') return least === 0 ? [] : [step];
  if (step.kind !== 'one') return [step];
  const steps = new Array<Step>(least).fill(step);
  if (most === undefined) return [...steps, { kind: 'any-number', set: step.set }];
  return [...steps, ...new Array<Step>(most - least).fill({ kind: 'optional', set: step.set })];
}
