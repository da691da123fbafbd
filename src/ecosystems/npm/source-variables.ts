import type { SourceToken } from '../internal/source-lexer.ts';
import { type SourceVariables, type VariableWalk, variableWalk } from '../internal/source-variables.ts';
import {
  argumentsAt,
  closingIndex,
  hasWord,
  isMark,
  isVariableName,
  isWord,
  literalAt,
  rangeOf,
  readsAs,
} from '../internal/token-walk.ts';
import type { SourceVariable, VariableReader } from '../source-facts.ts';
import { readValidatedClasses } from './source-validators.ts';

/** Libraries that check the whole environment against a schema: what has no default there is required. */
const schemaCalls = new Set(['cleanEnv', 'createEnv']);
const stops = ['throw', 'exit', 'abort', 'fail', 'fatal'];

/** Reads of `process.env` (https://nodejs.org/api/process.html#processenv) and of functions that wrap it. */
export function nodeVariables(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
  readers: ReadonlyMap<string, VariableReader>,
): SourceVariables {
  const walk = variableWalk(tokens, words);
  for (const at of words.get('env') ?? []) {
    const start = environmentStart(tokens, at);
    if (start !== undefined) readEnvironment(walk, start, at);
  }
  for (const reader of readers.values()) readCalls(walk, reader);
  for (const name of schemaCalls) for (const at of words.get(name) ?? []) readSchema(walk, at);
  readValidatedClasses(walk);
  return walk.found;
}

/** Where `process.env` begins, when the `env` at `at` ends it; Deno's and import.meta's are another matter. */
function environmentStart(tokens: readonly SourceToken[], at: number): number | undefined {
  if (!isMark(tokens[at - 1], '.', '?.') || !isWord(tokens[at - 2], 'process', 'Bun')) return undefined;
  const global = isMark(tokens[at - 3], '.', '?.') && isWord(tokens[at - 4], 'globalThis', 'global');
  return global ? at - 4 : at - 2;
}

function readEnvironment(walk: VariableWalk, start: number, env: number): void {
  const { tokens, found } = walk;
  const property = tokens[env + 2];
  if (isMark(tokens[env + 1], '.', '?.') && property?.kind === 'word') {
    addRead(walk, property.text, start, env + 2);
    return;
  }
  const open = isMark(tokens[env + 1], '?.') ? env + 2 : env + 1;
  if (isMark(tokens[open], '[')) {
    const name = literalAt(tokens, open + 1);
    const close = closingIndex(tokens, open);
    if (name !== undefined && close === open + 2) {
      addRead(walk, name, start, close);
      return;
    }
    const reader = enclosingReader(tokens, start, tokens[open + 1]);
    if (reader) found.readers.push(reader);
    else if (isWrite(tokens, close)) found.setsOthers = true;
    else found.readsOthers = true;
    return;
  }
  if (readDestructured(walk, start)) return;
  const tested = literalAt(tokens, start - 2);
  if (isWord(tokens[start - 1], 'in') && tested !== undefined)
    add(walk, {
      name: tested,
      range: rangeOf(tokens, start - 2, env),
      optional: true,
      required: false,
      fallback: undefined,
    });
  else if (readsAs(tokens, start - 4, 'Object', '.', 'assign', '(')) found.setsOthers = true;
  else if (!isSpreadForChild(tokens, start)) found.readsOthers = true;
}

/** `{ ...process.env }` and `env: process.env` hand the environment to another program; nothing is read here. */
function isSpreadForChild(tokens: readonly SourceToken[], start: number): boolean {
  return isMark(tokens[start - 1], '...') || (isMark(tokens[start - 1], ':') && isWord(tokens[start - 2], 'env'));
}

function isWrite(tokens: readonly SourceToken[], last: number): boolean {
  return isMark(tokens[last + 1], '=');
}

function addRead(walk: VariableWalk, name: string, from: number, last: number): void {
  const { tokens } = walk;
  if (isWrite(tokens, last)) walk.found.sets.push(name);
  else if (!isWord(tokens[from - 1], 'delete'))
    add(walk, { name, range: rangeOf(tokens, from, last), ...bearing(walk, from, last) });
}

function add(walk: VariableWalk, variable: SourceVariable): void {
  if (isVariableName(variable.name)) walk.found.variables.push(variable);
}

