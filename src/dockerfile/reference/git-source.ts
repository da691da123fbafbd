import { posix } from 'node:path';
import { parseGoBoolean } from './go-number.ts';

/** What BuildKit takes a source of ADD for, when it is no path in the context. */
export type RemoteSource =
  | {
      readonly kind: 'git';
      readonly fault: string | undefined;
      readonly checksum: string | undefined;
      readonly keepGitDir: boolean | undefined;
    }
  | { readonly kind: 'http' };

const protocol = /^([a-zA-Z0-9]+):\/\//;
const scpStyle = /^[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:[^\n]*$/;

/**
 * Whether a source is a git repository or an HTTP address; undefined for a path.
 * https://docs.docker.com/build/concepts/context/#git-repositories
 */
export function remoteSource(source: string): RemoteSource | undefined {
  if (source.startsWith('./') || source.startsWith('../')) return undefined;
  const scheme = protocol.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined) return scpStyle.test(source) ? gitSource(scpAddress(source)) : undefined;
  if (!['http', 'https', 'ssh', 'git'].includes(scheme)) return undefined;
  const address = readAddress(source.slice(scheme.length + 3));
  // An HTTP address is a repository's when its path ends in `.git`.
  const isHttp = scheme === 'http' || scheme === 'https';
  if (address !== undefined && (!isHttp || address.path.endsWith('.git'))) return gitSource(address);
  return /^https?:\/\//.test(source) ? { kind: 'http' } : undefined;
}

const userCharacters = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const hostCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;
const brokenEscape = /%(?![0-9a-fA-F]{2})/;

interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
  /** `reference:directory` of a git repository. */
  readonly fragment: string;
}

/** A question mark at the beginning belongs to the first name. */
function queryOf(text: string): URLSearchParams {
  return new URLSearchParams(`&${text}`);
}

/** What stands behind `://`; undefined where Go's net/url refuses it. */
function readAddress(text: string): Address | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const [beforeFragment = '', ...fragments] = text.split('#');
  const question = beforeFragment.indexOf('?');
  const beforeQuery = question === -1 ? beforeFragment : beforeFragment.slice(0, question);
  const slash = beforeQuery.indexOf('/');
  const authority = slash === -1 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = slash === -1 ? '' : beforeQuery.slice(slash);
  if (!isAuthority(authority) || brokenEscape.test(path) || brokenEscape.test(fragments.join('#'))) return undefined;
  const query = queryOf(question === -1 ? '' : beforeFragment.slice(question + 1));
  return { path, query, fragment: fragments.join('#') };
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket === -1) return false;
  const colon = host.startsWith('[') ? bracket + 1 : host.lastIndexOf(':');
  const port = colon === -1 || colon === host.length ? '' : host.slice(colon);
  if (brokenEscape.test(authority)) return false;
  return (
    userCharacters.test(authority.slice(0, Math.max(at, 0))) && hostCharacters.test(host) && /^(?::[0-9]*)?$/.test(port)
  );
}

function scpAddress(source: string): Pick<Address, 'query' | 'fragment'> {
  const [path = '', ...fragments] = source.slice(source.indexOf(':') + 1).split('#');
  const question = path.indexOf('?');
  return { query: queryOf(question === -1 ? '' : path.slice(question + 1)), fragment: fragments.join('#') };
}

const flags = new Set(['submodules', 'keep-git-dir', 'fetch-by-commit']);
const settings = new Set(['ref', 'tag', 'branch', 'subdir', 'checksum', 'commit', 'mtime']);

function gitSource({ query, fragment }: Pick<Address, 'query' | 'fragment'>): RemoteSource {
  const keep = query.get('keep-git-dir');
  return {
    kind: 'git',
    fault: queryFault(query) ?? conflictFault(query, fragment),
    checksum: query.get('checksum') ?? query.get('commit') ?? undefined,
    keepGitDir: keep === null ? undefined : keep === '' || parseGoBoolean(keep),
  };
}

function queryFault(query: URLSearchParams): string | undefined {
  for (const name of query.keys()) {
    const values = query.getAll(name);
    const value = values[0] ?? '';
    if (!flags.has(name) && !settings.has(name)) return `it has an unknown setting '${name}'`;
    if (values.length > 1) return `it sets '${name}' more than once`;
    if (flags.has(name) && value !== '' && parseGoBoolean(value) === undefined)
      return `'${name}' must be true or false`;
    if (settings.has(name) && value === '') return `'${name}' has no value`;
  }
  const time = query.get('mtime');
  if (time !== null && time !== 'checkout' && time !== 'commit') return "'mtime' must be checkout or commit";
  if (query.has('branch') && query.has('tag')) return 'it names both a branch and a tag';
  return undefined;
}

/** What is checked out can be said in several ways, but they must agree. */
function conflictFault(query: URLSearchParams, fragment: string): string | undefined {
  const [reference = '', directory = ''] = fragment.split(':', 2);
  const wanted = new Set([
    reference,
    query.get('ref') ?? '',
    prefixed(query, 'tag', 'refs/tags/'),
    prefixed(query, 'branch', 'refs/heads/'),
  ]);
  wanted.delete('');
  if (wanted.size > 1) return 'it names two references';
  const subdirectory = query.get('subdir') ?? '';
  const inFragment = posix.join('/', directory).slice(1);
  return subdirectory !== '' && inFragment !== '' && subdirectory !== inFragment
    ? 'it names two directories'
    : undefined;
}

function prefixed(query: URLSearchParams, name: string, prefix: string): string {
  const value = query.get(name) ?? '';
  return value === '' || value.startsWith(prefix) ? value : prefix + value;
}
