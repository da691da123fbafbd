import { markConditional } from '../internal/conditional-read.ts';
import { lexicons, lexSource, type SourceToken } from '../internal/source-lexer.ts';
import { isMark, rangeOf, readsAs, wordIndexes } from '../internal/token-walk.ts';
import { noFacts, type SourceMetrics, type SourceReader } from '../source-facts.ts';
import { goLoggers } from './source-loggers.ts';
import { goVariables } from './source-variables.ts';

/** Texts without any of these hold nothing that is looked for, and are not taken apart. */
const telling =
  /Getenv|LookupEnv|Environ|`[^`\n]{0,200}\benv|EnvVar|envconfig|viper|log|zap|lumberjack|promhttp|metrics/;

export const goSource: SourceReader = {
  read(text, _path, readers = new Map()) {
    if (!telling.test(text) && ![...readers.keys()].some((name) => text.includes(name))) return noFacts;
    const tokens = lexSource(text, lexicons.go);
    const words = wordIndexes(tokens);
    const { readers: own, ...environment } = goVariables(tokens, words, readers);
    return {
      ...environment,
      variables: markConditional(tokens, words, 'braces', environment.variables),
      loggers: goLoggers(tokens, words),
      metrics: metrics(tokens, words),
      readers: own,
    };
  },
};

function metrics(tokens: readonly SourceToken[], words: ReadonlyMap<string, readonly number[]>): SourceMetrics[] {
  for (const at of words.get('promhttp') ?? [])
    if (isMark(tokens[at + 1], '.') && isMark(tokens[at + 3], '('))
      return [{ library: 'promhttp', range: rangeOf(tokens, at, at + 2) }];
  const route = tokens.findIndex(
    (token) => token.kind === 'string' && (token.text === '/metrics' || token.text === 'GET /metrics'),
  );
  if (route === -1 || !isMark(tokens[route - 1], '(') || readsAs(tokens, route - 2, 'Get', '(')) return [];
  return [{ library: 'own', range: rangeOf(tokens, route, route) }];
}
