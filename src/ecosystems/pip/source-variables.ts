import type { SourceToken } from '../internal/source-lexer.ts';
import {
  type Bearing,
  optional,
  plain,
  required,
  type SourceVariables,
  type VariableWalk,
  variableWalk,
} from '../internal/source-variables.ts';
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
import type { VariableReader } from '../source-facts.ts';

/** Reads of `os.environ` and `os.getenv` (https://docs.python.org/3/library/os.html#os.environ), decouple, django-environ, pydantic. */
export function pythonVariables(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
  readers: ReadonlyMap<string, VariableReader>,
): SourceVariables {
  const walk = variableWalk(tokens, words);
  readOs(walk);
  readDecouple(walk);
  readDjangoEnviron(walk);
  if (words.has('BaseSettings')) readSettings(walk);
  for (const reader of readers.values())
    for (const at of words.get(reader.name) ?? [])
      if (isMark(tokens[at + 1], '(') && !isWord(tokens[at - 1], 'def', 'import')) readCall(walk, at, at + 1, plain);
  return walk.found;
}

function readOs(walk: VariableWalk): void {
  const { tokens, words } = walk;
  const fromOs = importedFrom(tokens, words, 'os');
  for (const at of words.get('environ') ?? []) {
    const qualified = isMark(tokens[at - 1], '.') && isWord(tokens[at - 2], 'os');
    if (qualified || (fromOs.has('environ') && !isMark(tokens[at - 1], '.') && !inImport(tokens, at)))
      readEnvironment(walk, qualified ? at - 2 : at, at);
  }
  for (const at of words.get('getenv') ?? []) {
    const qualified = isMark(tokens[at - 1], '.') && isWord(tokens[at - 2], 'os');
    if ((qualified || fromOs.has('getenv')) && isMark(tokens[at + 1], '('))
      readCall(walk, qualified ? at - 2 : at, at + 1, plain);
  }
}

function readDecouple(walk: VariableWalk): void {
  const { tokens, words } = walk;
  if (!importedFrom(tokens, words, 'decouple').has('config')) return;
  for (const at of words.get('config') ?? [])
    if (isMark(tokens[at + 1], '(') && !isMark(tokens[at - 1], '.')) readCall(walk, at, at + 1, required);
}

function importedFrom(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
  module: string,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const at of words.get('from') ?? []) {
    if (!isWord(tokens[at + 1], module) || !isWord(tokens[at + 2], 'import')) continue;
    for (let index = at + 3; index < at + 40; index++) {
      const token = tokens[index];
      if (!token || (token.indent !== -1 && !isMark(tokens[at + 3], '('))) break;
      if (token.kind === 'word') names.add(token.text);
      else if (isMark(token, ')')) break;
    }
  }
  return names;
}

function inImport(tokens: readonly SourceToken[], at: number): boolean {
  for (let index = at; index > 0 && at - index < 40; index--) {
    if (isWord(tokens[index], 'import')) return true;
    if (tokens[index]?.indent !== -1) return false;
  }
  return false;
}

function readEnvironment(walk: VariableWalk, from: number, at: number): void {
  const { tokens, found } = walk;
  if (isMark(tokens[at + 1], '[')) {
    const close = closingIndex(tokens, at + 1);
    const name = close === at + 3 ? literalAt(tokens, at + 2) : undefined;
    if (isWord(tokens[from - 1], 'del')) return;
    if (isMark(tokens[close + 1], '=')) {
      if (name === undefined) found.setsOthers = true;
      else found.sets.push(name);
      return;
    }
    if (name !== undefined) {
      add(walk, name, from, close, inTry(tokens, from) || onlyWhereSet(tokens, close, name) ? plain : required);
      return;
    }
    readByName(walk, from, tokens[at + 2]);
    return;
  }
  const method = isMark(tokens[at + 1], '.') && isMark(tokens[at + 3], '(') ? tokens[at + 2] : undefined;
  if (isWord(method, 'get', 'pop')) {
    readCall(walk, from, at + 3, plain);
    return;
  }
  if (isWord(method, 'setdefault')) {
    readCall(walk, from, at + 3, optional);
    return;
  }
  if (isWord(method, 'update')) found.setsOthers = true;
  if (isWord(method, 'copy', 'update')) return;
  const tested = literalAt(tokens, from - 2) ?? literalAt(tokens, from - 3);
  if (isWord(tokens[from - 1], 'in') && tested !== undefined)
    add(walk, tested, from - (isWord(tokens[from - 2], 'not') ? 3 : 2), at, optional);
  else if (!isMark(tokens[from - 1], '**') && !readsAs(tokens, from - 2, 'env', '=')) found.readsOthers = true;
}

