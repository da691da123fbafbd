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
  '/status',
  '/ping',
  '/up',
];

/** A route of the sources that answers health checks; its literal stands where routes are declared. */
export function findHealth(place: Place): { readonly path: string; readonly evidence: string } | undefined {
  const sources = place.sources();
  for (const path of healthPaths)
    for (const source of sources) {
      const at = routeAt(source.text, path);
      if (at !== undefined) return { path, evidence: `route in ${placeIn(source.path, source.text, at)}` };
    }
  return undefined;
}

/** `get('/health'`, `@app.route("/health")`, `HandleFunc("/healthz"`, `"GET /healthz"`, `path === '/health'`, Django's `path('health/'`. */
function routeAt(text: string, path: string): number | undefined {
  const escaped = path.replace(/[/.]/g, '\\$&');
  const quoted = `["'\`](?:GET )?${escaped}\\/?["'\`]`;
  const route = new RegExp(
    `(?:\\.(?:get|use|all|route|GET|Get|Any|Handle|HandleFunc|MapGet|MapHealthChecks|service|addRoute)\\(\\s*|@\\w+(?:\\.\\w+)?\\(\\s*(?:path\\s*=\\s*|value\\s*=\\s*)?|(?:url|path|pathname|URL\\.Path)\\s*[:=]{1,3}\\s*|\\bget\\s+|HandleFunc\\(\\s*|web::resource\\(|#\\[get\\()${quoted}`,
  );
  const found = text.search(route);
  return found === -1 ? undefined : found;
}

/** Where a port was found. */
export interface FoundPort {
  readonly port: number;
  readonly evidence: string;
}

/** The first literal port that one of the patterns captures and that is not another's, in the sources' order; patterns that say more come first. */
export function findPort(place: Place, patterns: readonly RegExp[]): FoundPort | undefined {
  for (const pattern of patterns)
    for (const { path, text } of place.sources().filter((source) => !ofOtherProtocols.test(source.path)))
      for (const match of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
        const port = Number(match.slice(1).find((group) => group !== undefined));
        if (port > 0 && port < 65536 && !isAddressOfOthers(text, match.index, match.index + match[0].length))
          return { port, evidence: placeIn(path, text, match.index) };
      }
  return undefined;
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
