import { inBraceCondition } from '../internal/condition.ts';
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
import type { LogFormat, SourceLogger } from '../source-facts.ts';
import { isStandardStream } from '../standard-stream.ts';

type Words = ReadonlyMap<string, readonly number[]>;

/** The loggers that a Node.js source sets up, and its first use of the console. */
export function nodeLoggers(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const modules = importedModules(tokens, words);
  return [
    ...consoleUse(tokens, words),
    ...(modules.has('pino') || modules.has('fastify') ? pinoUses(tokens, words, modules) : []),
    ...(modules.has('winston') || modules.has('winston-daily-rotate-file') ? winstonUses(tokens, words) : []),
    ...(modules.has('bunyan') ? bunyanUses(tokens, words) : []),
    ...(modules.has('log4js') ? log4jsUses(tokens, words) : []),
    ...(modules.has('morgan') ? morganUses(tokens, words) : []),
    ...plainFileUses(tokens, words),
  ].sort((a, b) => a.range.start - b.range.start);
}

/** Names of the modules that are imported or required, with the local name of a default import. */
function importedModules(tokens: readonly SourceToken[], words: Words): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const at of words.get('require') ?? []) {
    const name = isMark(tokens[at + 1], '(') ? literalAt(tokens, at + 2) : undefined;
    if (name !== undefined) modules.set(name, isMark(tokens[at - 1], '=') ? (tokens[at - 2]?.text ?? '') : '');
  }
  for (const at of words.get('from') ?? []) {
    const name = literalAt(tokens, at + 1);
    if (name !== undefined) modules.set(name, tokens[at - 1]?.kind === 'word' ? (tokens[at - 1]?.text ?? '') : '');
  }
  return modules;
}

const consoleMethods = ['log', 'info', 'warn', 'error', 'debug'];

function consoleUse(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const calls = (words.get('console') ?? []).filter(
    (at) => isMark(tokens[at + 1], '.') && isWord(tokens[at + 2], ...consoleMethods) && isMark(tokens[at + 3], '('),
  );
  const plain = calls.find((at) => !readsAs(tokens, at + 4, 'JSON', '.', 'stringify'));
  const first = plain ?? calls[0];
  if (first === undefined) return [];
  const format = plain === undefined ? 'json' : 'text';
  return [{ library: 'console', range: rangeOf(tokens, first, first + 2), format, destination: 'stdout' }];
}

function pinoUses(tokens: readonly SourceToken[], words: Words, modules: ReadonlyMap<string, string>): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get(modules.get('pino') || 'pino') ?? []) {
    if (isMark(tokens[at + 1], '(')) result.push(pinoCall(tokens, at));
    if (isMark(tokens[at + 1], '.') && isWord(tokens[at + 2], 'destination') && isMark(tokens[at + 3], '(')) {
      const file = literalAt(tokens, at + 4);
      if (file !== undefined) result.push(toFile('pino', tokens, at, at + 2, file, 'json'));
    }
  }
  for (const at of words.get('logger') ?? [])
    if (modules.has('fastify') && isMark(tokens[at + 1], ':') && isWord(tokens[at + 2], 'true'))
      result.push({ library: 'pino', range: rangeOf(tokens, at, at + 2), format: 'json', destination: 'stdout' });
  return result;
}

function pinoCall(tokens: readonly SourceToken[], at: number): SourceLogger {
  const close = closingIndex(tokens, at + 1);
  const pretty = hasString(tokens, at, close, 'pino-pretty');
  const conditional = hasWord(tokens, at, close, 'process', 'NODE_ENV') || hasMark(tokens, at, close, '?');
  const file = hasString(tokens, at, close, 'pino/file') ? propertyText(tokens, at, close, 'destination') : undefined;
  const format = !pretty ? 'json' : conditional ? 'unknown' : 'text';
  if (file !== undefined) return toFile('pino', tokens, at, at, file, format);
  return { library: 'pino', range: rangeOf(tokens, at, at), format, destination: 'stdout' };
}

const winstonText = ['simple', 'cli', 'printf', 'prettyPrint'];

function winstonUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('createLogger') ?? []) {
    if (!isMark(tokens[at + 1], '(')) continue;
    const close = closingIndex(tokens, at + 1);
    const text = hasWord(tokens, at, close, ...winstonText);
    const json = hasWord(tokens, at, close, 'json') || !text;
    const format = text && json ? 'unknown' : json ? 'json' : 'text';
    const console = hasWord(tokens, at, close, 'Console');
    result.push({
      library: 'winston',
      range: rangeOf(tokens, at, at),
      format,
      destination: console ? 'stdout' : 'unknown',
    });
  }
  for (const name of ['File', 'DailyRotateFile'])
    for (const at of words.get(name) ?? []) {
      if (!isMark(tokens[at + 1], '(') || !hasWord(tokens, at - 6, at, 'new')) continue;
      const file = propertyText(tokens, at, closingIndex(tokens, at + 1), 'filename');
      result.push(toFile('winston', tokens, at, at, file, 'unknown'));
    }
  return result;
}

function bunyanUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('createLogger') ?? []) {
    if (!isMark(tokens[at + 1], '(')) continue;
    const file = propertyText(tokens, at, closingIndex(tokens, at + 1), 'path');
    if (file !== undefined) result.push(toFile('bunyan', tokens, at, at, file, 'json'));
    else result.push({ library: 'bunyan', range: rangeOf(tokens, at, at), format: 'json', destination: 'stdout' });
  }
  return result;
}

function log4jsUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('type') ?? []) {
    if (!isMark(tokens[at + 1], ':')) continue;
    const type = literalAt(tokens, at + 2);
    if (type === 'file' || type === 'dateFile' || type === 'fileSync')
      result.push(toFile('log4js', tokens, at, at + 2, propertyText(tokens, at, at + 12, 'filename'), 'text'));
    else if (type === 'stdout' || type === 'console')
      result.push({ library: 'log4js', range: rangeOf(tokens, at, at + 2), format: 'text', destination: 'stdout' });
  }
  return result;
}

const morganFormats = new Set(['combined', 'common', 'dev', 'short', 'tiny']);

function morganUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const at of words.get('morgan') ?? []) {
    if (!isMark(tokens[at + 1], '(')) continue;
    const format = morganFormats.has(literalAt(tokens, at + 2) ?? '') ? 'text' : 'unknown';
    const stream = hasWord(tokens, at + 2, closingIndex(tokens, at + 1), 'stream');
    const destination = stream ? 'unknown' : 'stdout';
    result.push({ library: 'morgan', range: rangeOf(tokens, at, at), format, destination });
  }
  return result;
}

/** `fs.createWriteStream('app.log')` and its like, told by the file's name. */
function plainFileUses(tokens: readonly SourceToken[], words: Words): SourceLogger[] {
  const result: SourceLogger[] = [];
  for (const name of ['createWriteStream', 'appendFile', 'appendFileSync'])
    for (const at of words.get(name) ?? []) {
      const [first] = isMark(tokens[at + 1], '(') ? argumentsAt(tokens, at + 1) : [];
      const file = first && lastLiteral(tokens, first.from, first.to);
      if (file?.endsWith('.log')) result.push(toFile('fs', tokens, at, at, file, 'unknown'));
    }
  return result;
}

function toFile(
  library: string,
  tokens: readonly SourceToken[],
  from: number,
  last: number,
  file: string | undefined,
  format: LogFormat,
): SourceLogger {
  const destination = file !== undefined && isStandardStream(file) ? 'stdout' : 'file';
  return {
    library,
    range: rangeOf(tokens, from, last),
    format,
    destination,
    ...(file !== undefined && { file }),
    ...(inBraceCondition(tokens, from) && { conditional: true }),
  };
}

function lastLiteral(tokens: readonly SourceToken[], from: number, to: number): string | undefined {
  for (let at = to - 1; at >= from; at--) if (tokens[at]?.kind === 'string') return tokens[at]?.text;
  return undefined;
}

function hasString(tokens: readonly SourceToken[], from: number, to: number, text: string): boolean {
  for (let at = from; at < to; at++) if (literalAt(tokens, at) === text) return true;
  return false;
}

function hasMark(tokens: readonly SourceToken[], from: number, to: number, mark: string): boolean {
  for (let at = from; at < to; at++) if (isMark(tokens[at], mark)) return true;
  return false;
}

/** The literal value of `name: '…'` between two indexes. */
function propertyText(tokens: readonly SourceToken[], from: number, to: number, name: string): string | undefined {
  for (let at = from; at < to; at++)
    if (isWord(tokens[at], name) && isMark(tokens[at + 1], ':')) return literalAt(tokens, at + 2);
  return undefined;
}