/** A call whose first argument names the variable: `.get('X', d)`, `getenv('X')`, `config('X', default=…)`. */
function readCall(walk: VariableWalk, from: number, open: number, without: Bearing): void {
  const { tokens } = walk;
  const [name, ...rest] = argumentsAt(tokens, open);
  if (!name) return;
  const literal = name.to === name.from + 1 ? literalAt(tokens, name.from) : undefined;
  const close = closingIndex(tokens, open);
  if (literal === undefined) {
    readByName(walk, from, tokens[name.from]);
    return;
  }
  const fallback = rest.find((each, index) => {
    const keyword = isMark(tokens[each.from + 1], '=');
    return keyword ? isWord(tokens[each.from], 'default') : index === 0;
  });
  add(walk, literal, from, close, fallback ? byDefault(tokens, fallback) : around(walk, from, close, without));
}

function byDefault(tokens: readonly SourceToken[], range: { readonly from: number; readonly to: number }): Bearing {
  const at = isMark(tokens[range.from + 1], '=') ? range.from + 2 : range.from;
  const number = tokens[at]?.kind === 'number' && range.to === at + 1 ? tokens[at]?.text : undefined;
  return { ...optional, fallback: number ?? (range.to === at + 1 ? literalAt(tokens, at) : undefined) };
}

function around(walk: VariableWalk, from: number, last: number, without: Bearing): Bearing {
  const { tokens } = walk;
  if (isWord(tokens[last + 1], 'or') && tokens[last + 1]?.indent === -1)
    return { ...optional, fallback: literalAt(tokens, last + 2) };
  if (without.required) return inTry(tokens, from) ? plain : required;
  const after = tokens[last + 1]?.indent === -1 ? tokens[last + 1] : undefined;
  if (isMark(after, '==', '!=') || isWord(after, 'in', 'is', 'and', 'if')) return optional;
  const before = tokens[from - 1];
  if (isWord(before, 'if', 'not', 'elif', 'and', 'or', 'bool') || isMark(before, '==', '!='))
    return tested(tokens, from);
  return ofName(walk, from, last, without);
}

/** `if not os.getenv('X'): raise …` */
function tested(tokens: readonly SourceToken[], from: number): Bearing {
  if (!isWord(tokens[from - 1], 'not') || !isWord(tokens[from - 2], 'if')) return optional;
  return stopsSoon(tokens, from) ? required : optional;
}

function stopsSoon(tokens: readonly SourceToken[], from: number): boolean {
  const indent = lineIndent(tokens, from);
  for (let at = from; at < Math.min(tokens.length, from + 60); at++) {
    const token = tokens[at];
    if (token && token.indent !== -1 && token.indent <= indent && at > from) return false;
    if (isWord(token, 'raise') || readsAs(tokens, at, 'sys', '.', 'exit')) return true;
    if (readsAs(tokens, at, 'exit', '(')) return true;
  }
  return false;
}

function lineIndent(tokens: readonly SourceToken[], from: number): number {
  for (let at = from; at >= 0 && from - at < 200; at--) {
    const indent = tokens[at]?.indent ?? -1;
    if (indent !== -1) return indent;
  }
  return 0;
}

/** `url = os.getenv('X')` and what later lines do with `url`. */
function ofName(walk: VariableWalk, from: number, last: number, without: Bearing): Bearing {
  const { tokens, words } = walk;
  const name = tokens[from - 2];
  if (!isMark(tokens[from - 1], '=') || name?.kind !== 'word' || isMark(tokens[last + 1], '.')) return without;
  let result = without;
  for (const at of (words.get(name.text) ?? []).slice(0, 200)) {
    if (at <= last) continue;
    if (isWord(tokens[at - 1], 'not') || readsAs(tokens, at + 1, 'is', 'None')) {
      const condition = isWord(tokens[at - 1], 'not') ? isWord(tokens[at - 2], 'if') : isWord(tokens[at - 1], 'if');
      if (condition && stopsSoon(tokens, at)) return required;
      result = optional;
    } else if (isWord(tokens[at - 1], 'if', 'and', 'or') || isWord(tokens[at + 1], 'or', 'and', 'is'))
      result = optional;
  }
  return result;
}

/** Inside the `try:` of a handler for its absence, as far as the lines before tell. */
function inTry(tokens: readonly SourceToken[], from: number): boolean {
  for (let at = from; at >= 0 && from - at < 60; at--) {
    if (readsAs(tokens, at, 'try', ':')) return true;
    if (isWord(tokens[at], 'def', 'class', 'except')) return false;
  }
  return false;
}

/** `json.loads(os.environ['X']) if 'X' in os.environ else None` */
function onlyWhereSet(tokens: readonly SourceToken[], last: number, name: string): boolean {
  for (let at = last + 1; at < last + 12; at++)
    if (isWord(tokens[at], 'if')) return literalAt(tokens, at + 1) === name && isWord(tokens[at + 2], 'in');
  return false;
}

/**
 * `os.environ[name]` in a function whose first parameter is that name; elsewhere the names are not known. Such a function may
 * test first whether the variable is there, or have a default: what it is called with is never taken for required.
 */
