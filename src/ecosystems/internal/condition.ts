import type { SourceToken } from './source-lexer.ts';
import { isMark, isWord } from './token-walk.ts';

/** So far back a condition is looked for. */
const reach = 400;

/** Whether the Python line at `at` stands in an `if`, `elif` or `else` of its function. */
export function inPythonCondition(tokens: readonly SourceToken[], at: number): boolean {
  let indent = Number.POSITIVE_INFINITY;
  for (let index = at; index >= 0 && at - index < reach; index--) {
    const token = tokens[index];
    if (!token || token.indent === -1) continue;
    if (indent === Number.POSITIVE_INFINITY) indent = token.indent;
    if (token.indent >= indent) continue;
    if (isWord(token, 'if', 'elif', 'else')) return true;
    if (isWord(token, 'def', 'class')) return false;
    indent = token.indent;
  }
  return false;
}

/** Whether the expression at `at` stands in an `if` or `else` block, a conditional expression or behind `&&` (JavaScript, Go). */
export function inBraceCondition(tokens: readonly SourceToken[], at: number): boolean {
  for (const index of outwards(tokens, at)) {
    const token = tokens[index];
    if (isMark(token, '{') && opensCondition(tokens, index)) return true;
    if (isMark(token, '&&', '?') && at - index < 16) return true;
    if (isWord(token, 'if', 'else') && at - index < 24) return true;
    if (isMark(token, ';') && at - index < 24) return false;
  }
  return false;
}

/** Back from `at`, without what lies in brackets of its own: what stands beside it, and the brackets around it. */
function* outwards(tokens: readonly SourceToken[], at: number): Generator<number> {
  let depth = 0;
  for (let index = at - 1; index >= 0 && at - index < reach; index--) {
    if (isMark(tokens[index], ')', ']', '}')) depth++;
    else if (depth === 0) yield index;
    else if (isMark(tokens[index], '(', '[', '{')) depth--;
  }
}

/** Whether the expression at `at` stands inside of an `if` or `else` block; the condition itself does not count. */
export function inBraceBlock(tokens: readonly SourceToken[], at: number): boolean {
  let depth = 0;
  for (let index = at - 1; index >= 0 && at - index < reach * 5; index--) {
    if (isMark(tokens[index], '}')) depth++;
    else if (isMark(tokens[index], '{') && depth-- === 0) {
      depth = 0;
      if (opensCondition(tokens, index)) return true;
    }
  }
  return false;
}

/** Whether the expression at `at` stands in a case of a `switch` (JavaScript, Go). */
export function inSwitchCase(tokens: readonly SourceToken[], at: number): boolean {
  for (const index of outwards(tokens, at)) {
    if (isWord(tokens[index], 'case', 'default') && !isMark(tokens[index - 1], '.')) return true;
    if (isWord(tokens[index], 'func', 'function')) return false;
  }
  return false;
}

/** `if (…) {`, `else {`, and Go's `if … {`. */
function opensCondition(tokens: readonly SourceToken[], open: number): boolean {
  if (isWord(tokens[open - 1], 'else')) return true;
  let depth = 0;
  for (let index = open - 1; index >= 0 && open - index < 40; index--) {
    if (isMark(tokens[index], ')', ']')) depth++;
    else if (isMark(tokens[index], '(', '[')) depth--;
    else if (depth === 0 && isWord(tokens[index], 'if')) return true;
    else if (depth === 0 && isMark(tokens[index], '{', '}', '=>', '=')) return false;
    else if (depth === 0 && isWord(tokens[index], 'func', 'function')) return false;
  }
  return false;
}
