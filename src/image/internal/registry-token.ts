import { boundedText } from '../../core/bounded-text.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { type Challenge, parseChallenge } from './bearer-challenge.ts';
import { isLoopback, isOwnMachine } from './registry-hosts.ts';
import { maximumBytes, type RegistryOptions } from './registry-request.ts';
import { isPassing } from './registry-retries.ts';

/** Docker's name for a user whose password is a refresh token (https://github.com/docker/docker-credential-helpers). */
const tokenUser = '<token>';

/**
 * Basic where the registry wants it; a token of its token server otherwise (https://distribution.github.io/distribution/spec/auth/token/).
 * @param header `WWW-Authenticate` of an answer, which may have been one for another repository of that registry
 */
export async function askToken(
  header: string,
  { registry, repository }: { readonly registry: string; readonly repository: string },
  options: RegistryOptions,
): Promise<string | undefined> {
  const challenge = parseChallenge(header);
  const known = await options.credentials(registry, repository);
  if (challenge?.scheme === 'basic') return known === undefined ? undefined : `Basic ${known}`;
  const realm = challenge?.parameters.get('realm');
  if (challenge?.scheme !== 'bearer' || realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  // A password must not go over the network in the open because a registry says so.
  if (url.protocol !== 'https:' && !isLoopback(url.host) && !(options.plainHttp && known === undefined))
    return undefined;
  // Nor does one elsewhere say what is asked of this machine.
  if (isOwnMachine(url.host) && !isOwnMachine(registry)) return undefined;
  const asked = new Map<string, string>();
  for (const name of ['service', 'scope']) {
    const value = name === 'scope' ? scopeFor(repository, challenge) : challenge.parameters.get(name);
    if (value !== undefined) asked.set(name, value);
  }
  const answer = await askServer(url, asked, known, options);
  if (!answer.ok) {
    await answer.body?.cancel();
    if (isPassing(answer.status)) throw new Error(`${url.host} answered ${answer.status} for a token`);
    return undefined;
  }
  const token = tokenOf(await boundedText(answer, maximumBytes));
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** What a challenge for one repository wants of the token for another one; other scopes are as they are. */
function scopeFor(repository: string, { parameters }: Challenge): string | undefined {
  return parameters
    .get('scope')
    ?.replace(/^repository:[^: ]+:([^: ]+)$/, (_, actions: string) => `repository:${repository}:${actions}`);
}

/** A refresh token is exchanged by a form, all else is asked with a password (https://distribution.github.io/distribution/spec/auth/oauth/). */
function askServer(
  url: URL,
  asked: ReadonlyMap<string, string>,
  known: string | undefined,
  { fetch, timeoutSeconds }: RegistryOptions,
): Promise<Response> {
  // Passwords do not follow a redirect.
  const bounds: RequestInit = { signal: AbortSignal.timeout(timeoutSeconds * 1000), redirect: 'error' };
  const [user, secret] = known === undefined ? [] : userAndSecret(known);
  if (user === tokenUser && secret !== undefined) {
    const form = { grant_type: 'refresh_token', refresh_token: secret, client_id: 'plimsoll' };
    return fetch(url.href, {
      ...bounds,
      method: 'POST',
      body: new URLSearchParams({ ...form, ...Object.fromEntries(asked) }),
    });
  }
  for (const [name, value] of asked) url.searchParams.set(name, value);
  return fetch(url.href, { ...bounds, ...(known !== undefined && { headers: { authorization: `Basic ${known}` } }) });
}

function userAndSecret(known: string): [string, string] {
  const text = Buffer.from(known, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
}

function tokenOf(text: string): string | undefined {
  const answer = parseJsonObject(text) ?? {};
  const found = answer.token ?? answer.access_token;
  return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
}
