import { boundedText } from '../core/bounded-text.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { PackageRegistry, PackageRelease, ReleaseQuestion } from './release-question.ts';
import { isFinished } from './version-range.ts';

export interface AskOptions {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** How long one request may take, in seconds. */
  readonly timeoutSeconds: number;
}

/** What a registry says, or why nothing is known. */
export type ReleaseAnswer =
  | { readonly kind: 'releases'; readonly releases: readonly PackageRelease[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Answers of registries are lists of all releases; a longer one than this is not read. */
const maximumBytes = 32 * 1024 * 1024;

const addresses: Readonly<Record<Exclude<PackageRegistry, 'go'>, (name: string) => string>> = {
  // https://docs.pypi.org/api/json/
  pypi: (name) => `https://pypi.org/pypi/${encodeURIComponent(name)}/json`,
  // https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
  npm: (name) => `https://registry.npmjs.org/${name.replace('/', '%2f')}`,
  // https://guides.rubygems.org/rubygems-org-api/
  rubygems: (name) => `https://rubygems.org/api/v1/versions/${encodeURIComponent(name)}.json`,
  // https://doc.rust-lang.org/cargo/reference/registry-index.html
  crates: (name) => `https://index.crates.io/${indexPath(name.toLowerCase())}`,
};

/**
 * Asks the public registry of an ecosystem for the finished releases of a package, the newest first. Never rejects: a registry that cannot
 * be reached is a reason.
 */
export async function askReleases(question: ReleaseQuestion, options: AskOptions): Promise<ReleaseAnswer> {
  try {
    if (question.registry === 'go') return await newestModule(question.name, options);
    const answer = await ask(addresses[question.registry](question.name), options);
    if (answer === undefined) return { kind: 'unknown', reason: `${question.registry} knows no ${question.name}` };
    const releases = releasesOf(question.registry, answer)
      .filter(({ version }) => isFinished(version))
      .sort((one, other) => compareNumbers(other.version, one.version));
    return releases.length === 0
      ? { kind: 'unknown', reason: `${question.registry} has no finished release of ${question.name}` }
      : { kind: 'releases', releases };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unknown', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The text of an answer; undefined where the registry has nothing of that name. */
async function ask(url: string, { fetch, timeoutSeconds }: AskOptions): Promise<string | undefined> {
  const response = await fetch(url, {
    headers: { accept: 'application/vnd.npm.install-v1+json;q=1.0, application/json;q=0.9, */*;q=0.1' },
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  return boundedText(response, maximumBytes);
}

function releasesOf(registry: Exclude<PackageRegistry, 'go'>, answer: string): PackageRelease[] {
  if (registry === 'crates')
    return answer
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => entriesOf(JSON.parse(line)))
      .filter((entry) => entry.get('yanked') !== true)
      .flatMap((entry) => release(entry.get('vers'), entry.get('rust_version')));
  const parsed: unknown = JSON.parse(answer);
  if (registry === 'rubygems')
    return (Array.isArray(parsed) ? parsed : [])
      .map(entriesOf)
      .filter((entry) => entry.get('prerelease') !== true && entry.get('platform') === 'ruby')
      .flatMap((entry) => release(entry.get('number'), entry.get('ruby_version')));
  if (registry === 'npm') return npmReleases(parsed);
  return [...entriesOf(entriesOf(parsed).get('releases'))].flatMap(([version, files]) => {
    const usable = (Array.isArray(files) ? files : []).map(entriesOf).filter((file) => file.get('yanked') !== true);
    return usable.slice(0, 1).flatMap((file) => release(version, file.get('requires_python')));
  });
}

/** What npm installs is what the tag `latest` names, and nothing newer. */
function npmReleases(answer: unknown): PackageRelease[] {
  const packument = entriesOf(answer);
  const latest = entriesOf(packument.get('dist-tags')).get('latest');
  return [...entriesOf(packument.get('versions'))]
    .filter(([version, entry]) => version === latest || entriesOf(entry).get('deprecated') === undefined)
    .filter(([version]) => typeof latest === 'string' && compareNumbers(version, latest) <= 0)
    .flatMap(([version, entry]) => release(version, entriesOf(entriesOf(entry).get('engines')).get('node')));
}

function release(version: unknown, needs: unknown): PackageRelease[] {
  return typeof version === 'string' ? [{ version, needs: typeof needs === 'string' ? needs : undefined }] : [];
}

function entriesOf(holder: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof holder === 'object' && holder !== null ? Object.entries(holder) : []);
}

/** https://go.dev/ref/mod#goproxy-protocol: the module of a package is the longest beginning of its path that is one. */
async function newestModule(path: string, options: AskOptions): Promise<ReleaseAnswer> {
  const parts = path.replace(/\/\.\.\.$/, '').split('/');
  const shortest = /^(?:github\.com|gitlab\.com|bitbucket\.org)$/.test(parts[0] ?? '') ? 3 : 2;
  for (let count = parts.length; count >= Math.min(shortest, parts.length); count--) {
    const module = parts.slice(0, count).join('/');
    const escaped = module.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
    const answer = await ask(`https://proxy.golang.org/${escaped}/@latest`, options);
    const version = answer === undefined ? undefined : entriesOf(JSON.parse(answer)).get('Version');
    if (typeof version === 'string') return { kind: 'releases', releases: [{ version, needs: undefined }] };
  }
  return { kind: 'unknown', reason: `the module proxy knows no ${path}` };
}

function indexPath(name: string): string {
  if (name.length < 3) return `${name.length}/${name}`;
  if (name.length === 3) return `3/${name[0]}/${name}`;
  return `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}
