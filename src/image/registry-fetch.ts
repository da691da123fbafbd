import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { isLoopback } from './internal/registry-hosts.ts';
import type { Fetch } from './internal/registry-request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How TLS to one host differs from the usual. */
interface HostTls {
  readonly ca?: string[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * A `fetch` that goes through the proxies of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` and trusts, beside the usual authorities, those of a file and those
 * that Docker and Podman are told of for a host (`/etc/docker/certs.d/HOST:PORT/ca.crt`:
 * https://docs.docker.com/engine/security/certificates/). Hosts on loopback are asked directly. Without any of these it is Node.js's own.
 * @throws UserError where the file of certificates cannot be read or holds none
 */
export function registryFetch(environment: Environment, caFile: string | undefined): Fetch {
  const authorities = caFile === undefined ? [] : [readAuthorities(caFile)];
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  return async (url, init) => {
    const asked = new URL(url);
    const tls = tlsFor(asked.host, authorities, environment);
    const proxy = proxyFor(asked, environment);
    // A proxy looks names up itself.
    const guarded = proxy === undefined ? direct : (call: Fetch) => call;
    if (tls === undefined && proxy === undefined) return guarded(fetch)(url, init);
    const dispatcher = dispatchers.get(asked.origin) ?? createDispatcher(tls ?? {}, proxy);
    dispatchers.set(asked.origin, dispatcher);
    const undici = await import('undici');
    const through = await dispatcher;
    return guarded((to, how) => undici.fetch(to, { ...how, dispatcher: through }))(url, init);
  };
}

/** Private addresses are for the user to name; where a cloud hands out its credentials nobody keeps images. */
function direct(call: Fetch): Fetch {
  return guardedFetch(call, () => true);
}

async function createDispatcher(tls: HostTls, proxy: string | undefined): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import('undici');
  return proxy === undefined ? new Agent({ connect: tls }) : new ProxyAgent({ uri: proxy, requestTls: tls });
}

/** As Go reads them, which Docker and Podman are written in (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config), but for ranges of addresses. */
export function proxyFor({ protocol, host, hostname }: URL, environment: Environment): string | undefined {
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const proxy = variable(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === undefined || isLoopback(host)) return undefined;
  const excepted = (variable('NO_PROXY') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const isExcepted = excepted.some((name) => {
    const domain = name.replace(/^\*?\./, '');
    if (name === '' || domain === '') return false;
    if (name === '*' || name === host || name === hostname) return true;
    // `example.com` stands for its subdomains, too; `.example.com` for these alone.
    return hostname.endsWith(`.${domain}`) || host.endsWith(`.${domain}`);
  });
  if (isExcepted) return undefined;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new UserError('The proxy of this environment cannot be used: only http:// and https:// ones can.', {
    where: protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY',
  });
}

function tlsFor(host: string, authorities: readonly string[], environment: Environment): HostTls | undefined {
  const directories = certificateDirectories(environment)
    .map((directory) => path.join(directory, host))
    .filter((directory) => existsSync(directory));
  if (directories.length === 0 && authorities.length === 0) return undefined;
  const files = directories.flatMap((directory) => readdirSync(directory).map((name) => path.join(directory, name)));
  const found = files.filter((file) => file.endsWith('.crt')).map((file) => readFileSync(file, 'utf8'));
  const certificate = files.find((file) => file.endsWith('.cert'));
  const key = certificate?.replace(/\.cert$/, '.key');
  const ca = [...rootCertificates, ...extraAuthorities(environment), ...authorities, ...found];
  return {
    ca,
    ...(certificate !== undefined &&
      key !== undefined &&
      existsSync(key) && { cert: readFileSync(certificate), key: readFileSync(key) }),
  };
}

/** In the order of Docker, then Podman (https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md). */
function certificateDirectories({ HOME }: Environment): string[] {
  const home = HOME ?? homedir();
  return [
    '/etc/docker/certs.d',
    path.join(home, '.config/docker/certs.d'),
    path.join(home, '.config/containers/certs.d'),
    '/etc/containers/certs.d',
  ];
}

/** Node.js adds these to what it trusts by itself, and nowhere else. */
function extraAuthorities({ NODE_EXTRA_CA_CERTS: file }: Environment): string[] {
  return file && existsSync(file) ? [readFileSync(file, 'utf8')] : [];
}

function readAuthorities(file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError('The file of certificates cannot be read.', { where: printable(file), cause: error });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UserError('The file of certificates holds none.', {
    where: printable(file),
    remedy: 'Give certificates of authorities in PEM.',
  });
}
