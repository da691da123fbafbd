import { isPort } from '../../core/port-number.ts';
import type { Place } from '../detector.ts';
import { placeIn } from '../repository.ts';
import { isAddressOfOthers, ofOtherProtocols } from './of-others.ts';

/** Paths under which programs say that they are well, the usual ones first. */
const healthPaths = [
  '/healthz',
  '/health',
  '/livez',
  '/readyz',
  '/health/live',
  '/health/ready',
  '/_health',
  '/api/health',
  '/api/healthz',
  '/healthcheck',
  '/health-check',
  '/live',
  '/ready',
  '/liveness',
  '/readiness',
  '/actuator/health',
  '/status',
  '/ping',
  '/up',
];

/** Where a program tells whether it runs, and whether it can serve, apart from each other. */
const pairs = [
  ['/livez', '/readyz'],
  ['/health/live', '/health/ready'],
  ['/health/liveness', '/health/readiness'],
  ['/healthz/live', '/healthz/ready'],
  ['/live', '/ready'],
  ['/liveness', '/readiness'],
] as const;

export interface FoundHealth {
  readonly path: string;
  /** Where there is another one for whether the program runs at all. */
  readonly live?: string;
  readonly evidence: string;
}

/** A route of the sources that answers health checks; its literal stands where routes are declared. */
export function findHealth(place: Place): FoundHealth | undefined {
  for (const [live, ready] of pairs) {
    const found = findRoute(place, live) && findRoute(place, ready);
    if (found) return { path: ready, live, evidence: found };
  }
  for (const path of healthPaths) {
    const evidence = findRoute(place, path);
    if (evidence) return { path, evidence };
  }
  return undefined;
}

/** Sources that name routes to leave them out of logs and traces. */
const ofObservers = /(?:^|\/)(?:logging|[\w.-]*(?:instrumentation|telemetry|tracing)[\w.-]*)(?:\/|$)/i;

function findRoute(place: Place, path: string): string | undefined {
  for (const source of place.sources()) {
    if (ofObservers.test(source.path)) continue;
    const at = routeAt(source.text, path);
    if (at !== undefined) return `route in ${placeIn(source.path, source.text, at)}`;
  }
  return undefined;
}

/**
 * `get('/health'`, `@app.route("/health")`, `HandleFunc("/healthz"`, `"GET /healthz"`, `path === '/health'`, Django's `path('health/'`, and of
 * Python's http.server `self.path in ("/live", "/health")` and `self.path.startswith("/health")`.
 */
function routeAt(text: string, path: string): number | undefined {
  if (!text.includes(path)) return undefined;
  const escaped = path.replace(/[/.]/g, '\\$&');
  const quoted = `["'\`](?:GET )?${escaped}\\/?["'\`]`;
  const among = `path\\s+in\\s+[([{]\\s*(?:["'][^"'\\n]{0,60}["'],\\s*){0,8}`;
  const route = new RegExp(
    `(?:\\.(?:get|use|all|route|GET|Get|Any|Handle|HandleFunc|MapGet|MapHealthChecks|service|addRoute)\\(\\s*|@\\w+(?:\\.\\w+)?\\(\\s*(?:path\\s*=\\s*|value\\s*=\\s*)?|(?:url|path|pathname|URL\\.Path)\\s*[:=]{1,3}\\s*|${among}|path\\.startswith\\(\\s*|\\bget\\s+|HandleFunc\\(\\s*|web::resource\\(|#\\[get\\()${quoted}`,
  );
  const found = text.search(route);
  return found === -1 ? undefined : found;
}

/** Where a port was found. */
export interface FoundPort {
  readonly port: number;
  readonly evidence: string;
}

/** Ports at which databases and queues are asked: SQL Server, Oracle, MySQL, PostgreSQL, AMQP, Redis, Cassandra, memcached, MongoDB. */
const ofDatabases: ReadonlySet<number> = new Set([1433, 1521, 3306, 5432, 5672, 6379, 9042, 11211, 27017]);

/** The first literal port that one of the patterns captures and that is not another's, in the sources' order; patterns that say more come first. */
export function findPort(place: Place, patterns: readonly RegExp[]): FoundPort | undefined {
  for (const pattern of patterns)
    for (const { path, text } of place.sources().filter((source) => !ofOtherProtocols.test(source.path)))
      for (const match of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
        const port = Number(match.slice(1).find((group) => group !== undefined));
        if (
          isPort(port) &&
          !ofDatabases.has(port) &&
          !isInComment(text, match.index) &&
          !isAddressOfOthers(text, match.index, match.index + match[0].length)
        )
          return { port, evidence: placeIn(path, text, match.index) };
      }
  return undefined;
}

const longestComment = 4000;

/** Between `/*` at the beginning of a line and its end. */
function isInComment(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - longestComment), at);
  const last = [...`\n${before}`.matchAll(/\n[ \t]{0,20}\/\*/g)].at(-1)?.index;
  return last !== undefined && !before.slice(last).includes('*/');
}

/** The first place in the sources where a pattern matches. */
export function findInSources(
  place: Place,
  pattern: RegExp,
): { readonly evidence: string; readonly match: RegExpExecArray } | undefined {
  for (const source of place.sources()) {
    const match = pattern.exec(source.text);
    if (match) return { evidence: placeIn(source.path, source.text, match.index), match };
  }
  return undefined;
}
