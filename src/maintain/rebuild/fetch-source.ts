import { boundedBytes } from '../../core/bounded-text.ts';
import type { AskSource, SourceAnswer } from './source-answer.ts';

interface FetchOptions {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** How long one file may take, in seconds. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** The short form of what npm's registry knows of a package, and JSON of PyPI's index; package sources of distributions take no heed. */
const accept = 'application/vnd.npm.install-v1+json, application/vnd.pypi.simple.v1+json, */*;q=0.1';

const mostRedirects = 6;

/** Asks over HTTP. The name and password of an address go to its own host alone; each file is asked for once. */
export function fetchSource(options: FetchOptions): AskSource {
  const asked = new Map<string, Promise<SourceAnswer>>();
  return (url, maximumBytes) => {
    const known = asked.get(url);
    if (known) return known;
    const answer = ask(url, maximumBytes, options).catch(
      (error: unknown): SourceAnswer => ({ kind: 'unknown', reason: reasonOf(error) }),
    );
    asked.set(url, answer);
    return answer;
  };
}

async function ask(address: string, maximumBytes: number, options: FetchOptions): Promise<SourceAnswer> {
  if (!URL.canParse(address)) return { kind: 'unknown', reason: 'this is no address' };
  let url = new URL(address);
  const [user, password, host] = [url.username, url.password, url.host];
  const signals = [AbortSignal.timeout(options.timeoutSeconds * 1000), ...(options.signal ? [options.signal] : [])];
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return { kind: 'unknown', reason: `${url.protocol.slice(0, -1)} is not asked, only http and https` };
    const isOwn = url.host === host && user !== '';
    const credentials = `${decodeURIComponent(user)}:${decodeURIComponent(password)}`;
    url.username = '';
    url.password = '';
    const response = await options.fetch(url.href, {
      redirect: 'manual',
      headers: isOwn ? { accept, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : { accept },
      signal: AbortSignal.any(signals),
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      if (!URL.canParse(location, url.href)) return { kind: 'unknown', reason: 'it leads to no address' };
      const next = new URL(location, url.href);
      if (url.protocol === 'https:' && next.protocol === 'http:')
        return { kind: 'unknown', reason: 'it leads from https to http' };
      url = next;
      continue;
    }
    if (response.ok) return { kind: 'content', bytes: await boundedBytes(response, maximumBytes) };
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return { kind: 'absent' };
    return { kind: 'unknown', reason: `it answers ${response.status}` };
  }
  return { kind: 'unknown', reason: `it leads on more than ${mostRedirects} times` };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error) return cause.name === 'TimeoutError' ? 'it takes too long to answer' : cause.message;
  return String(cause);
}
