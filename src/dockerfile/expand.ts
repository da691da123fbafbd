import { readName } from './internal/expansion-name.ts';
import { readPattern, replaceMatches, trimMatch } from './internal/expansion-pattern.ts';
import { asWritten, ExpansionError, type Lexer, lookUp } from './internal/expansion-state.ts';
import type { EscapeCharacter, Token } from './syntax.ts';
import { isSpace } from './white-space.ts';

/** Variables by name. A name that is there without a value is set to something that is not known yet. */
export interface Variables {
  has(name: string): boolean;
  get(name: string): string | undefined;
}

export interface ExpandOptions {
  readonly escape: EscapeCharacter;
  /**
   * What becomes of a variable that is not set: `empty` as in a build (the default), `keep` leaves every expansion of it
   * as written, `default` leaves it as written unless the expansion itself says what then (`-`, `+`).
   */
  readonly unset?: 'empty' | 'keep' | 'default';
  /** Leaves quotes in the result. */
  readonly rawQuotes?: boolean;
  /** Leaves escape characters in the result. */
  readonly rawEscapes?: boolean;
  /** False: quotes have no meaning, as in the content of a here-document. */
  readonly quotes?: boolean;
}

export interface Expansion {
  /** With quotes and escapes removed. When there is an error: the word as it was. */
  readonly value: string;
  /** Split at white space outside of quotes. */
  readonly words: readonly string[];
  /** Names that were looked up and found. */
  readonly used: ReadonlySet<string>;
  /** Names that were looked up and not found, those with a default included. */
  readonly unmatched: ReadonlySet<string>;
  /** Names whose expansion stands in the value as written. Empty: the value is what a build gets. */
  readonly unknown: ReadonlySet<string>;
  /** One sentence: why BuildKit would refuse the word. */
  readonly error: string | undefined;
}

/** A result longer than this is refused: variables that double themselves would fill the memory. */
const maximalLength = 1 << 20;
const maximalDepth = 200;
const none: ReadonlySet<string> = new Set();

/**
 * Expands the variables of one word and removes its quotes, as BuildKit does it for FROM, ENV, ARG, COPY and others.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandWord(word: string, variables: Variables, options: ExpandOptions): Expansion {
  if (!needsWork(word, options.escape))
    return { value: word, words: [word], used: none, unmatched: none, unknown: none, error: undefined };
  const lexer: Lexer = {
    source: word,
    variables,
    options,
    at: word.charCodeAt(0) === 0xfeff ? 1 : 0,
    rawEscapes: options.rawEscapes ?? false,
    limit: Math.max(maximalLength, word.length * 2),
    depth: 0,
    buffer: '',
    used: undefined,
    unmatched: undefined,
    unknown: undefined,
  };
  try {
    const { text, words } = readUntil(lexer, undefined, lexer.rawEscapes);
    return expansionOf(lexer, text, words, undefined);
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    return expansionOf(lexer, word, [], error.message);
  }
}

function expansionOf(lexer: Lexer, value: string, words: readonly string[], error: string | undefined): Expansion {
  return {
    value,
    words,
    used: lexer.used ?? none,
    unmatched: lexer.unmatched ?? none,
    unknown: lexer.unknown ?? none,
    error,
  };
}

/** {@link expandWord} for a token, from its text with quotes. */
export function expandToken(token: Token, variables: Variables, options: ExpandOptions): Expansion {
  return expandWord(token.raw ?? token.value, variables, options);
}

/** The word without its quotes and escapes, expansions as they stand; the word itself when its quotes are not closed. */
export function removeQuotes(word: string, escapeCharacter: EscapeCharacter): string {
  if (!word.includes('"') && !word.includes("'") && !word.includes(escapeCharacter)) return word;
  return expandWord(word, everythingUnknown, { escape: escapeCharacter }).value;
}

const everythingUnknown: Variables = { has: () => true, get: () => undefined };

function needsWork(word: string, escapeCharacter: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (code === 36 || code === 34 || code === 39 || code === 92 || code === 60 || code === 96 || code === 0xfeff)
      return true;
    if (isSpace(code)) return true;
  }
  return word === '' || word.includes(escapeCharacter);
}

interface Words {
  readonly list: string[];
  inWord: boolean;
}

