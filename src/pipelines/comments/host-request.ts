import { exitCodes, UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** A `fetch`, as far as hosts are asked by it. */
export type HostFetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly redirect: 'error';
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

export interface HostAccess {
  readonly fetch: HostFetch;
  /** Up to the path of requests, without a slash at the end. */
  readonly api: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the token has to be allowed, for the message when it is not. */
  readonly permission: string;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

const timeoutMilliseconds = 30_000;
const attempts = 4;
const longestWait = 60_000;
/** Of an answer, in characters: a page of a hundred comments of 65,536 has less. */
const longestAnswer = 32 * 1024 * 1024;

/**
 * Asks a host's API, again where it is busy, and gives the JSON of the answer; undefined for an answer without one.
 * @throws UserError where it refuses or cannot be reached; what it says is in the message, never the token
 */
export async function askHost(
  { fetch, api, headers, permission, wait = pause }: HostAccess,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const where = `${method} ${api}${path.replace(/\?.*$/, '')}`;
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${api}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'plimsoll',
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A token is for this host alone.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    }).catch((cause: unknown) => {
      throw new UserError('the host of the pull request cannot be reached', {
        where: printable(where),
        remedy: 'The comment was not written; the report of the run has all of it.',
        exitCode: exitCodes.system,
        cause,
      });
    });
    if (answer.ok) return jsonOf(await answer.text());
    const isBusy = answer.status === 429 || answer.status >= 500 || answer.headers.get('retry-after') !== null;
    // What was asked to be made may have been made in spite of the answer: asked twice, it would be there twice.
    const mayRepeat = isBusy && (method !== 'POST' || answer.status === 429 || answer.status === 503);
    if (!mayRepeat || attempt === attempts) throw refused(answer.status, await answer.text(), where, permission);
    const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
    await wait(Math.min(longestWait, Number.isFinite(asked) ? asked : 1000 * 2 ** (attempt - 1)));
  }
}

const pageSize = 100;
const mostPages = 50;

/** All items of a list that comes in pages of a hundred. */
export async function askPages(access: HostAccess, path: string): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const answer = await askHost(
      access,
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}per_page=${pageSize}&page=${page}`,
    );
    if (!Array.isArray(answer)) return items;
    items.push(...answer);
    if (answer.length < pageSize) return items;
  }
  return items;
}

function jsonOf(text: string): unknown {
  if (text.length > longestAnswer) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(status: number, text: string, where: string, permission: string): UserError {
  const said: unknown = jsonOf(text);
  const message =
    typeof said === 'object' && said !== null && 'message' in said && typeof said.message === 'string'
      ? `: ${printable(said.message.slice(0, 300))}`
      : '';
  const isRight = status === 401 || status === 403 || status === 404;
  return new UserError(`the host of the pull request answers ${status}${message}`, {
    where: printable(where),
    remedy: isRight ? `The token has to be allowed: ${permission}.` : 'The comment was not written; run it again.',
    exitCode: exitCodes.system,
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
