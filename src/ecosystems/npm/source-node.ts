import { markConditional } from '../internal/conditional-read.ts';
import { lexicons, lexSource, type SourceToken } from '../internal/source-lexer.ts';
import { isMark, isWord, literalAt, rangeOf, wordIndexes } from '../internal/token-walk.ts';
import { noFacts, type SourceMetrics, type SourceReader } from '../source-facts.ts';
import { nodeLoggers } from './source-loggers.ts';
import { nodeVariables } from './source-variables.ts';

/** Texts without any of these hold nothing that is looked for, and are not taken apart. */
const telling =
  /\benv\b|\bconsole\b|\blog|Logger|winston|metrics|createWriteStream|cleanEnv|createEnv|pino|bunyan|morgan/;

/** JavaScript and TypeScript for Node.js. */
export const nodeSource: SourceReader = {
  read(text, _path, readers = new Map()) {
    if (!telling.test(text) && ![...readers.keys()].some((name) => text.includes(name))) return noFacts;
    const tokens = lexSource(text, lexicons.node);
    const words = wordIndexes(tokens);
    const { readers: own, ...environment } = nodeVariables(tokens, words, readers);
    return {
      ...environment,
      variables: markConditional(tokens, words, 'braces', environment.variables),
      loggers: nodeLoggers(tokens, words),
      metrics: metrics(tokens, words),
      readers: own,
    };
  },
};

/** prom-client's `register.metrics()`, and the middlewares that serve it. */
function metrics(tokens: readonly SourceToken[], words: ReadonlyMap<string, readonly number[]>): SourceMetrics[] {
  for (const at of words.get('metrics') ?? [])
    if (isMark(tokens[at - 1], '.') && isWord(tokens[at - 2], 'register', 'registry', 'client', 'prometheus'))
      if (isMark(tokens[at + 1], '(')) return [{ library: 'prom-client', range: rangeOf(tokens, at - 2, at) }];
  for (const name of ['require', 'from'])
    for (const at of words.get(name) ?? []) {
      const module = literalAt(tokens, isMark(tokens[at + 1], '(') ? at + 2 : at + 1);
      if (
        module === 'express-prom-bundle' ||
        module === 'fastify-metrics' ||
        module === 'express-prometheus-middleware'
      )
        return [{ library: module, range: rangeOf(tokens, at, at + 1) }];
    }
  return handRouted(tokens);
}

/** A route `'/metrics'` of the source's own. */
function handRouted(tokens: readonly SourceToken[]): SourceMetrics[] {
  const at = tokens.findIndex((token) => token.kind === 'string' && token.literal && token.text === '/metrics');
  const before = tokens[at - 1];
  if (at === -1 || !isMark(before, '(', '===', '==') || isWord(tokens[at - 2], 'fetch', 'request')) return [];
  return [{ library: 'own', range: rangeOf(tokens, at, at) }];
}