function readUntil(lexer: Lexer, stop: string | undefined, rawEscapes: boolean): { text: string; words: string[] } {
  lexer.depth += 1;
  if (lexer.depth > maximalDepth) throw new ExpansionError('The expansions are nested too deeply.');
  const outerRawEscapes = lexer.rawEscapes;
  lexer.rawEscapes = rawEscapes;
  lexer.buffer = '';
  const words: Words = { list: [], inWord: false };
  const text = readPieces(lexer, stop, words);
  if (lexer.buffer !== '') words.list.push(lexer.buffer);
  lexer.buffer = '';
  lexer.rawEscapes = outerRawEscapes;
  lexer.depth -= 1;
  return { text, words: words.list };
}

function readPieces(lexer: Lexer, stop: string | undefined, words: Words): string {
  const { source } = lexer;
  let result = '';
  while (lexer.at < source.length) {
    const character = source.charAt(lexer.at);
    if (character === stop) {
      lexer.at += 1;
      return result;
    }
    const special = readSpecial(lexer, character);
    if (special !== undefined) {
      result += special;
      if (character === '$') addSplit(lexer, words, special);
      else addRaw(lexer, words, special);
    } else if (character === lexer.options.escape) result += readEscaped(lexer, words);
    else result += readPlain(lexer, words, stop);
    if (result.length > lexer.limit) throw new ExpansionError('The value is longer than 1 MiB.');
  }
  if (stop !== undefined) throw new ExpansionError(`The closing '${stop}' of an expansion is missing.`);
  return result;
}

function readSpecial(lexer: Lexer, character: string): string | undefined {
  if (character === '$') return readDollar(lexer);
  if (character === '<') return readHeredocOperator(lexer);
  if (lexer.options.quotes === false) return undefined;
  if (character === "'") return readSingleQuoted(lexer);
  if (character === '"') return readDoubleQuoted(lexer);
  return undefined;
}

function readEscaped(lexer: Lexer, words: Words): string {
  let result = '';
  if (lexer.rawEscapes) {
    result = lexer.options.escape;
    addRaw(lexer, words, result);
  }
  lexer.at += 1;
  if (lexer.at >= lexer.source.length) return result;
  const escaped = takeCharacter(lexer);
  addRaw(lexer, words, escaped);
  return result + escaped;
}

function readPlain(lexer: Lexer, words: Words, stop: string | undefined): string {
  const start = lexer.at;
  const { source } = lexer;
  do lexer.at += 1;
  while (lexer.at < source.length && isPlain(source.charCodeAt(lexer.at)) && source.charAt(lexer.at) !== stop);
  const text = source.slice(start, lexer.at);
  addSplit(lexer, words, text);
  return text;
}

/** No character that ever has a meaning: `$ < ' " \ `` ` `` `. */
function isPlain(code: number): boolean {
  return code !== 36 && code !== 60 && code !== 39 && code !== 34 && code !== 92 && code !== 96;
}

function addRaw(lexer: Lexer, words: Words, text: string): void {
  lexer.buffer += text;
  words.inWord = true;
}

function addSplit(lexer: Lexer, words: Words, text: string): void {
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !isSpace(text.charCodeAt(at))) continue;
    if (at > start) addRaw(lexer, words, text.slice(start, at));
    if (at < text.length && words.inWord && lexer.buffer !== '') {
      words.list.push(lexer.buffer);
      lexer.buffer = '';
      words.inWord = false;
    }
    start = at + 1;
  }
}

function takeCharacter(lexer: Lexer): string {
  const code = lexer.source.codePointAt(lexer.at);
  if (code === undefined) return '';
  const character = String.fromCodePoint(code);
  lexer.at += character.length;
  return character;
}

function readSingleQuoted(lexer: Lexer): string {
  const end = lexer.source.indexOf("'", lexer.at + 1);
  if (end === -1) throw new ExpansionError('A single quote is not closed.');
  const start = lexer.at;
  lexer.at = end + 1;
  return lexer.options.rawQuotes ? lexer.source.slice(start, end + 1) : lexer.source.slice(start + 1, end);
}

function readDoubleQuoted(lexer: Lexer): string {
  const { source, options } = lexer;
  const quote = options.rawQuotes ? '"' : '';
  let result = quote;
  lexer.at += 1;
  while (lexer.at < source.length) {
    const character = source.charAt(lexer.at);
    if (character === '"') {
      lexer.at += 1;
      return result + quote;
    }
    if (character === '$') result += readDollar(lexer);
    else if (character === options.escape) result += readEscapedInQuotes(lexer);
    else {
      const start = lexer.at;
      do lexer.at += 1;
      while (lexer.at < source.length && isPlain(source.charCodeAt(lexer.at)));
      result += source.slice(start, lexer.at);
    }
    if (result.length > lexer.limit) throw new ExpansionError('The value is longer than 1 MiB.');
  }
  throw new ExpansionError('A double quote is not closed.');
}

