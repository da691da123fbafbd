import { describe, expect, test } from 'vitest';
import { linuxMarkers, markerHolds, readRequirement } from '../../../src/ecosystems/pip/requirement.ts';
import { specifierAdmits } from '../../../src/ecosystems/pip/specifier.ts';
import { npmTree } from '../../../src/maintain/rebuild/npm-tree.ts';
import { pipTree } from '../../../src/maintain/rebuild/pip-tree.ts';
import type { AskSource } from '../../../src/maintain/rebuild/source-answer.ts';

const answers =
  (files: Readonly<Record<string, string>>): AskSource =>
  async (url) => {
    const content = files[url];
    return content === undefined ? { kind: 'absent' } : { kind: 'content', bytes: Buffer.from(content) };
  };

type Versions = Readonly<Record<string, object>>;

function npmRegistry(packages: Readonly<Record<string, Versions & { readonly latest?: never }>>): AskSource {
  return answers(
    Object.fromEntries(
      Object.entries(packages).map(([name, versions]) => [
        `https://registry.npmjs.org/${name}`,
        JSON.stringify({ 'dist-tags': { latest: Object.keys(versions).at(-1) }, versions }),
      ]),
    ),
  );
}

const registry = npmRegistry({
  web: { '1.0.0': { dependencies: { lib: '^1' } }, '1.1.0': { dependencies: { lib: '^1', tool: '^2' } } },
  lib: { '1.0.0': {}, '1.2.0': {}, '2.0.0': {} },
  tool: {
    '2.0.0': { dependencies: { lib: '^2' } },
    '2.1.0': { deprecated: 'no', dependencies: {} },
    '2.0.1': { dependencies: { lib: '^2' } },
  },
  plug: {
    '1.0.0': { peerDependencies: { lib: '1 || 2', soft: '1' }, peerDependenciesMeta: { soft: { optional: true } } },
  },
  native: { '1.0.0': { optionalDependencies: { 'native-linux': '1.0.0', 'native-win': '1.0.0' } } },
  'native-linux': { '1.0.0': { os: ['linux'] } },
  'native-win': { '1.0.0': { os: ['win32'] } },
  lost: { '1.0.0': { dependencies: { nowhere: '1' } } },
});

describe('npm without a lock file', () => {
  test.each<[Record<string, string>, string[] | string]>([
    [{ web: '1.0.x' }, ['lib 1.2.0', 'web 1.0.0']],
    // What excludes each other lies twice; what is given up is not chosen.
    [{ web: '^1' }, ['lib 1.2.0', 'lib 2.0.0', 'tool 2.0.1', 'web 1.1.0']],
    [{ lib: 'latest' }, ['lib 2.0.0']],
    // A peer fits to what the project itself asks for.
    [{ plug: '*', lib: '1.0.0' }, ['lib 1.0.0', 'plug 1.0.0']],
    [{ plug: '*' }, ['lib 2.0.0', 'plug 1.0.0']],
    [{ native: '1' }, ['native 1.0.0', 'native-linux 1.0.0']],
    [{ other: 'npm:lib@1.0.0' }, ['lib 1.0.0']],
    [{ lost: '1' }, 'nowhere: the registry does not know it'],
    [
      { web: 'git+https://x.example/web.git' },
      'web: «git+https://x.example/web.git» is no version, range or tag of the registry',
    ],
  ])('%j', async (dependencies, expected) => {
    const question = {
      dependencies: new Map(Object.entries(dependencies)),
      optional: new Map(),
      os: 'linux',
      cpu: 'x64',
    };
    const { packages, unknown } = await npmTree(question, registry);
    const told = packages.map(({ name, version }) => `${name} ${version}`).sort();
    expect(unknown ?? told).toEqual(expected);
  });
});

