import { inBraceCondition, inSwitchCase } from '../internal/condition.ts';
import type { SourceToken } from '../internal/source-lexer.ts';
import { closingIndex, isMark, isWord, literalAt, rangeOf, readsAs } from '../internal/token-walk.ts';
import type { LogDestination, LogFormat, SourceLogger } from '../source-facts.ts';
import { isStandardStream } from '../standard-stream.ts';

type Words = ReadonlyMap<string, readonly number[]>;

/** The loggers that a Go source sets up: log, log/slog, zap, zerolog, logrus, and files that they write to. */
export function goLoggers(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const imports = importedPaths(tokens);
  return [
    ...slogUses(tokens, words),
    ...(imports.has('go.uber.org/zap') ? zapUses(tokens, words) : []),
    ...([...imports].some((path) => path.startsWith('github.com/rs/zerolog')) ? zerologUse(tokens, words) : []),
    ...(imports.has('github.com/sirupsen/logrus') ? logrusUse(tokens, words) : []),
    ...(imports.has('log') ? standardUse(tokens, words) : []),
    ...files(tokens, words),
  ].sort((a, b) => a.range.start - b.range.start);
}

function importedPaths(tokens: readonly SourceToken[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (let at = 0; at < Math.min(tokens.length, 400); at++) {
    if (!isWord(tokens[at], 'import')) continue;
    const end = isMark(tokens[at + 1], '(') ? closingIndex(tokens, at + 1) : at + 3;
    for (let index = at + 1; index < end; index++) {
      const path = literalAt(tokens, index);
      if (path !== undefined) paths.add(path);
    }
  }
  return paths;
}

function logger(
  library: string,
  tokens: readonly SourceToken[],
  from: number,
  last: number,
  format: LogFormat,
  destination: LogDestination,
): SourceLogger {
  return { library, range: rangeOf(tokens, from, last), format, destination };
}

function slogUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const [name, format] of [
    ['NewJSONHandler', 'json'],
    ['NewTextHandler', 'text'],
  ] as const)
    for (const at of words.get(name) ?? [])
      if (readsAs(tokens, at - 2, 'slog', '.')) {
        const standard = readsAs(tokens, at + 2, 'os', '.') && isWord(tokens[at + 4], 'Stdout', 'Stderr');
        result.push(logger('log/slog', tokens, at - 2, at, format, standard ? 'stdout' : 'unknown'));
      }
  return result;
}

function zapUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const [name, format] of [
    ['NewProduction', 'json'],
    ['NewProductionConfig', 'json'],
    ['NewDevelopment', 'text'],
    ['NewDevelopmentConfig', 'text'],
  ] as const)
    for (const at of words.get(name) ?? [])
      if (readsAs(tokens, at - 2, 'zap', '.')) result.push(logger('zap', tokens, at - 2, at, format, 'stdout'));
  for (const at of words.get('Encoding') ?? []) {
    const encoding = isMark(tokens[at + 1], ':') ? literalAt(tokens, at + 2) : undefined;
    if (encoding === 'json' || encoding === 'console')
      result.push(logger('zap', tokens, at, at + 2, encoding === 'json' ? 'json' : 'text', 'stdout'));
  }
  for (const at of words.get('OutputPaths') ?? [])
    for (let index = at + 1; index < at + 20 && !isMark(tokens[index], '}'); index++) {
      const path = literalAt(tokens, index);
      if (path !== undefined && path !== 'stdout' && path !== 'stderr' && !isStandardStream(path))
        result.push({ ...logger('zap', tokens, at, index, 'unknown', 'file'), file: path });
    }
  return result;
}

function zerologUse(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const [console] = words.get('ConsoleWriter') ?? [];
  if (console !== undefined) {
    const conditional = words.has('Getenv') || words.has('isatty') || words.has('IsTerminal');
    return [logger('zerolog', tokens, console, console, conditional ? 'unknown' : 'text', 'stdout')];
  }
  const first = [...(words.get('zerolog') ?? []), ...(words.get('log') ?? [])].find((at) =>
    isMark(tokens[at + 1], '.'),
  );
  return first === undefined ? [] : [logger('zerolog', tokens, first, first, 'json', 'stdout')];
}