type Bearing = Pick<SourceVariable, 'optional' | 'required' | 'fallback'>;
const optional: Bearing = { optional: true, required: false, fallback: undefined };
const required: Bearing = { optional: false, required: true, fallback: undefined };
const plain: Bearing = { optional: false, required: false, fallback: undefined };

/** What happens without the variable, from what stands around the expression `[from, last]`. */
function bearing(walk: VariableWalk, from: number, last: number): Bearing {
  const { tokens } = walk;
  const next = tokens[last + 1];
  if (isMark(next, '??', '||', '??=', '||=')) return orElse(tokens, last + 2);
  if (isMark(next, '!') && !isMark(tokens[last + 2], '=')) return required;
  if (isMark(next, '===', '!==', '==', '!=', '&&', '?.', '?')) return optional;
  if (isMark(tokens[from - 1], '===', '!==', '==', '!=', '!', '&&')) return testedIn(tokens, from);
  if (isWord(tokens[from - 1], 'typeof')) return optional;
  if (isMark(tokens[from - 1], '(') && isWord(tokens[from - 2], 'if')) return testedIn(tokens, from);
  const wrapper = isMark(tokens[from - 1], '(') && isMark(next, ')') ? tokens[from - 2] : undefined;
  if (isWord(wrapper, 'Boolean')) return optional;
  if (isWord(wrapper, 'Number', 'parseInt', 'parseFloat', 'String') && isMark(tokens[last + 2], '||', '??'))
    return orElse(tokens, last + 3);
  return ofName(walk, from, last);
}

function orElse(tokens: readonly SourceToken[], at: number): Bearing {
  const token = tokens[at];
  if (isWord(token, ...stops) || hasWord(tokens, at, at + 4, 'fail', 'exit', 'throw')) return required;
  const literal = token?.kind === 'string' && token.literal ? token.text : undefined;
  return { ...optional, fallback: token?.kind === 'number' ? token.text : literal };
}

/** `if (!process.env.X) throw …`: what the block does decides. */
function testedIn(tokens: readonly SourceToken[], from: number): Bearing {
  const negated = isMark(tokens[from - 1], '!');
  const open = from - (negated ? 2 : 1);
  if (!negated || !isMark(tokens[open], '(') || !isWord(tokens[open - 1], 'if')) return optional;
  return blockStops(tokens, closingIndex(tokens, open) + 1) ? required : optional;
}

function blockStops(tokens: readonly SourceToken[], at: number): boolean {
  const end = isMark(tokens[at], '{') ? closingIndex(tokens, at) : at + 4;
  return hasWord(tokens, at, end + 1, 'throw') || exits(tokens, at, end);
}

