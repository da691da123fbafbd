import { lexicons, lexSource, type SourceToken } from '../internal/source-lexer.ts';
import {
  argumentsAt,
  closingIndex,
  isMark,
  isVariableName,
  isWord,
  literalAt,
  rangeOf,
  readsAs,
  wordIndexes,
} from '../internal/token-walk.ts';
import {
  noFacts,
  type SourceFacts,
  type SourceLogger,
  type SourceReader,
  type SourceVariable,
} from '../source-facts.ts';
import { readLoggingConfiguration } from './source-logging-configuration.ts';
import { placeholders, readProperties } from './source-properties.ts';

type Words = ReadonlyMap<string, readonly number[]>;

/** Texts without any of these hold nothing that is looked for, and are not taken apart. */
const telling = /getenv|@Value|System\.(?:out|err)|FileHandler|FileAppender|"\/metrics"/;

/** Java, Kotlin and Scala sources, Spring's property files, and the configuration files of logback, Log4j and java.util.logging. */
export const javaSource: SourceReader = {
  read(text, path) {
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (/^application(?:-[\w-]+)?\.(?:properties|ya?ml)$/.test(base)) return readProperties(text, base);
    if (/\.(?:xml|properties)$/.test(base)) return { ...noFacts, loggers: readLoggingConfiguration(text, base) };
    return telling.test(text) ? readCode(text) : noFacts;
  },
};

function readCode(text: string): SourceFacts {
  const tokens = lexSource(text, lexicons.java);
  const words = wordIndexes(tokens);
  const variables: SourceVariable[] = [];
  let readsOthers = false;
  for (const at of words.get('getenv') ?? []) {
    if (!readsAs(tokens, at - 2, 'System', '.') || !isMark(tokens[at + 1], '(')) continue;
    const found = environmentRead(tokens, at);
    if (found) variables.push(found);
    else readsOthers = true;
  }
  for (const at of words.get('Value') ?? []) {
    const literal = isMark(tokens[at - 1], '@') && isMark(tokens[at + 1], '(') ? tokens[at + 2] : undefined;
    if (literal?.kind === 'string') variables.push(...placeholders(literal.text, literal.start + 1));
  }
  return { ...noFacts, variables, loggers: loggers(tokens, words), readsOthers };
}

/** `System.getenv("X")`, `System.getenv().get("X")`, `.getOrDefault("X", d)`; undefined where the name is not known. */
function environmentRead(tokens: readonly SourceToken[], at: number): SourceVariable | undefined {
  const from = at - 2;
  if (isMark(tokens[at + 2], ')')) {
    const method = tokens[at + 4];
    const name = isMark(tokens[at + 3], '.') && isMark(tokens[at + 5], '(') ? literalAt(tokens, at + 6) : undefined;
    if (name === undefined || !isVariableName(name)) return undefined;
    const fallback = isWord(method, 'getOrDefault') ? argumentsAt(tokens, at + 5)[1] : undefined;
    return {
      name,
      range: rangeOf(tokens, from, closingIndex(tokens, at + 5)),
      optional: fallback !== undefined || isWord(method, 'containsKey'),
      required: false,
      fallback: fallback && literalAt(tokens, fallback.from),
    };
  }
  const name = literalAt(tokens, at + 2);
  if (name === undefined || !isMark(tokens[at + 3], ')') || !isVariableName(name)) return undefined;
  const required = readsAs(tokens, from - 2, 'requireNonNull', '(');
  const bearable =
    readsAs(tokens, from - 2, 'ofNullable', '(') ||
    readsAs(tokens, from - 2, 'requireNonNullElse', '(') ||
    isMark(tokens[at + 4], '==', '!=', '?') ||
    isMark(tokens[from - 1], '==', '!=');
  const kotlinElse = isMark(tokens[at + 4], '?') && isMark(tokens[at + 5], ':');
  return {
    name,
    range: rangeOf(tokens, from, at + 3),
    optional: !required && (bearable || comparedLater(tokens, from)),
    required,
    fallback: kotlinElse ? literalAt(tokens, at + 6) : undefined,
  };
}

/** `String x = System.getenv("X"); … x == null …` */
function comparedLater(tokens: readonly SourceToken[], from: number): boolean {
  const name = tokens[from - 2];
  if (!isMark(tokens[from - 1], '=') || name?.kind !== 'word') return false;
  for (let at = from; at < Math.min(tokens.length, from + 300); at++)
    if (isWord(tokens[at], name.text) && isMark(tokens[at + 1], '==', '!=', '?')) return true;
  return false;
}

function loggers(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  const printed = (words.get('System') ?? []).find(
    (at) => isMark(tokens[at + 1], '.') && isWord(tokens[at + 2], 'out', 'err') && isMark(tokens[at + 3], '.'),
  );
  if (printed !== undefined)
    result.push({
      library: 'System.out',
      range: rangeOf(tokens, printed, printed + 2),
      format: 'text',
      destination: 'stdout',
    });
  for (const name of ['FileHandler', 'FileAppender', 'RollingFileAppender'])
    for (const at of words.get(name) ?? [])
      if (isWord(tokens[at - 1], 'new'))
        result.push({
          library: name === 'FileHandler' ? 'java.util.logging' : 'logback',
          range: rangeOf(tokens, at - 1, at),
          format: 'unknown',
          destination: 'file',
        });
  return result.sort((a, b) => a.range.start - b.range.start);
}
