import { inPythonCondition } from '../internal/condition.ts';
import type { SourceToken } from '../internal/source-lexer.ts';
import {
  argumentsAt,
  closingIndex,
  hasWord,
  isMark,
  isWord,
  literalAt,
  rangeOf,
  readsAs,
} from '../internal/token-walk.ts';
import type { SourceLogger } from '../source-facts.ts';
import { isStandardStream } from '../standard-stream.ts';

type Words = ReadonlyMap<string, readonly number[]>;

const fileHandlers = ['FileHandler', 'RotatingFileHandler', 'TimedRotatingFileHandler', 'WatchedFileHandler'];
const jsonWords = [
  'JsonFormatter',
  'JSONFormatter',
  'JSONLogFormatter',
  'StackdriverFormatter',
  'EcsFormatter',
  'StdlibFormatter',
];

/** The loggers that a Python source sets up: https://docs.python.org/3/library/logging.html, structlog, loguru. */
export function pythonLoggers(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  return [
    ...handlers(tokens, words),
    ...basicConfig(tokens, words),
    ...dictConfig(tokens, words),
    ...structlogUses(tokens, words),
    ...loguruUses(tokens, words),
    ...jsonFormatters(words, tokens),
    ...printUse(tokens, words),
  ].sort((a, b) => a.range.start - b.range.start);
}

function handlers(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const name of fileHandlers)
    for (const at of words.get(name) ?? []) {
      if (!isMark(tokens[at + 1], '(') || isWord(tokens[at - 1], 'class')) continue;
      const from = isMark(tokens[at - 1], '.') ? at - 2 : at;
      result.push(fileLogger('logging', tokens, from, at, fileArgument(tokens, at + 1)));
    }
  return result;
}

/** The first argument or `filename=`. */
function fileArgument(tokens: readonly SourceToken[], open: number): string | undefined {
  const given = argumentsAt(tokens, open);
  const named = given.find(({ from }) => isWord(tokens[from], 'filename') && isMark(tokens[from + 1], '='));
  if (named) return literalAt(tokens, named.from + 2);
  const [first] = given;
  return first && first.to === first.from + 1 ? literalAt(tokens, first.from) : undefined;
}

function fileLogger(
  library: string,
  tokens: readonly SourceToken[],
  from: number,
  last: number,
  file: string | undefined,
): SourceLogger {
  const destination = file !== undefined && isStandardStream(file) ? 'stdout' : 'file';
  return {
    library,
    range: rangeOf(tokens, from, last),
    format: 'unknown',
    destination,
    ...(file !== undefined && { file }),
    ...(inPythonCondition(tokens, from) && { conditional: true }),
  };
}

function basicConfig(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('basicConfig') ?? []) {
    if (!isMark(tokens[at + 1], '(')) continue;
    const close = closingIndex(tokens, at + 1);
    const from = isMark(tokens[at - 1], '.') ? at - 2 : at;
    const hasFile = argumentsAt(tokens, at + 1).find(({ from: start }) => readsAs(tokens, start, 'filename', '='));
    const own = hasWord(tokens, at, close, 'handlers');
    if (hasFile) result.push(fileLogger('logging', tokens, from, at, literalAt(tokens, hasFile.from + 2)));
    else {
      const format = own || jsonFormat(tokens, at, close) ? 'unknown' : 'text';
      result.push({
        library: 'logging',
        range: rangeOf(tokens, from, at),
        format,
        destination: own ? 'unknown' : 'stdout',
      });
    }
  }
  return result;
}

/** `format='{"time": "%(asctime)s" …}'`: JSON by hand. */
function jsonFormat(tokens: readonly SourceToken[], from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (readsAs(tokens, at, 'format', '=') && tokens[at + 2]?.text.trimStart().startsWith('{')) return true;
  return false;
}

function dictConfig(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  if (!words.has('dictConfig') && !words.has('LOGGING') && !words.has('log_config')) return [];
  const result: SourceLogger[] = [];
  tokens.forEach((token, at) => {
    if (token.kind !== 'string' || token.text !== 'class' || !isMark(tokens[at + 1], ':')) return;
    const handler = /^logging\.(?:handlers\.)?(\w+)$/.exec(literalAt(tokens, at + 2) ?? '')?.[1];
    if (handler !== undefined && fileHandlers.includes(handler))
      result.push(fileLogger('logging', tokens, at, at + 2, dictFile(tokens, at)));
  });
  return result;
}

/** The `'filename': '…'` beside a handler's class. */
function dictFile(tokens: readonly SourceToken[], at: number): string | undefined {
  for (let index = at - 20; index < at + 40; index++)
    if (literalAt(tokens, index) === 'filename' && isMark(tokens[index + 1], ':')) return literalAt(tokens, index + 2);
  return undefined;
}

function structlogUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  if (!words.has('structlog')) return [];
  for (const [name, format] of [
    ['JSONRenderer', 'json'],
    ['ConsoleRenderer', 'text'],
  ] as const) {
    const [at] = words.get(name) ?? [];
    const both = words.has('JSONRenderer') && words.has('ConsoleRenderer');
    if (at !== undefined)
      return [
        {
          library: 'structlog',
          range: rangeOf(tokens, at, at),
          format: both ? 'unknown' : format,
          destination: 'stdout',
        },
      ];
  }
  return [];
}

function loguruUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const imported = (words.get('loguru') ?? []).find((at) => isWord(tokens[at - 1], 'from', 'import'));
  if (imported === undefined) return [];
  const result: SourceLogger[] = [];
  let serialized = false;
  for (const at of words.get('add') ?? []) {
    if (!readsAs(tokens, at - 2, 'logger', '.') || !isMark(tokens[at + 1], '(')) continue;
    const close = closingIndex(tokens, at + 1);
    const json = hasSetting(tokens, at, close, 'serialize');
    serialized ||= json;
    const first = tokens[at + 2];
    if (first?.kind === 'string')
      result.push({ ...fileLogger('loguru', tokens, at - 2, at, first.text), format: json ? 'json' : 'text' });
    else if (json)
      result.push({ library: 'loguru', range: rangeOf(tokens, at - 2, at), format: 'json', destination: 'stdout' });
  }
  if (!serialized && result.length === 0)
    result.push({
      library: 'loguru',
      range: rangeOf(tokens, imported, imported),
      format: 'text',
      destination: 'stdout',
    });
  return result;
}

function hasSetting(tokens: readonly SourceToken[], from: number, to: number, name: string): boolean {
  for (let at = from; at < to; at++) if (readsAs(tokens, at, name, '=', 'True')) return true;
  return false;
}

function jsonFormatters(words: Words, tokens: readonly SourceToken[]): SourceLogger[] {
  for (const name of jsonWords) {
    const [at] = words.get(name) ?? [];
    if (at !== undefined)
      return [{ library: 'logging', range: rangeOf(tokens, at, at), format: 'json', destination: 'unknown' }];
  }
  const named = tokens.findIndex(
    (token) => token.kind === 'string' && /\.(?:JsonFormatter|EcsFormatter)$/.test(token.text),
  );
  if (named === -1) return [];
  return [{ library: 'logging', range: rangeOf(tokens, named, named), format: 'json', destination: 'unknown' }];
}

function printUse(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const at = (words.get('print') ?? []).find(
    (index) => isMark(tokens[index + 1], '(') && !isMark(tokens[index - 1], '.'),
  );
  if (at === undefined) return [];
  return [{ library: 'print', range: rangeOf(tokens, at, at), format: 'text', destination: 'stdout' }];
}