/** Between double quotes only the quote, the dollar sign and the escape character itself can be escaped. */
function readEscapedInQuotes(lexer: Lexer): string {
  const escapeCharacter = lexer.options.escape;
  const kept = lexer.rawEscapes ? escapeCharacter : '';
  lexer.at += 1;
  const next = lexer.source.charAt(lexer.at);
  if (next === '') return kept;
  if (next !== '"' && next !== '$' && next !== escapeCharacter) return kept + escapeCharacter;
  lexer.at += 1;
  return kept + next;
}

/** `<<` with the blanks behind it stays with the word that follows: `<< EOF` names one here-document. */
function readHeredocOperator(lexer: Lexer): string {
  const start = lexer.at;
  lexer.at += 1;
  if (lexer.source.charAt(lexer.at) !== '<') return '<';
  do lexer.at += 1;
  while ('\t\r '.includes(lexer.source.charAt(lexer.at) || '-'));
  return lexer.source.slice(start, lexer.at);
}

function readDollar(lexer: Lexer): string {
  const start = lexer.at;
  lexer.at += 1;
  if (lexer.source.charAt(lexer.at) === '{') return readBraced(lexer, start);
  const name = readName(lexer);
  if (name === '') return '$';
  return plainValue(lexer, name, start, () => `$${name}`);
}

function plainValue(lexer: Lexer, name: string, start: number, kept: () => string): string {
  const found = lookUp(lexer, name);
  if (found.state === 'known') return found.value;
  return asWritten(lexer, name, start, found.state, kept) ?? '';
}

function readBraced(lexer: Lexer, start: number): string {
  lexer.at += 1;
  const first = lexer.source.charAt(lexer.at);
  if (first === '') throw new ExpansionError("The closing '}' of an expansion is missing.");
  if ('{}:'.includes(first)) throw new ExpansionError(`A substitution has no name: \${${first}`);
  const name = readName(lexer);
  let operator = takeCharacter(lexer);
  if (operator === '') throw new ExpansionError("The closing '}' of an expansion is missing.");
  if (operator === '}') return plainValue(lexer, name, start, () => `\${${name}}`);
  if (operator === ':') operator += takeCharacter(lexer);
  if (operator.startsWith(':') || '+-?#%'.includes(operator)) return readModifier(lexer, start, name, operator);
  if (operator === '/') return readReplacement(lexer, start, name);
  throw new ExpansionError(unsupported(operator));
}

function unsupported(operator: string): string {
  return `The modifier '${operator}' is not supported in a substitution.`;
}

function readModifier(lexer: Lexer, start: number, name: string, operator: string): string {
  const kind = operator.at(-1);
  const isPattern = kind === '#' || kind === '%';
  const emptyIsUnset = operator.length > 1;
  if (emptyIsUnset && isPattern) throw new ExpansionError(unsupported(operator));
  const word = readUntil(lexer, '}', isPattern).text;
  const found = lookUp(lexer, name);
  const decides = found.state === 'unset' && lexer.options.unset === 'default' && (kind === '-' || kind === '+');
  if (!decides) {
    const written = asWritten(lexer, name, start, found.state, () => `\${${name}${operator}${word}}`);
    if (written !== undefined) return written;
  }
  const value = found.state === 'known' ? found.value : '';
  const isSet = found.state === 'known' && !(emptyIsUnset && value === '');
  if (kind === '-') return isSet ? value : word;
  if (kind === '+') return isSet ? word : '';
  if (isPattern) return trimMatch(value, word, kind);
  if (operator !== '?' && operator !== ':?') throw new ExpansionError(unsupported(operator));
  if (!isSet)
    throw new ExpansionError(
      word === '' ? `The variable ${name} must have a value.` : `The variable ${name} is required: ${word}`,
    );
  return value;
}

function readReplacement(lexer: Lexer, start: number, name: string): string {
  const all = lexer.source.charAt(lexer.at) === '/';
  if (all) lexer.at += 1;
  const search = readUntil(lexer, '/', true).text;
  const replacement = readUntil(lexer, '}', true).text;
  const found = lookUp(lexer, name);
  const written = asWritten(lexer, name, start, found.state, () => `\${${name}/${search}/${replacement}}`);
  if (written !== undefined) return written;
  const value = found.state === 'known' ? found.value : '';
  return replaceMatches(readPattern(search, value), value, replacement, all, lexer.limit);
}
