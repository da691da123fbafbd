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
  if (scheme === undefined) return scpStyle.test(source) ? gitSource(scpQuery(source)) : undefined;
  const isHttp = scheme === 'http' || scheme === 'https';
  if (isHttp && !isRepositoryAddress(source)) return /^https?:/.test(source) ? { kind: 'http' } : undefined;
  if (!isHttp && scheme !== 'ssh' && scheme !== 'git') return undefined;
  if (!URL.canParse(source)) return undefined;
  return gitSource(new URL(source).searchParams);
}

/** An HTTP address is a repository's when its path ends in `.git`. */
function isRepositoryAddress(source: string): boolean {
  return URL.canParse(source) && new URL(source).pathname.endsWith('.git');
}

function scpQuery(source: string): URLSearchParams {
  const path = source.slice(source.indexOf(':') + 1).split('#', 1)[0] ?? '';
  const question = path.indexOf('?');
  return new URLSearchParams(question === -1 ? '' : path.slice(question + 1));
}

const flags = new Set(['submodules', 'keep-git-dir', 'fetch-by-commit']);
const settings = new Set(['ref', 'tag', 'branch', 'subdir', 'checksum', 'commit', 'mtime']);

function gitSource(query: URLSearchParams): RemoteSource {
  const keep = query.get('keep-git-dir');
  return {
    kind: 'git',
    fault: queryFault(query),
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
