import { describe, expect, it } from 'vitest';
import { askReleases } from '../../src/ecosystems/ask-release.ts';
import { newestFor, type ReleaseQuestion } from '../../src/ecosystems/release-question.ts';

const pypi = JSON.stringify({
  releases: {
    '1.9': [{ requires_python: '>=2.7', yanked: false }],
    '1.10': [{ requires_python: '>=3.6', yanked: false }],
    '2.0': [{ requires_python: '>=3.9', yanked: false }],
    '2.1': [{ requires_python: '>=3.9', yanked: true }],
    '3.0rc1': [{ requires_python: '>=3.9', yanked: false }],
    '9.9': [],
  },
});
const npm = JSON.stringify({
  'dist-tags': { latest: '5.0.0', next: '6.0.0' },
  versions: {
    '4.2.0': { engines: { node: '>=10' } },
    '4.9.0': { engines: { node: '>=10' }, deprecated: 'broken' },
    '5.0.0': { engines: { node: '>=18' } },
    '5.1.0-beta': {},
    '6.0.0': {},
  },
});
const gems = JSON.stringify([
  { number: '2.0.1', platform: 'java', prerelease: false },
  { number: '2.0.0', platform: 'ruby', prerelease: false, ruby_version: '>= 3.0' },
  { number: '1.9.0', platform: 'ruby', prerelease: false, ruby_version: '>= 2.3' },
  { number: '3.0.0.pre', platform: 'ruby', prerelease: true },
]);
const crate = '{"vers":"1.0.0","yanked":false,"rust_version":"1.60"}\n{"vers":"1.1.0","yanked":true}\n';

const answers: Readonly<Record<string, string>> = {
  'https://pypi.org/pypi/flask/json': pypi,
  'https://registry.npmjs.org/@scope%2ftool': npm,
  'https://rubygems.org/api/v1/versions/bundler.json': gems,
  'https://index.crates.io/ri/pg/ripgrep': crate,
  'https://proxy.golang.org/github.com/!big/tool/@latest': '{"Version":"v1.2.3"}',
};

async function newest(question: ReleaseQuestion, language?: string): Promise<string | undefined> {
  const answer = await askReleases(question, {
    timeoutSeconds: 1,
    fetch: async (url) => new Response(answers[url] ?? '', { status: answers[url] === undefined ? 404 : 200 }),
  });
  return answer.kind === 'releases' ? newestFor(answer.releases, language) : answer.reason;
}

describe('the release of a package that a registry names', () => {
  it.each([
    ['the newest that runs with the Python, by number and not by text', 'pypi', 'flask', '3.6', '1.10'],
    ['neither yanked nor unfinished nor without files', 'pypi', 'flask', undefined, '2.0'],
    ['what npm calls latest, and nothing newer', 'npm', '@scope/tool', '18', '5.0.0'],
    ['an older one where latest does not run, no deprecated one', 'npm', '@scope/tool', '12', '4.2.0'],
    ['a gem for every platform', 'rubygems', 'bundler', '2.7', '1.9.0'],
    ['a crate that is not yanked', 'crates', 'ripgrep', undefined, '1.0.0'],
    ['the module that holds a Go package', 'go', 'github.com/Big/tool/cmd/x', undefined, 'v1.2.3'],
    ['nothing for a name that is not there', 'pypi', 'nothing-here', undefined, 'pypi knows no nothing-here'],
  ] as const)('is %s', async (_, registry, name, language, expected) => {
    expect(await newest({ registry, name }, language)).toBe(expected);
  });

  it('is not known where the registry fails, cannot be reached or says nonsense', async () => {
    const ask = (fetch: () => Promise<Response>) =>
      askReleases({ registry: 'npm', name: 'x' }, { timeoutSeconds: 1, fetch });
    expect(await ask(async () => new Response('', { status: 500 }))).toMatchObject({ kind: 'unknown' });
    expect(await ask(() => Promise.reject(new Error('no network')))).toEqual({ kind: 'unknown', reason: 'no network' });
    expect(await ask(async () => new Response('<html>'))).toMatchObject({ kind: 'unknown' });
    expect(await ask(async () => new Response('[1]'))).toMatchObject({ kind: 'unknown' });
  });
});
