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

/** Calls that end the program. */
const stops = ['panic', 'Fatal', 'Fatalf', 'Fatalln', 'Panic', 'Panicf', 'Exit'];

/** Reads of the environment: https://pkg.go.dev/os#Getenv, struct tags of env and envconfig, viper, urfave/cli. */
export function goVariables(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
  readers: ReadonlyMap<string, VariableReader>,
): SourceVariables {
  const walk = variableWalk(tokens, words);
  for (const call of ['Getenv', 'LookupEnv'])
    for (const at of words.get(call) ?? [])
      if (readsAs(tokens, at - 2, 'os', '.') && isMark(tokens[at + 1], '(')) readCall(walk, at);
  for (const at of words.get('Environ') ?? [])
    if (readsAs(tokens, at - 2, 'os', '.') && !childEnvironment(tokens, at)) walk.found.readsOthers = true;
  for (const at of words.get('Setenv') ?? []) {
    if (!readsAs(tokens, at - 2, 'os', '.')) continue;
    const name = literalAt(tokens, at + 2);
    if (name === undefined) walk.found.setsOthers = true;
    else walk.found.sets.push(name);
  }
  readTags(walk);
  readBindings(walk);
  for (const reader of readers.values()) readHelperCalls(walk, reader);
  return walk.found;
}

/** `cmd.Env = append(os.Environ(), …)` hands it to another program. */
function childEnvironment(tokens: readonly SourceToken[], at: number): boolean {
  return hasWord(tokens, at - 8, at, 'Env', 'append');
}

function readCall(walk: VariableWalk, at: number): void {
  const { tokens } = walk;
  const name = literalAt(tokens, at + 2);
  const close = closingIndex(tokens, at + 1);
  if (name === undefined) {
    readByName(walk, at, tokens[at + 2]);
    return;
  }
  const lookup = isWord(tokens[at], 'LookupEnv');
  add(walk, name, at - 2, close, bearing(walk, at - 2, close, lookup));
}

function bearing(walk: VariableWalk, from: number, last: number, lookup: boolean): Bearing {
  const { tokens } = walk;
  if (isMark(tokens[last + 1], '==') && literalAt(tokens, last + 2) === '') return blockAfter(tokens, last);
  if (isMark(tokens[last + 1], '==', '!=')) return optional;
  if (isMark(tokens[from - 1], '==', '!=')) return optional;
  const names = assignedNames(tokens, from);
  if (names.length === 0) return lookup ? optional : plain;
  return ofNames(walk, names, last, lookup);
}

/** `v := `, `v, ok := `, `v = `. */
function assignedNames(tokens: readonly SourceToken[], from: number): string[] {
  if (!isMark(tokens[from - 1], ':=', '=')) return [];
  const names: string[] = [];
  for (let at = from - 2; at >= from - 4; at -= 2) {
    const token = tokens[at];
    if (token?.kind === 'word' && token.text !== '_') names.push(token.text);
    if (!isMark(tokens[at - 1], ',')) break;
  }
  return names;
}

function ofNames(walk: VariableWalk, names: readonly string[], last: number, lookup: boolean): Bearing {
  const { tokens, words } = walk;
  let result = lookup ? optional : plain;
  for (const name of names)
    for (const at of (words.get(name) ?? []).slice(0, 200)) {
      if (at <= last || at > last + 400) continue;
      if (isMark(tokens[at - 1], '!')) {
        if (blockAfter(tokens, at).required) return required;
        result = optional;
      } else if (isMark(tokens[at + 1], '==') && literalAt(tokens, at + 2) === '') {
        const block = blockAfter(tokens, at);
        if (block.required) return required;
        result = block;
      } else if (isMark(tokens[at + 1], '!=') && literalAt(tokens, at + 2) === '') result = optional;
    }
  return result;
}

