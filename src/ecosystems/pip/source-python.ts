import { markConditional } from '../internal/conditional-read.ts';
import { lexicons, lexSource, type SourceToken } from '../internal/source-lexer.ts';
import { isMark, rangeOf, wordIndexes } from '../internal/token-walk.ts';
import { noFacts, type SourceMetrics, type SourceReader } from '../source-facts.ts';
import { pythonLoggers } from './source-loggers.ts';
import { pythonVariables } from './source-variables.ts';

/** Texts without any of these hold nothing that is looked for, and are not taken apart. */
const telling =
  /environ|getenv|decouple|BaseSettings|logging|loguru|structlog|print|prometheus|Handler\b|metrics|LOGGING/;

export const pythonSource: SourceReader = {
  read(text, _path, readers = new Map()) {
    if (!telling.test(text) && ![...readers.keys()].some((name) => text.includes(name))) return noFacts;
    const tokens = lexSource(text, lexicons.python);
    const words = wordIndexes(tokens);
    const { readers: own, ...environment } = pythonVariables(tokens, words, readers);
    return {
      ...environment,
      variables: markConditional(tokens, words, 'python', environment.variables),
      loggers: pythonLoggers(tokens, words),
      metrics: metrics(tokens, words),
      readers: own,
    };
  },
};

const servers = [
  ['generate_latest', 'prometheus_client'],
  ['start_http_server', 'prometheus_client'],
  ['start_wsgi_server', 'prometheus_client'],
  ['make_wsgi_app', 'prometheus_client'],
  ['make_asgi_app', 'prometheus_client'],
  ['Instrumentator', 'prometheus-fastapi-instrumentator'],
  ['PrometheusMetrics', 'prometheus-flask-exporter'],
] as const;

function metrics(tokens: readonly SourceToken[], words: ReadonlyMap<string, readonly number[]>): SourceMetrics[] {
  for (const [name, library] of servers)
    for (const at of words.get(name) ?? [])
      if (isMark(tokens[at + 1], '(')) return [{ library, range: rangeOf(tokens, at, at) }];
  const route = tokens.findIndex((token) => token.kind === 'string' && token.literal && token.text === '/metrics');
  if (route === -1 || !isMark(tokens[route - 1], '(', '==')) return [];
  return [{ library: 'own', range: rangeOf(tokens, route, route) }];
}
