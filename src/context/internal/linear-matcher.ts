import { type CodePointSet, setHas } from './code-point-set.ts';

/** One step of an expression without alternatives, which is all that an ignore pattern becomes. */
export type Step =
  | { readonly kind: 'one'; readonly set: CodePointSet }
  | { readonly kind: 'optional'; readonly set: CodePointSet }
  | { readonly kind: 'any-number'; readonly set: CodePointSet }
  /** Nothing, or anything that ends with a slash and has no line feed before it. */
  | { readonly kind: 'directories' }
  | { readonly kind: 'assert'; readonly that: 'start' | 'end' | 'boundary' | 'no-boundary' };

const slash = 0x2f;
const lineFeed = 0x0a;

/**
 * Tells whether the steps match somewhere in the text: `start` and `end` assertions tie them to its ends. All ways are followed
 * at once, so that time is at most steps times code points, whatever the pattern.
 */
export function matchesSteps(steps: readonly Step[], text: string): boolean {
  let current: number[] = [];
  let next: number[] = [];
  // A state is the number of its step; inside the directories of step k it is `steps.length + 1 + k`.
  const seenAt = new Int32Array(2 * steps.length + 2).fill(-1);
  if (addState(steps, text, 0, 0, current, seenAt)) return true;
  const first = steps[0];
  const tied = first?.kind === 'assert' && first.that === 'start';
  for (let at = 0; at < text.length && !(tied && current.length === 0); ) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    next.length = 0;
    for (const state of current) if (advance(steps, text, state, code, at, next, seenAt)) return true;
    if (!tied && addState(steps, text, 0, at, next, seenAt)) return true;
    [current, next] = [next, current];
  }
  return false;
}

/** Adds what the state becomes after `code`, which ends at `at`. True when all steps are done. */
function advance(
  steps: readonly Step[],
  text: string,
  state: number,
  code: number,
  at: number,
  next: number[],
  seenAt: Int32Array,
): boolean {
  if (state > steps.length) {
    if (code === lineFeed) return false;
    if (seenAt[state] !== at) {
      seenAt[state] = at;
      next.push(state);
    }
    return code === slash && addState(steps, text, state - steps.length, at, next, seenAt);
  }
  const step = steps[state];
  if (step === undefined || !('set' in step) || !setHas(step.set, code)) return false;
  return addState(steps, text, step.kind === 'any-number' ? state : state + 1, at, next, seenAt);
}

/** Adds a state and all that follow without reading. A loop, not recursion: a pattern can have thousands of stars in a row. */
function addState(
  steps: readonly Step[],
  text: string,
  first: number,
  at: number,
  states: number[],
  seenAt: Int32Array,
): boolean {
  for (let state = first; ; state++) {
    const step = steps[state];
    if (step === undefined) return true;
    if (seenAt[state] === at) return false;
    seenAt[state] = at;
    if (step.kind === 'assert') {
      if (!holds(step.that, text, at)) return false;
      continue;
    }
    if (step.kind === 'directories') {
      const inside = steps.length + 1 + state;
      if (seenAt[inside] !== at) {
        seenAt[inside] = at;
        states.push(inside);
      }
      continue;
    }
    states.push(state);
    if (step.kind === 'one') return false;
  }
}

function holds(that: 'start' | 'end' | 'boundary' | 'no-boundary', text: string, at: number): boolean {
  if (that === 'start') return at === 0;
  if (that === 'end') return at === text.length;
  return (isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at))) === (that === 'boundary');
}

/** NaN, which stands outside of the text, is no word character. */
function isWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}