/** What the block of the condition does: stop, return an error, or put a default in. */
function blockAfter(tokens: readonly SourceToken[], at: number): Bearing {
  let open = at;
  while (open < at + 20 && !isMark(tokens[open], '{')) open++;
  if (!isMark(tokens[open], '{')) return optional;
  const close = closingIndex(tokens, open);
  if (hasWord(tokens, open, close, ...stops)) return required;
  const error = hasWord(tokens, open, close, 'errors', 'Errorf') && hasWord(tokens, open, close, 'return');
  if (error) return required;
  const fallback = isMark(tokens[open + 2], '=') ? literalAt(tokens, open + 3) : undefined;
  return { ...optional, fallback };
}

/** `os.Getenv(key)` in a function whose first parameter is `key`. */
function readByName(walk: VariableWalk, at: number, parameter: SourceToken | undefined): void {
  const { tokens, found } = walk;
  for (let index = at; index >= 0 && at - index < 120; index--) {
    if (!isWord(tokens[index], 'func')) continue;
    const name = tokens[index + 1];
    if (name?.kind === 'word' && isMark(tokens[index + 2], '(') && tokens[index + 3]?.text === parameter?.text) {
      found.readers.push({ name: name.text, required: hasWord(tokens, at, at + 60, ...stops) });
      return;
    }
    break;
  }
  found.readsOthers = true;
}

function readHelperCalls(walk: VariableWalk, reader: VariableReader): void {
  const { tokens } = walk;
  for (const at of walk.words.get(reader.name) ?? []) {
    const name = literalAt(tokens, at + 2);
    if (!isMark(tokens[at + 1], '(') || name === undefined || isWord(tokens[at - 1], 'func')) continue;
    const close = closingIndex(tokens, at + 1);
    const second = argumentsAt(tokens, at + 1)[1];
    if (second) {
      const number = tokens[second.from]?.kind === 'number' ? tokens[second.from]?.text : undefined;
      add(walk, name, at, close, { ...optional, fallback: literalAt(tokens, second.from) ?? number });
    } else add(walk, name, at, close, reader.required ? required : bearing(walk, at, close, false));
  }
}

/** Struct tags: `env:"X,required"` with `envDefault:"…"`, and envconfig's `envconfig:"X" required:"true" default:"…"`. */
function readTags(walk: VariableWalk): void {
  const { tokens, found, words } = walk;
  tokens.forEach((token, at) => {
    if (token.kind !== 'string' || !token.text.includes('env')) return;
    const tag = /(?:^|\s)(env|envconfig):"([^"]{1,200})"/.exec(token.text);
    if (!tag) return;
    const [name = '', ...flags] = (tag[2] ?? '').split(',');
    if (name === '-' || name === '') return;
    const isRequired = flags.includes('required') || flags.includes('notEmpty') || /\brequired:"true"/.test(token.text);
    const fallback = /\b(?:envDefault|default):"([^"]{0,200})"/.exec(token.text)?.[1];
    const bearable = { ...optional, fallback };
    add(walk, name, at, at, isRequired && fallback === undefined ? required : bearable);
  });
  if (words.has('envconfig')) {
    const prefixed = (words.get('Process') ?? []).some((at) => (literalAt(tokens, at + 2) ?? '') !== '');
    const tagged = found.variables.length > 0;
    if (prefixed || !tagged) found.readsOthers = true;
  }
}

/** viper's BindEnv and AutomaticEnv, urfave/cli's EnvVars. */
function readBindings(walk: VariableWalk): void {
  const { tokens, words, found } = walk;
  if (words.has('AutomaticEnv')) found.readsOthers = true;
  for (const at of words.get('BindEnv') ?? []) {
    const [, ...names] = isMark(tokens[at + 1], '(') ? argumentsAt(tokens, at + 1) : [];
    if (names.length === 0) found.readsOthers = true;
    for (const { from } of names) add(walk, literalAt(tokens, from) ?? '', from, from, optional);
  }
  for (const key of ['EnvVars', 'EnvVar'])
    for (const at of words.get(key) ?? [])
      for (let index = at + 1; index < at + 12 && !isMark(tokens[index], '}'); index++)
        add(walk, literalAt(tokens, index) ?? '', index, index, optional);
}

function add(walk: VariableWalk, name: string, from: number, last: number, state: Bearing): void {
  if (isVariableName(name)) walk.found.variables.push({ name, range: rangeOf(walk.tokens, from, last), ...state });
}