function exits(tokens: readonly SourceToken[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (readsAs(tokens, at, 'process', '.', 'exit')) return true;
  return false;
}

/** `const url = process.env.X;` and what later lines do with `url`. */
function ofName(walk: VariableWalk, from: number, last: number): Bearing {
  const { tokens, words } = walk;
  const name = tokens[from - 2];
  if (!isMark(tokens[from - 1], '=') || name?.kind !== 'word' || isMark(tokens[last + 1], '.', '(')) return plain;
  let result = plain;
  for (const at of (words.get(name.text) ?? []).slice(0, 200)) {
    if (at <= last) continue;
    if (isMark(tokens[at - 1], '!')) {
      if (testedIn(tokens, at).required) return required;
      result = optional;
    } else if (isMark(tokens[at + 1], '??', '||', '?', '?.', '&&', '===', '!==', '==', '!=')) result = optional;
    else if (readsAs(tokens, at - 2, 'if', '(')) result = optional;
  }
  return result;
}

/** `const { X, Y = 'a', Z: z } = process.env`. */
function readDestructured(walk: VariableWalk, start: number): boolean {
  const { tokens } = walk;
  if (!isMark(tokens[start - 1], '=') || !isMark(tokens[start - 2], '}')) return false;
  let open = start - 3;
  while (open >= 0 && start - open < 600 && !isMark(tokens[open], '{')) open--;
  if (!isMark(tokens[open], '{')) return false;
  for (const { from, to } of argumentsAt(tokens, open)) {
    const key = tokens[from];
    if (isMark(key, '...')) walk.found.readsOthers = true;
    if (key?.kind !== 'word') continue;
    let equals = from + 1;
    while (equals < to && !isMark(tokens[equals], '=')) equals++;
    const bare = equals === to ? ofDestructured(walk, tokens[to - 1], start) : orElse(tokens, equals + 1);
    add(walk, { name: key.text, range: rangeOf(tokens, from, to - 1), ...bare });
  }
  return true;
}

function ofDestructured(walk: VariableWalk, local: SourceToken | undefined, start: number): Bearing {
  const { tokens, words } = walk;
  let result = plain;
  for (const at of (words.get(local?.text ?? '') ?? []).slice(0, 200)) {
    if (at <= start) continue;
    if (isMark(tokens[at - 1], '!')) {
      if (testedIn(tokens, at).required) return required;
      result = optional;
    } else if (isMark(tokens[at + 1], '??', '||', '?', '?.', '===', '!==') || readsAs(tokens, at - 2, 'if', '('))
      result = optional;
  }
  return result;
}

/** The function around `process.env[name]` whose first parameter is that name. */
function enclosingReader(
  tokens: readonly SourceToken[],
  at: number,
  parameter: SourceToken | undefined,
): VariableReader | undefined {
  if (parameter?.kind !== 'word') return undefined;
  for (let index = at - 1; index > 0 && at - index < 60; index--) {
    if (!isMark(tokens[index], '(') || tokens[index + 1]?.text !== parameter.text) continue;
    const before = tokens[index - 1];
    const named = before?.kind === 'word' && isWord(tokens[index - 2], 'function') ? before : assigned(tokens, index);
    if (named) return { name: named.text, required: blockStopsNear(tokens, at) };
  }
  return undefined;
}

/** The name in `const name = (`. */
function assigned(tokens: readonly SourceToken[], open: number): SourceToken | undefined {
  const name = tokens[open - 2];
  return isMark(tokens[open - 1], '=') && name?.kind === 'word' ? name : undefined;
}

function blockStopsNear(tokens: readonly SourceToken[], at: number): boolean {
  return hasWord(tokens, at, at + 40, 'throw') || exits(tokens, at, at + 40);
}

/** Calls of a function of the application that reads a variable: `env('PORT', '8080')`. */
function readCalls(walk: VariableWalk, reader: VariableReader): void {
  const { tokens } = walk;
  for (const at of walk.words.get(reader.name) ?? []) {
    const name = literalAt(tokens, at + 2);
    if (!isMark(tokens[at + 1], '(') || name === undefined || isWord(tokens[at - 1], 'function')) continue;
    const given = argumentsAt(tokens, at + 1);
    const close = closingIndex(tokens, at + 1);
    const second = given[1];
    const state = second ? orElse(tokens, second.from) : reader.required ? required : bearing(walk, at, close);
    add(walk, { name, range: rangeOf(tokens, at, close), ...state });
  }
}

/** envalid: `cleanEnv(process.env, { PORT: port({ default: 3000 }), URL: url() })`, the object also by its name. */
function readSchema(walk: VariableWalk, at: number): void {
  const { tokens } = walk;
  const schema = isMark(tokens[at + 1], '(') ? argumentsAt(tokens, at + 1)[1] : undefined;
  const open = schema && schemaObject(walk, schema.from);
  if (open === undefined) return;
  for (const { from, to } of argumentsAt(tokens, open)) {
    const key = tokens[from];
    if (key?.kind !== 'word' || !isMark(tokens[from + 1], ':')) continue;
    // `devDefault` holds for development alone.
    const bearable = hasWord(tokens, from, to, 'default', 'optional', 'undefined');
    const state = bearable ? { ...optional, fallback: defaultIn(tokens, from, to) } : required;
    add(walk, { name: key.text, range: rangeOf(tokens, from, from), ...state });
  }
}

/** Where the object of a schema opens: here, or where `const spec = {` gives it its name. */
function schemaObject({ tokens, words }: VariableWalk, at: number): number | undefined {
  if (isMark(tokens[at], '{')) return at;
  const name = tokens[at];
  if (name?.kind !== 'word') return undefined;
  const named = (words.get(name.text) ?? []).find(
    (each) => isWord(tokens[each - 1], 'const', 'let', 'var') && readsAs(tokens, each + 1, '=', '{'),
  );
  return named === undefined ? undefined : named + 2;
}

function defaultIn(tokens: readonly SourceToken[], from: number, to: number): string | undefined {
  for (let at = from; at < to; at++)
    if (isWord(tokens[at], 'default') && isMark(tokens[at + 1], ':')) {
      const token = tokens[at + 2];
      if (token?.kind === 'number' || isWord(token, 'true', 'false')) return token?.text;
      return token?.kind === 'string' && token.literal ? token.text : undefined;
    }
  return undefined;
}