function readByName(walk: VariableWalk, from: number, parameter: SourceToken | undefined): void {
  const { tokens, found } = walk;
  for (let at = from; at >= 0 && from - at < 80; at--) {
    if (!isWord(tokens[at], 'def')) continue;
    const name = tokens[at + 1];
    if (name?.kind === 'word' && tokens[at + 3]?.text === parameter?.text && isMark(tokens[at + 2], '(')) {
      found.readers.push({ name: name.text, required: false });
      return;
    }
    break;
  }
  found.readsOthers = true;
}

function add(walk: VariableWalk, name: string, from: number, last: number, bearing: Bearing): void {
  if (isVariableName(name)) walk.found.variables.push({ name, range: rangeOf(walk.tokens, from, last), ...bearing });
}

/** `env = environ.Env(…)`, then `env('X')`, `env.str('X', default=…)`. */
function readDjangoEnviron(walk: VariableWalk): void {
  const { tokens, words } = walk;
  for (const at of words.get('Env') ?? []) {
    if (!readsAs(tokens, at - 2, 'environ', '.') || !isMark(tokens[at + 1], '(')) continue;
    const name = isMark(tokens[at - 3], '=') ? tokens[at - 4]?.text : undefined;
    const schemes = new Set(argumentsAt(tokens, at + 1).map(({ from }) => tokens[from]?.text));
    for (const use of words.get(name ?? '') ?? []) {
      const open = isMark(tokens[use + 1], '(') ? use + 1 : isMark(tokens[use + 1], '.') ? use + 3 : -1;
      if (open === -1 || !isMark(tokens[open], '(') || isMark(tokens[use - 1], '.')) continue;
      const literal = literalAt(tokens, open + 1);
      if (literal !== undefined && !isWord(tokens[use + 2], 'read_env'))
        readCall(walk, use, open, schemes.has(literal) ? optional : required);
    }
  }
}

/** Fields of pydantic settings: https://docs.pydantic.dev/latest/concepts/pydantic_settings/ */
function readSettings(walk: VariableWalk): void {
  const { tokens, words } = walk;
  for (const at of words.get('class') ?? []) {
    const open = at + 2;
    if (!isMark(tokens[open], '(') || !hasWord(tokens, open, closingIndex(tokens, open), 'BaseSettings')) continue;
    const outer = tokens[at]?.indent ?? 0;
    const start = closingIndex(tokens, open) + 2;
    const end = classEnd(tokens, start, outer);
    const prefix = settingsPrefix(tokens, start, end);
    const inner = tokens[start]?.indent ?? -1;
    for (let field = start; field < end; field++)
      if (tokens[field]?.indent === inner && tokens[field]?.kind === 'word' && isMark(tokens[field + 1], ':'))
        addField(walk, field, prefix, lineStop(tokens, field, end, inner));
  }
}

function classEnd(tokens: readonly SourceToken[], from: number, outer: number): number {
  for (let at = from; at < tokens.length; at++) {
    const indent = tokens[at]?.indent ?? -1;
    if (indent !== -1 && indent <= outer) return at;
  }
  return tokens.length;
}

function settingsPrefix(tokens: readonly SourceToken[], from: number, to: number): string {
  for (let at = from; at < to; at++) if (readsAs(tokens, at, 'env_prefix', '=')) return literalAt(tokens, at + 2) ?? '';
  return '';
}

function lineStop(tokens: readonly SourceToken[], field: number, end: number, inner: number): number {
  for (let at = field + 1; at < end; at++) if (tokens[at]?.indent === inner) return at;
  return end;
}

function addField(walk: VariableWalk, field: number, prefix: string, stop: number): void {
  const { tokens } = walk;
  const name = tokens[field]?.text ?? '';
  if (isWord(tokens[field], 'class', 'def', 'model_config') || hasWord(tokens, field, field + 4, 'ClassVar')) return;
  let equals = field + 2;
  while (equals < stop && !isMark(tokens[equals], '=')) equals++;
  const call = isWord(tokens[equals + 1], 'Field') && isMark(tokens[equals + 2], '(');
  const alias = call ? aliasOf(tokens, equals + 2) : undefined;
  const first = call ? argumentsAt(tokens, equals + 2)[0] : undefined;
  const withDefault = call
    ? hasWord(tokens, equals, stop, 'default', 'default_factory') ||
      (first !== undefined && !isMark(tokens[first.from], '...') && !isMark(tokens[first.from + 1], '='))
    : equals < stop;
  const fallback = !call && equals < stop && stop === equals + 2 ? literalAt(tokens, equals + 1) : undefined;
  const bearing = withDefault ? { ...optional, fallback } : required;
  add(walk, alias ?? (prefix + name).toUpperCase(), field, field, bearing);
}

function aliasOf(tokens: readonly SourceToken[], open: number): string | undefined {
  for (const { from } of argumentsAt(tokens, open))
    if (isWord(tokens[from], 'env', 'alias', 'validation_alias')) return literalAt(tokens, from + 2);
  return undefined;
}