const python = (
  name: string,
  ...versions: readonly [version: string, requires?: string | undefined, needs?: string][]
) => ({
  [`https://pypi.org/simple/${name}/`]: JSON.stringify({
    files: versions.map(([version, , needs]) => ({
      filename: `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`,
      url: `https://files.example/${name}-${version}-py3-none-any.whl`,
      ...(needs !== undefined && { 'requires-python': needs }),
      yanked: version === '9.9',
    })),
  }),
  ...Object.fromEntries(
    versions.map(([version, requires]) => [
      `https://files.example/${name}-${version}-py3-none-any.whl.metadata`,
      `Name: ${name}\n${
        requires === undefined
          ? ''
          : requires
              .split(' & ')
              .map((each) => `Requires-Dist: ${each}\n`)
              .join('')
      }\nRequires-Dist: not-this\n`,
    ]),
  ),
});

const index = answers({
  ...python(
    'web',
    ['1.0', 'lib>=1'],
    ['1.1', 'lib (<2) & extra-lib; extra == "fast" & win; sys_platform == "win32"'],
    ['2.0rc1'],
    ['9.9'],
  ),
  ...python('lib', ['1.0'], ['1.5'], ['2.0'], ['3.0', undefined, '>=3.13']),
  ...python('extra-lib', ['0.1']),
  ...python('user', ['1.0', 'lib==1.0']),
  ...python('odd', ['1.0', 'lib; something_else == "1"']),
});

describe('pip without a lock file', () => {
  test.each<[string[], string[] | string]>([
    [['web'], ['lib 1.5', 'web 1.1']],
    [['web==1.0'], ['lib 2.0', 'web 1.0']],
    [['web[fast]'], ['extra-lib 0.1', 'lib 1.5', 'web 1.1']],
    // What comes later bounds what was chosen before.
    [
      ['lib', 'user'],
      ['lib 1.0', 'user 1.0'],
    ],
    [['lib>=2', 'user'], 'no release of lib is >=2 and ==1.0'],
    [['kept'], ['kept 7']],
    [['missing'], 'missing: PyPI does not know it'],
    [['odd'], '«something_else == "1"» is not understood'],
  ])('%j', async (requirements, expected) => {
    const read = requirements.flatMap((line) => readRequirement(line) ?? []);
    const question = { requirements: read, python: '3.11.4', machine: 'x86_64', installed: new Map([['kept', '7']]) };
    const files = python('kept', ['8']);
    const ask: AskSource = async (url, most) => (url in files ? answers(files)(url, most) : index(url, most));
    const { packages, unknown } = await pipTree(question, ask);
    expect(unknown ?? packages.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(expected);
  });

  test.each([
    ['>=2,<3', '2.9.0.post0', true],
    ['==2.9.0', '2.9.0.post0', false],
    ['==2.*', '2.9.0.post0', true],
    ['!=2.1.*', '2.1.7', false],
    ['~=2.2', '2.10', true],
    ['~=2.2', '3.0', false],
    ['~=2.2.1', '2.3', false],
    ['>1.0', '1.0.post1', false],
    ['<2.0a.0', '1.45.0', true],
    ['', '1', true],
  ])('«%s» and %s: %s', (specifier, version, admitted) => {
    expect(specifierAdmits(specifier, version)).toBe(admitted);
  });

  test.each([
    ['python_version < "3.8" or (os_name == "posix" and extra == "x")', '3.11', true],
    ['python_full_version < "3.11.3"', '3.11.2', true],
    ['python_full_version < "3.11.3"', '3.11', undefined],
    ['platform_machine in "x86_64 aarch64" and sys_platform != "win32"', '3.11', true],
    ['platform_system not in "Windows"', '3.11', true],
    ['python_version >= "3.10"', '3.9', false],
    ['', '3.11', true],
    ['python_version >=', '3.11', undefined],
  ])('the condition «%s» with %s: %s', (marker, version, holds) => {
    expect(markerHolds(marker, linuxMarkers(version, 'x86_64'), ['x'])).toBe(holds);
  });
});
