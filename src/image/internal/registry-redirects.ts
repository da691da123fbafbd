import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { isOwnMachine } from './registry-hosts.ts';

/** The part of `fetch` that is asked. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Registries send to their storage once, some to a content network from there. */
const maximumRedirects = 5;

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Asks an address and those that it sends to. Credentials go to the first host alone; an address of this machine or without TLS is not followed to from
 * elsewhere.
 * @throws UserError where it is sent around too often or where it must not go, and what the connection throws
 */
export async function followRedirects(
  fetch: Fetch,
  address: string,
  { headers, ...init }: RequestInit & { readonly headers: Readonly<Record<string, string>> },
): Promise<Response> {
  const first = new URL(address);
  let url = first;
  for (let count = 0; ; count++) {
    const { authorization, ...others } = headers;
    const own = url.origin === first.origin && authorization !== undefined;
    const response = await fetch(url.href, {
      ...init,
      redirect: 'manual',
      headers: own ? { ...others, authorization } : others,
    });
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) return response;
    await response.body?.cancel();
    if (count === maximumRedirects) throw refused(`it sends elsewhere more than ${maximumRedirects} times`, first);
    url = next(location, url, first);
  }
}

function next(location: string, from: URL, first: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || (to.protocol !== 'https:' && to.protocol !== 'http:'))
    throw refused('it sends to what is no address', first);
  if (to.protocol === 'http:' && first.protocol === 'https:')
    throw refused(`it sends to ${to.host} without TLS`, first);
  if (isOwnMachine(to.host) && !isOwnMachine(first.host))
    throw refused(`it sends to ${to.host}, which is this machine`, first);
  // Whoever puts a password into an address would have it sent.
  to.username = '';
  to.password = '';
  return to;
}

/** The next attempt would be sent there again. */
function refused(what: string, { host }: URL): UserError {
  return new UserError(`${host} is not followed: ${printable(what)}.`, { where: printable(host), exitCode: 3 });
}