function logrusUse(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const [json] = words.get('JSONFormatter') ?? [];
  if (json !== undefined) return [logger('logrus', tokens, json, json, 'json', 'stdout')];
  const at = [...(words.get('logrus') ?? []), ...(words.get('log') ?? [])].find((each) =>
    isMark(tokens[each + 1], '.'),
  );
  return at === undefined
    ? []
    : [logger('logrus', tokens, at, at, words.has('SetFormatter') ? 'unknown' : 'text', 'stdout')];
}

const printing = ['Print', 'Printf', 'Println', 'New', 'SetFlags', 'SetPrefix'];

/** Only calls that print: `log.Fatal` alone says how a program ends, not how it logs. */
function standardUse(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const at = (words.get('log') ?? []).find(
    (each) => isMark(tokens[each + 1], '.') && isWord(tokens[each + 2], ...printing),
  );
  return at === undefined ? [] : [logger('log', tokens, at, at + 2, 'text', 'unknown')];
}

/** lumberjack, and `log.SetOutput` or a handler on a file that this source opens. */
function files(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('lumberjack') ?? []) {
    if (!isMark(tokens[at + 1], '.') || !isMark(tokens[at + 3], '{')) continue;
    const close = closingIndex(tokens, at + 3);
    const file = fieldText(tokens, at, close, 'Filename');
    result.push({
      ...logger('lumberjack', tokens, at, at + 2, 'unknown', 'file'),
      ...(file !== undefined && { file }),
      ...((inBraceCondition(tokens, at) || inSwitchCase(tokens, at)) && { conditional: true }),
    });
  }
  for (const opened of openedFiles(tokens, words))
    for (const use of words.get(opened.name) ?? [])
      if (use > opened.at && isLogSink(tokens, use))
        result.push({
          ...logger('log', tokens, opened.at - 2, opened.at, 'unknown', 'file'),
          ...opened.file,
          ...(inBraceCondition(tokens, use) && { conditional: true }),
        });
  return firstOfEach(result);
}

interface OpenedFile {
  readonly name: string;
  readonly at: number;
  readonly file: { readonly file?: string };
}

function openedFiles(tokens: readonly SourceToken[], words: Words): OpenedFile[] {
  const result: OpenedFile[] = [];
  for (const call of ['OpenFile', 'Create'])
    for (const at of words.get(call) ?? []) {
      if (!readsAs(tokens, at - 2, 'os', '.') || !isMark(tokens[at - 3], ':=', '=')) continue;
      const name = isMark(tokens[at - 5], ',') ? tokens[at - 6] : tokens[at - 4];
      const file = literalAt(tokens, at + 2);
      if (name?.kind === 'word' && !(file !== undefined && isStandardStream(file)))
        result.push({ name: name.text, at, file: file === undefined ? {} : { file } });
    }
  return result;
}

/** The file is an argument of SetOutput, New, NewJSONHandler, NewTextHandler or MultiWriter. */
function isLogSink(tokens: readonly SourceToken[], use: number): boolean {
  for (let at = use - 1; at > use - 8; at--)
    if (isMark(tokens[at], '(') && isWord(tokens[at - 1], 'SetOutput', 'NewJSONHandler', 'NewTextHandler')) return true;
    else if (isMark(tokens[at], '(') && readsAs(tokens, at - 3, 'log', '.', 'New')) return true;
    else if (isMark(tokens[at], ';', '{', '}')) return false;
  return false;
}

function firstOfEach(loggers: readonly SourceLogger[]): SourceLogger[] {
  const starts = new Set<number>();
  return loggers.filter(({ range }) => !starts.has(range.start) && starts.add(range.start));
}

function fieldText(tokens: readonly SourceToken[], from: number, to: number, name: string): string | undefined {
  for (let at = from; at < to; at++)
    if (isWord(tokens[at], name) && isMark(tokens[at + 1], ':')) return literalAt(tokens, at + 2);
  return undefined;
}
